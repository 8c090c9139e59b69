"""AppSync's engine: executes a request against the schema, and invokes the Lambda functions of the fields in it."""

import time
from collections.abc import Callable
from typing import Any

from graphql import FieldNode, OperationDefinitionNode
from graphql.pyutils import Path, is_awaitable

from local import assumptions
from local.appsync.errors import TooDeep
from local.appsync.execution.batch_scheduler import BatchScheduler
from local.appsync.execution.cache import Cache
from local.appsync.execution.execution_context import ExecutionContext
from local.appsync.execution.field_invoker import FieldInvoker
from local.appsync.execution.schema_runtime import Answer, ExecutableSchema, Info, argument_value, format_result
from local.appsync.graphql_request import GraphQLRequest, RequestError
from local.appsync.language import documents, selection_set
from local.appsync.language.documents import Document
from local.appsync.realtime.subscriptions import Subscriptions
from local.auth.request import AuthContext
from local.lambdas.pool import Invoke
from local.trace.model import Trace


class AppSync:
    """An API whose fields are resolved by functions: `get_invoker` returns the invoker of one request."""

    def __init__(
        self,
        api: ExecutableSchema,
        get_invoker: Callable[[], Invoke],
        aliases_share_batch: bool = assumptions.ALIASES_SHARE_A_BATCH,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api = api
        self.get_invoker = get_invoker
        self.aliases_share_batch = aliases_share_batch
        self.clock = clock
        self.cache = Cache(api.fields.values(), clock)
        self.subscriptions = Subscriptions(api)

    async def execute(self, request: GraphQLRequest, caller: AuthContext, trace: Trace) -> Answer:
        """The body of the response. What the request published has been sent to subscribers. Raises RequestError."""
        document = self.api.document(request.query)
        chosen = document.operation(request.operation_name)
        if documents.is_subscription(chosen):
            raise RequestError(*assumptions.SUBSCRIPTION_OVER_HTTP)
        if errors := self.api.errors(document, chosen, request.variables):
            trace.end(errors)
            return {"data": None, "errors": errors}
        context = self.context(request, caller, trace)
        running = self.api.run(document, request, self.resolve, context)
        answer = format_result(await running if is_awaitable(running) else running)
        if context.evicted is not None:
            answer["extensions"] = {"apiCacheEntriesDeleted": context.evicted}
        trace.end(answer.get("errors", []))
        if documents.is_mutation(chosen):
            self.publish(document, chosen, answer["data"] or {})
        return answer

    def context(self, request: GraphQLRequest, caller: AuthContext, trace: Trace) -> ExecutionContext:
        limits = self.api.limits
        invoker = FieldInvoker(self.get_invoker(), limits.seconds, trace, self.clock)
        scheduler = BatchScheduler(invoker, self.aliases_share_batch)
        return ExecutionContext(caller, request.variables, invoker, scheduler, self.cache, limits)

    def publish(self, document: Document, mutation: OperationDefinitionNode, answers: Answer) -> None:
        """Sends a mutation's answers to their subscribers, field by field. An answer that is null is not published."""
        selected: dict[str, list[FieldNode]] = {}
        for node in selection_set.fields([mutation], document.fragments):
            selected.setdefault(selection_set.key(node), []).append(node)
        for key, nodes in selected.items():
            answer = answers.get(key)
            if answer is not None:
                self.subscriptions.publish(nodes[0].name.value, selection_set.named(nodes, document.fragments, answer))

    def resolve(self, source: Any, info: Info, **arguments: Any) -> Any:
        """The value of a field: of its function or, for a field without configuration, of its parent."""
        context: ExecutionContext = info.context
        field = self.api.authorize_field(context.caller.mode, info)
        check_depth(info.path, context.limits.depth)
        context.invoker.check_deadline()
        if field is None:
            return source.get(info.field_name)
        context.count_resolver()
        event = context.event(source, info, argument_value(arguments))
        if field.local:
            context.evict(field, event)
            return event["arguments"]["input"]
        if field.batch:
            return context.scheduler.enqueue(field, event, info.path)
        return context.resolve_root(field, event)


def check_depth(path: Path | None, limit: int) -> None:
    """Raises TooDeep for a field with more fields above it than a request may have; list indexes do not count."""
    depth = 0
    while path:
        depth += isinstance(path.key, str)
        path = path.prev
    if depth > limit:
        raise TooDeep(limit)
