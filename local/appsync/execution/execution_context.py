"""The execution of one request: the events of its fields, the values that the cache holds, and what it has counted."""

from typing import Any

from local import assumptions
from local.appsync.errors import FieldError, LimitReached
from local.appsync.execution.batch_scheduler import BatchScheduler, Event
from local.appsync.execution.cache import ABSENT, Cache
from local.appsync.execution.field_invoker import FieldInvoker
from local.appsync.execution.schema_runtime import Info
from local.appsync.language import selection_set
from local.auth.request import AuthContext
from resolvers.field_config import ROOTS, Field, Limits


class ExecutionContext:
    """What the resolvers of one request share."""

    def __init__(
        self,
        caller: AuthContext,
        variables: dict[str, Any],
        invoker: FieldInvoker,
        scheduler: BatchScheduler,
        cache: Cache,
        limits: Limits,
    ) -> None:
        self.caller = caller
        self.variables = variables
        self.invoker = invoker
        self.scheduler = scheduler
        self.cache = cache
        self.limits = limits
        self.request = {"headers": caller.headers, "domainName": None}
        self.resolvers = 0
        self.evicted: int | None = None
        self.infos: dict[tuple[int, ...], dict[str, Any]] = {}

    def event(self, source: Any, info: Info, arguments: dict[str, Any]) -> Event:
        """The event of a direct Lambda resolver.

        https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
        """
        root = info.parent_type.name in ROOTS
        return {
            "arguments": arguments,
            "identity": self.caller.identity,
            "source": None if root else source,
            "request": self.request,
            "prev": None,
            "info": self.event_info(info),
            "stash": {},
        }

    def event_info(self, info: Info) -> dict[str, Any]:
        """An event's `info`: the same object for all instances of a field, which share their nodes."""
        key = tuple(map(id, info.field_nodes))
        if key not in self.infos:
            self.infos[key] = {
                "selectionSetList": selection_set.paths(info.field_nodes, info.fragments),
                "selectionSetGraphQL": selection_set.text(info.field_nodes),
                "parentTypeName": info.parent_type.name,
                "fieldName": info.field_name,
                "variables": self.variables,
            }
        return self.infos[key]

    def count_resolver(self) -> None:
        """Counts one more resolver of the request. Raises LimitReached, as AppSync does."""
        self.resolvers += 1
        if self.resolvers > self.limits.resolvers:
            raise LimitReached

    def resolve_root(self, field: Field, event: Event) -> Any:
        """The value of a root field from the cache, or an awaitable of its function's."""
        cached = self.cache.get(field.path, event)
        if cached is not ABSENT:
            self.invoker.trace.hit(field)
            return cached
        self.scheduler.invocation_started()
        return self.invoke_root(field, event)

    async def invoke_root(self, field: Field, event: Event) -> Any:
        """The `ok` of the function's result, or its `err` as a FieldError, as the field's APPSYNC_JS handler has it.

        Then caches the value, and evicts what the field evicts.
        """
        evictions = self.cache.evictions[field.path]
        try:
            answer = await self.invoker.result(field, event, 1)
        finally:
            self.scheduler.invocation_finished()
        if "err" in answer:
            raise FieldError(answer["err"]["type"], answer["err"]["message"], answer["err"]["info"])
        stale = self.cache.evictions[field.path] != evictions  # perhaps read before a write that has evicted it since
        if not stale and (answer["ok"] is not None or assumptions.NULL_IS_CACHED):
            self.cache.put(field.path, event, answer["ok"])
        self.evict(field, event)
        return answer["ok"]

    def evict(self, field: Field, event: Event) -> None:
        if field.evicts:
            self.evicted = (self.evicted or 0) + sum(self.cache.evict(evict, event) for evict in field.evicts)
