"""AppSync's engine: executes a request against the schema and invokes the Lambda functions of its fields."""

import time
from collections.abc import Callable
from typing import Any

from graphql import FieldNode, OperationDefinitionNode
from graphql.pyutils import Path, is_awaitable

from local import assumptions
from local.appsync.errors import DepthLimitReached
from local.appsync.execution.batch_scheduler import BatchScheduler
from local.appsync.execution.cache import ResolverCache
from local.appsync.execution.execution_context import ExecutionContext
from local.appsync.execution.field_invoker import FieldInvoker
from local.appsync.execution.schema_runtime import ExecutableSchema, Info, ResponseBody, argument_value, format_result
from local.appsync.graphql_request import GraphQLRequest, RequestError
from local.appsync.language import documents, selection_set
from local.appsync.language.documents import Document
from local.appsync.realtime.subscriptions import Subscriptions
from local.auth.request import AuthContext
from local.lambdas.pool import Invoke
from local.trace.model import Trace


class AppSync:
    """An API whose fields are resolved by functions. `get_invoker` returns the invoker for one request."""

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
        self.cache = ResolverCache(api.fields.values(), clock)
        self.subscriptions = Subscriptions(api)

    async def execute(self, request: GraphQLRequest, caller: AuthContext, trace: Trace, invoke: Invoke) -> ResponseBody:
        """Returns the body of the response, after published changes have been delivered. Raises RequestError.

        `invoke` comes from `get_invoker`. It may belong to another event loop: see `request_threads.invoke_in`.
        """
        document = self.api.document(request.query)
        operation = document.operation(request.operation_name)
        if documents.is_subscription(operation):
            raise RequestError(*assumptions.SUBSCRIPTION_OVER_HTTP)
        if errors := self.api.validation_errors(document, operation, request.variables):
            trace.end(errors)
            return {"data": None, "errors": errors}
        context = self.create_context(request, caller, trace, invoke)
        result = self.api.run(document, request, self.resolve, context)
        body = format_result(await result if is_awaitable(result) else result)
        if context.evicted_count is not None:
            body["extensions"] = {"apiCacheEntriesDeleted": context.evicted_count}
        trace.end(body.get("errors", []))
        if documents.is_mutation(operation):
            self.publish(document, operation, body["data"] or {})
        return body

    def create_context(
        self, request: GraphQLRequest, caller: AuthContext, trace: Trace, invoke: Invoke
    ) -> ExecutionContext:
        limits = self.api.limits
        invoker = FieldInvoker(invoke, limits.seconds, trace, self.clock)
        scheduler = BatchScheduler(invoker, self.aliases_share_batch)
        return ExecutionContext(caller, request.variables, invoker, scheduler, self.cache, limits)

    def publish(self, document: Document, mutation: OperationDefinitionNode, data: ResponseBody) -> None:
        """Delivers the values of a mutation to their subscribers, field by field. Skips null values."""
        nodes_by_key: dict[str, list[FieldNode]] = {}
        for node in selection_set.subfields([mutation], document.fragments):
            nodes_by_key.setdefault(selection_set.response_key(node), []).append(node)
        for key, nodes in nodes_by_key.items():
            value = data.get(key)
            if value is not None:
                self.subscriptions.publish(nodes[0].name.value, selection_set.unalias(nodes, document.fragments, value))

    def resolve(self, source: Any, info: Info, **arguments: Any) -> Any:
        """Returns the value of a field from its function or, without a configuration, from its source object."""
        context: ExecutionContext = info.context
        field = self.api.authorize_field(context.caller.mode, info)
        check_depth(info.path, context.limits.depth)
        context.invoker.check_deadline()
        if field is None:
            return source.get(info.field_name)
        context.count_resolver()
        event = context.build_event(source, info, argument_value(arguments))
        if field.none_data_source:
            context.evict(field, event)
            return event["arguments"]["input"]
        if field.batch:
            return context.scheduler.enqueue(field, event, info.path)
        return context.resolve_root(field, event, info.path)


def check_depth(path: Path | None, limit: int) -> None:
    """Raises DepthLimitReached if a field is nested deeper than `limit` fields. List indexes do not count."""
    depth = 0
    while path:
        depth += isinstance(path.key, str)
        path = path.prev
    if depth > limit:
        raise DepthLimitReached(limit)
