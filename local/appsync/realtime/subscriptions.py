"""Subscriptions, and what each receives: of what the publisher selected, what the subscriber has selected.

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
from local.lambdas.encoding import size
from resolvers.field_config import Mode

log = logging.getLogger(__name__)

Change = Mapping[str, Any]
Tell = Callable[[str], None]  # takes a payload as JSON; neither waits nor fails


class NotSubscribed(Exception):
    """A subscription that did not begin, with the errors that say why, as they go out."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, eq=False)
class Subscription:
    """One operation that somebody follows: its field, the arguments that filter, and how to tell them."""

    field: str
    arguments: Mapping[str, Any]
    document: Document
    request: GraphQLRequest
    mode: Mode
    tell: Tell
    reading: tuple[Any, ...]  # all that decides how a change reads to it; those that agree are told the same text

    def wants(self, change: Change) -> bool:
        """Whether a change fits every argument given. null is one, and fits what is null or was not selected."""
        return all(change.get(name) == value for name, value in self.arguments.items())


class Subscriptions:
    """All that is followed of an API, by the subscription's field."""

    def __init__(self, api: ExecutableSchema) -> None:
        self.api = api
        names = [name for parent, name in api.fields if parent == "Subscription"]
        self.held: dict[str, set[Subscription]] = {name: set() for name in names}

    def begin(self, request: GraphQLRequest, caller: AuthContext, tell: Tell) -> Subscription:
        """Begins to follow, until `end`. Raises NotSubscribed, and RequestError for what is no subscription."""
        document = self.api.document(request.query)
        chosen = document.operation(request.operation_name)
        if not documents.is_subscription(chosen):
            kind = chosen.operation.value
            raise RequestError(400, "UnsupportedOperation", f"{kind} not supported through the realtime channel")
        if errors := self.api.errors(document, chosen, request.variables):
            raise NotSubscribed(errors)
        defined = {one.variable.name.value for one in chosen.variable_definitions or ()}
        variables = {name: value for name, value in request.variables.items() if name in defined}
        request = replace(request, variables=variables)
        begun: list[tuple[str, dict[str, Any]]] = []

        def resolve(_: Any, info: Info, **arguments: Any) -> None:
            self.api.authorize_field(caller.mode, info)
            begun.append((info.field_name, argument_value(arguments)))

        answer = format_result(self.api.run(document, request, resolve, None))
        if "errors" in answer or not begun:
            raise NotSubscribed(answer.get("errors", []))
        reading = request.query, request.operation_name, json.dumps(variables, sort_keys=True), caller.mode
        subscription = Subscription(*begun[0], document, request, caller.mode, tell, reading)
        self.held[subscription.field].add(subscription)
        return subscription

    def end(self, subscription: Subscription) -> None:
        self.held[subscription.field].discard(subscription)

    def publish(self, mutation: str, change: Change) -> None:
        """Tells all who follow a mutation what it answered, by the names of the fields that its caller selected."""
        for field in self.api.fields.values():
            if mutation not in field.follows:
                continue
            texts: dict[tuple[Any, ...], str | None] = {}
            for subscription in [held for held in self.held[field.name] if held.wants(change)]:
                if subscription.reading not in texts:
                    texts[subscription.reading] = self.text(subscription, change)
                if text := texts[subscription.reading]:
                    subscription.tell(text)

    def text(self, subscription: Subscription, change: Change) -> str | None:
        """A change as a subscription asks for it; None where that is more than AppSync delivers, which it drops."""

        def resolve(source: Any, info: Info, **_: Any) -> Any:
            self.api.authorize_field(subscription.mode, info)
            return source.get(info.field_name)

        root = {subscription.field: change}
        payload = format_result(self.api.run(subscription.document, subscription.request, resolve, None, root))
        text = json.dumps(payload)
        bytes = size(payload, text)
        if bytes <= self.api.limits.published_bytes:
            return text
        log.warning("%s: a change of %s bytes is not delivered", subscription.field, f"{bytes:,}")
        return None
