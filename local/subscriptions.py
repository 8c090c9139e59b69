"""Who follows what, and what each is told: the publisher's selection met with the subscriber's own.

https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local import operation
from local.api import Api, Info, body
from local.auth import Asker
from local.operation import Document, Question, Refused
from local.request import plain
from local.sizes import size
from resolvers.field import Mode
from resolvers.wiring import LIMITS

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
    asked: Question
    mode: Mode
    tell: Tell
    reading: tuple[Any, ...]  # all that decides how a change reads to it; those that agree are told the same text

    def wants(self, change: Change) -> bool:
        """Whether a change fits every argument given. null is one, and fits what is null or was not selected."""
        return all(change.get(name) == value for name, value in self.arguments.items())


class Subscriptions:
    """All that is followed of an API, by the subscription's field."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.held: dict[str, set[Subscription]] = {name: set() for parent, name in api.rows if parent == "Subscription"}

    def begin(self, asked: Question, asker: Asker, tell: Tell) -> Subscription:
        """Begins to follow, until `end`. Raises NotSubscribed, and Refused for what is no subscription."""
        document = self.api.document(asked.query)
        chosen = document.operation(asked.operation)
        if not operation.is_subscription(chosen):
            kind = chosen.operation.value
            raise Refused(400, "UnsupportedOperation", f"{kind} not supported through the realtime channel")
        if errors := self.api.errors(document, chosen, asked):
            raise NotSubscribed(errors)
        defined = {one.variable.name.value for one in chosen.variable_definitions or ()}
        variables = {name: value for name, value in asked.variables.items() if name in defined}
        asked = replace(asked, variables=variables)
        begun: list[tuple[str, dict[str, Any]]] = []

        def resolve(_: Any, info: Info, **arguments: Any) -> None:
            self.api.allowed(asker.mode, info)
            begun.append((info.field_name, plain(arguments)))

        told = body(self.api.run(document, asked, resolve, None))
        if "errors" in told or not begun:
            raise NotSubscribed(told.get("errors", []))
        reading = asked.query, asked.operation, json.dumps(variables, sort_keys=True), asker.mode
        subscription = Subscription(*begun[0], document, asked, asker.mode, tell, reading)
        self.held[subscription.field].add(subscription)
        return subscription

    def end(self, subscription: Subscription) -> None:
        self.held[subscription.field].discard(subscription)

    def publish(self, mutation: str, change: Change) -> None:
        """Tells all who follow a mutation what it answered, by the names of the fields that its caller selected."""
        for row in self.api.rows.values():
            if mutation not in row.follows:
                continue
            texts: dict[tuple[Any, ...], str | None] = {}
            for subscription in [held for held in self.held[row.name] if held.wants(change)]:
                if subscription.reading not in texts:
                    texts[subscription.reading] = self.text(subscription, change)
                if text := texts[subscription.reading]:
                    subscription.tell(text)

    def text(self, subscription: Subscription, change: Change) -> str | None:
        """A change as a subscription asks for it; None where that is more than AppSync delivers, which it drops."""

        def resolve(source: Any, info: Info, **_: Any) -> Any:
            self.api.allowed(subscription.mode, info)
            return source.get(info.field_name)

        root = {subscription.field: change}
        told = body(self.api.run(subscription.document, subscription.asked, resolve, None, root))
        text = json.dumps(told)
        whole = size(told, text)
        if whole <= LIMITS.published_bytes:
            return text
        log.warning("%s: a change of %s bytes is not delivered", subscription.field, f"{whole:,}")
        return None
