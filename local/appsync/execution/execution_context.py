"""The state of one request: builds the events of its fields, uses the cache, and counts resolvers and evictions."""

from typing import Any

from graphql.pyutils import Path

from local import assumptions
from local.appsync.errors import FieldError, ResolverLimitReached
from local.appsync.execution.batch_scheduler import BatchScheduler, Event
from local.appsync.execution.cache import ABSENT, ResolverCache
from local.appsync.execution.field_invoker import FieldInvoker, path_pattern
from local.appsync.execution.schema_runtime import Info
from local.appsync.language import selection_set
from local.auth.request import AuthContext
from local.lambdas.encoding import Variables
from resolvers.field_config import ROOT_TYPES, FieldConfig, Limits


class ExecutionContext:
    """Holds the state that the resolvers of one request share."""

    def __init__(
        self,
        caller: AuthContext,
        variables: Variables,
        invoker: FieldInvoker,
        scheduler: BatchScheduler,
        cache: ResolverCache,
        limits: Limits,
    ) -> None:
        self.caller = caller
        self.variables = variables
        self.invoker = invoker
        self.scheduler = scheduler
        self.cache = cache
        self.limits = limits
        self.request = {"headers": caller.headers, "domainName": None}
        self.resolver_count = 0
        self.evicted_count: int | None = None
        self.infos: dict[tuple[int, ...], dict[str, Any]] = {}
        self.remaining_path_characters = limits.payload_bytes

    def build_event(self, source: Any, info: Info, arguments: dict[str, Any]) -> Event:
        """Returns the event of a direct Lambda resolver.

        https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
        """
        is_root = info.parent_type.name in ROOT_TYPES
        return {
            "arguments": arguments,
            "identity": self.caller.identity,
            "source": None if is_root else source,
            "request": self.request,
            "prev": None,
            "info": self.build_info(info),
            "stash": {},
        }

    def build_info(self, info: Info) -> dict[str, Any]:
        """Returns the `info` of an event. All instances of a field share their nodes, so they share one object.

        Raises PayloadTooLarge if the selection sets of all fields have more characters than one payload may have: the
        length of an alias is unlimited, and so is the number of fields that a fragment is spread in.
        """
        key = tuple(map(id, info.field_nodes))
        if key not in self.infos:
            paths = selection_set.selection_set_list(info.field_nodes, info.fragments, self.remaining_path_characters)
            self.remaining_path_characters -= sum(map(len, paths))
            self.infos[key] = {
                "selectionSetList": paths,
                "selectionSetGraphQL": selection_set.selection_set_graphql(info.field_nodes),
                "parentTypeName": info.parent_type.name,
                "fieldName": info.field_name,
                "variables": self.variables,
            }
        return self.infos[key]

    def count_resolver(self) -> None:
        """Counts one more resolver of the request. Raises ResolverLimitReached, as AppSync does."""
        self.resolver_count += 1
        if self.resolver_count > self.limits.resolvers:
            raise ResolverLimitReached

    def resolve_root(self, field: FieldConfig, event: Event, path: Path) -> Any:
        """Returns the cached value of a root field, or an awaitable of the value of its function."""
        cached = self.cache.get(field.path, event)
        if cached is not ABSENT:
            self.invoker.trace.add_cache_hit(field.path, path_pattern(path))
            return cached
        self.scheduler.invocation_started()
        return self.invoke_root(field, event, path)

    async def invoke_root(self, field: FieldConfig, event: Event, path: Path) -> Any:
        """Returns the `ok` of the function's result or raises its `err` as a FieldError, like the APPSYNC_JS handler.

        Caches the value, then applies the evictions of the field.
        """
        read = self.cache.start_read(field.path, event)
        try:
            result = await self.invoker.invoke_field(field, event, [path])
        finally:
            self.scheduler.invocation_finished()
        if "err" in result:
            raise FieldError(result["err"]["type"], result["err"]["message"], result["err"]["info"])
        if result["ok"] is not None or assumptions.NULL_IS_CACHED:
            self.cache.store(read, result["ok"])
        self.evict(field, event)
        return result["ok"]

    def evict(self, field: FieldConfig, event: Event) -> None:
        if field.evictions:
            self.evicted_count = (self.evicted_count or 0) + sum(
                self.cache.evict(eviction, event) for eviction in field.evictions
            )
