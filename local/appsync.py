"""AppSync in small: runs a request over the schema and asks the Lambda functions for what the wiring says is theirs."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import strawberry
from graphql import GraphQLSchema, OperationDefinitionNode, execute
from graphql.pyutils import Path, is_awaitable

from local import kinds, operation, selection, unconfirmed, validation
from local.auth import Asker
from local.cache import Cache
from local.errors import NotAuthorized, TooDeep
from local.executor import Executor
from local.operation import Document, Question, Refused
from local.request import Info, Invoke, Request, body, plain
from local.subscriptions import Subscriptions
from local.trace import Trace
from resolvers.field import Field, Mode
from resolvers.wiring import LIMITS

MOST_REMEMBERED = 128  # documents, of at most so many characters
LONGEST_REMEMBERED = 10_000

Answer = dict[str, Any]


class AppSync:
    """The API: a schema with the rows' functions behind it, each invoked by its name through `invoke`.

    Whether aliases of one field share a batch is `mixed`.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        rows: tuple[Field, ...],
        invoke: Invoke,
        mixed: bool = unconfirmed.ALIASES_SHARE_A_BATCH,
    ) -> None:
        self.schema = without_resolvers(schema._schema)
        self.rows = {(row.parent, row.name): row for row in rows}
        self.modes = kinds.reached(rows)
        self.invoke = invoke
        self.mixed = mixed
        self.cache = Cache(rows)
        self.subscriptions = Subscriptions(self)
        self.remembered = lru_cache(MOST_REMEMBERED)(partial(operation.read, self.schema))

    async def answer(self, asked: Question, asker: Asker, trace: Trace) -> Answer:
        """The body that answers a request. Those who follow what it published have been told. Raises Refused."""
        document = self.document(asked.query)
        chosen = document.operation(asked.operation)
        if operation.is_subscription(chosen):
            raise Refused(*unconfirmed.SUBSCRIPTION_OVER_HTTP)
        if errors := self.errors(document, chosen, asked):
            trace.end(errors)
            return {"data": None, "errors": errors}
        request = Request(self, asker, asked.variables, trace)
        running = self.run(document, asked, self.resolve, request)
        result = await running if is_awaitable(running) else running
        answer = body(result)
        if request.evicted is not None:
            answer["extensions"] = {"apiCacheEntriesDeleted": request.evicted}
        trace.end(answer.get("errors", []))
        if operation.is_mutation(chosen):
            self.publish(document, chosen, answer["data"] or {})
        return answer

    def document(self, text: str) -> Document:
        return self.remembered(text) if len(text) <= LONGEST_REMEMBERED else operation.read(self.schema, text)

    def errors(self, document: Document, chosen: OperationDefinitionNode, asked: Question) -> list[Answer]:
        """What is wrong with a document or, where nothing is, with the variables that came with it."""
        return list(document.errors) or validation.variables(self.schema, chosen, asked.variables)

    def run(
        self, document: Document, asked: Question, resolve: Callable[..., Any], context: Any, root: Any = None
    ) -> Any:
        return execute(
            self.schema,
            document.node,
            root,
            context,
            asked.variables,
            asked.operation,
            resolve,
            executor_class=Executor,
        )

    def publish(self, document: Document, chosen: OperationDefinitionNode, answers: Answer) -> None:
        """Tells subscribers of a mutation's answers, field by field; of one that is null there is nothing to tell."""
        for node in selection.fields([chosen], document.fragments):
            answer = answers.get(selection.key(node))
            if answer is not None:
                self.subscriptions.publish(node.name.value, selection.named([node], document.fragments, answer))

    def resolve(self, source: Any, info: Info, **arguments: Any) -> Any:
        """What answers a field: its row's function or, without a row, its parent."""
        request: Request = info.context
        row = self.allowed(request.asker.mode, info)
        check_depth(info.path)
        if row is None:
            return source.get(info.field_name)
        request.count()
        event = request.event(source, info, plain(arguments))
        if row.local:
            request.evict(row, event)
            return event["arguments"]["input"]
        return request.later(row, event, info.path) if row.batch else request.now(row, event)

    def allowed(self, mode: Mode, info: Info) -> Field | None:
        """A field's row, if it has one. Raises NotAuthorized where the mode is not among the field's or, without a row,
        its type's.

        https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
        """
        parent, name = info.parent_type.name, info.field_name
        row = self.rows.get((parent, name))
        if mode not in (row.who if row else self.modes.get(parent, ())):
            raise NotAuthorized(parent, name)
        return row


def without_resolvers(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema, whose fields are all answered by whatever runs it."""
    for type in schema.type_map.values():
        for field in getattr(type, "fields", {}).values():
            if not type.name.startswith("__") and hasattr(field, "resolve"):
                field.resolve = None
    return schema


def check_depth(path: Path | None) -> None:
    """Raises TooDeep for a field with more fields above it than a request may have; places in a list are no fields."""
    depth = 0
    while path:
        depth += isinstance(path.key, str)
        path = path.prev
    if depth > LIMITS.depth:
        raise TooDeep(LIMITS.depth)
