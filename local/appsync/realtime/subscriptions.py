"""Delivers published changes to subscriptions: each receives its own selection of the fields that were published.

https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.appsync.execution.schema_runtime import ExecutableSchema, Info, argument_value, format_result
from local.appsync.graphql_request import GraphQLRequest, RequestError
from local.appsync.language import documents
from local.appsync.language.documents import Document
from local.auth.request import AuthContext
from local.lambdas.encoding import Variables, utf8_size
from resolvers.field_config import AuthMode

log = logging.getLogger(__name__)

Change = Mapping[str, Any]
Deliver = Callable[[str], None]  # takes a payload as JSON, in any thread; neither waits nor fails


class SubscriptionRejected(Exception):
    """The subscription was not created; `errors` are the errors of the response."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, eq=False)
class Subscription:
    """An active subscription operation: its field, the arguments that filter changes, and the callback for payloads."""

    field: str
    arguments: Mapping[str, Any]
    document: Document
    request: GraphQLRequest
    mode: AuthMode
    deliver: Deliver
    payload_key: tuple[Any, ...]  # subscriptions with equal keys receive the same payload of a change

    def matches(self, change: Change) -> bool:
        """True if a change equals every argument. A null argument matches a value that is null or was not published."""
        return all(change.get(name) == value for name, value in self.arguments.items())


class Subscriptions:
    """Holds the active subscriptions of an API by their field.

    `create` and `publish` may run in any thread, `add` and `remove` in that of the connections.
    """

    def __init__(self, api: ExecutableSchema) -> None:
        self.api = api
        names = [name for parent, name in api.fields if parent == "Subscription"]
        self.by_field: dict[str, set[Subscription]] = {name: set() for name in names}

    def create(self, request: GraphQLRequest, caller: AuthContext, deliver: Deliver) -> Subscription:
        """Returns a subscription that receives changes from `add` to `remove`.

        Raises RequestError if the operation is not a subscription, and SubscriptionRejected if it is invalid.
        """
        document = self.api.document(request.query)
        operation = document.operation(request.operation_name)
        if not documents.is_subscription(operation):
            operation_type = operation.operation.value
            raise RequestError(
                400, "UnsupportedOperation", f"{operation_type} not supported through the realtime channel"
            )
        if errors := self.api.validation_errors(document, operation, request.variables):
            raise SubscriptionRejected(errors)
        defined_names = {definition.variable.name.value for definition in operation.variable_definitions or ()}
        variables = Variables({name: value for name, value in request.variables.items() if name in defined_names})
        request = replace(request, variables=variables)
        root_fields: list[tuple[str, dict[str, Any]]] = []

        def resolve(_: Any, info: Info, **arguments: Any) -> None:
            self.api.authorize_field(caller.mode, info)
            root_fields.append((info.field_name, argument_value(arguments)))

        result = format_result(self.api.run(document, request, resolve, None))
        if "errors" in result or not root_fields:
            raise SubscriptionRejected(result.get("errors", []))
        payload_key = request.query, request.operation_name, json.dumps(variables, sort_keys=True), caller.mode
        return Subscription(*root_fields[0], document, request, caller.mode, deliver, payload_key)

    def add(self, subscription: Subscription) -> None:
        self.by_field[subscription.field].add(subscription)

    def remove(self, subscription: Subscription) -> None:
        self.by_field[subscription.field].discard(subscription)

    def publish(self, mutation: str, change: Change) -> None:
        """Delivers the value of a mutation to its subscribers; it has only the fields that the caller selected."""
        for field in self.api.fields.values():
            if mutation not in field.subscribes_to:
                continue
            texts: dict[tuple[Any, ...], str | None] = {}
            active = tuple(self.by_field[field.name])  # a copy in one step: another thread may change the set
            for subscription in [candidate for candidate in active if candidate.matches(change)]:
                if subscription.payload_key not in texts:
                    texts[subscription.payload_key] = self.payload_text(subscription, change)
                if text := texts[subscription.payload_key]:
                    subscription.deliver(text)

    def payload_text(self, subscription: Subscription, change: Change) -> str | None:
        """Returns the payload of a change for a subscription; None if AppSync would drop it as too large."""

        def resolve(source: Any, info: Info, **_: Any) -> Any:
            self.api.authorize_field(subscription.mode, info)
            return source.get(info.field_name)

        root = {subscription.field: change}
        payload = format_result(self.api.run(subscription.document, subscription.request, resolve, None, root))
        text = json.dumps(payload)
        byte_count = utf8_size(payload, text)
        if byte_count <= self.api.limits.published_bytes:
            return text
        log.warning("%s: a change of %s bytes is not delivered", subscription.field, f"{byte_count:,}")
        return None
