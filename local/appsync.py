"""AppSync in small: runs a request over the schema and asks the Lambda functions for what the wiring says is theirs."""

import time
from collections.abc import Callable
from typing import Any

import strawberry
from graphql import FieldNode, OperationDefinitionNode
from graphql.pyutils import Path, is_awaitable

from local import operation, selection, unconfirmed
from local.api import Answer, Api, Info, body
from local.auth import Asker
from local.cache import Cache
from local.errors import TooDeep
from local.operation import Document, Question, Refused
from local.request import Request, plain
from local.subscriptions import Subscriptions
from local.trace import Trace
from local.workers import Invoke
from resolvers.field import Field
from resolvers.wiring import LIMITS


class AppSync:
    """A schema with its rows' functions behind it, invoked by name through what `deployed` gives a request.

    Whether aliases of one field share a batch is `mixed`.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        rows: tuple[Field, ...],
        deployed: Callable[[], Invoke],
        mixed: bool = unconfirmed.ALIASES_SHARE_A_BATCH,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api = Api(schema, rows)
        self.deployed = deployed
        self.mixed = mixed
        self.clock = clock
        self.cache = Cache(rows, clock)
        self.subscriptions = Subscriptions(self.api)

    async def answer(self, asked: Question, asker: Asker, trace: Trace) -> Answer:
        """The body that answers a request. Those who follow what it published have been told. Raises Refused."""
        document = self.api.document(asked.query)
        chosen = document.operation(asked.operation)
        if operation.is_subscription(chosen):
            raise Refused(*unconfirmed.SUBSCRIPTION_OVER_HTTP)
        if errors := self.api.errors(document, chosen, asked):
            trace.end(errors)
            return {"data": None, "errors": errors}
        request = Request(self.deployed(), self.cache, self.mixed, asker, asked.variables, trace, self.clock)
        running = self.api.run(document, asked, self.resolve, request)
        result = await running if is_awaitable(running) else running
        answer = body(result)
        if request.evicted is not None:
            answer["extensions"] = {"apiCacheEntriesDeleted": request.evicted}
        trace.end(answer.get("errors", []))
        if operation.is_mutation(chosen):
            self.publish(document, chosen, answer["data"] or {})
        return answer

    def publish(self, document: Document, chosen: OperationDefinitionNode, answers: Answer) -> None:
        """Tells subscribers of a mutation's answers, field by field; of one that is null there is nothing to tell."""
        asked: dict[str, list[FieldNode]] = {}
        for node in selection.fields([chosen], document.fragments):
            asked.setdefault(selection.key(node), []).append(node)
        for key, nodes in asked.items():
            answer = answers.get(key)
            if answer is not None:
                self.subscriptions.publish(nodes[0].name.value, selection.named(nodes, document.fragments, answer))

    def resolve(self, source: Any, info: Info, **arguments: Any) -> Any:
        """What answers a field: its row's function or, without a row, its parent."""
        request: Request = info.context
        row = self.api.allowed(request.asker.mode, info)
        check_depth(info.path)
        request.check_time()
        if row is None:
            return source.get(info.field_name)
        request.count()
        event = request.event(source, info, plain(arguments))
        if row.local:
            request.evict(row, event)
            return event["arguments"]["input"]
        return request.later(row, event, info.path) if row.batch else request.now(row, event)


def check_depth(path: Path | None) -> None:
    """Raises TooDeep for a field with more fields above it than a request may have; places in a list are no fields."""
    depth = 0
    while path:
        depth += isinstance(path.key, str)
        path = path.prev
    if depth > LIMITS.depth:
        raise TooDeep(LIMITS.depth)
