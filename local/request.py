"""One request under way: its invocations, its batches, its cached answers and the time that it has.

A batched field waits until nothing else of its request is under way; then all its instances so far go out together, in
chunks of its row's size.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum
from typing import Any

from graphql.pyutils import Path

from local import selection, unconfirmed
from local.api import Info
from local.auth import Asker
from local.cache import ABSENT, Cache
from local.errors import DeskFailed, FieldError, LimitReached
from local.trace import Trace
from local.workers import Failed, Invoke, Outcome
from resolvers.field import ROOTS, Field
from resolvers.wiring import LIMITS

Event = dict[str, Any]
Waiting = tuple[Event, "asyncio.Future[Any]"]


class Request:
    """What a request has waiting, how many invocations are out, what it counted so far."""

    def __init__(
        self,
        invoke: Invoke,
        cache: Cache,
        mixed: bool,
        asker: Asker,
        variables: dict[str, Any],
        trace: Trace,
        clock: Callable[[], float],
    ) -> None:
        self.invoke = invoke
        self.cache = cache
        self.mixed = mixed
        self.asker = asker
        self.variables = variables
        self.trace = trace
        self.request = {"headers": asker.headers, "domainName": None}
        self.clock = clock
        self.until = clock() + LIMITS.seconds
        self.out = 0
        self.resolvers = 0
        self.evicted: int | None = None
        self.looking = self.woken = False
        self.under_way: set[asyncio.Task[Any]] = set()
        self.waiting: dict[tuple[Field, str], list[Waiting]] = {}
        self.infos: dict[tuple[int, ...], dict[str, Any]] = {}

    def event(self, source: Any, info: Info, arguments: dict[str, Any]) -> Event:
        """What AppSync hands a direct Lambda resolver.

        https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
        """
        root = info.parent_type.name in ROOTS
        return {
            "arguments": arguments,
            "identity": self.asker.identity,
            "source": None if root else source,
            "request": self.request,
            "prev": None,
            "info": self.told(info),
            "stash": {},
        }

    def told(self, info: Info) -> dict[str, Any]:
        """An event's `info`. A field's instances share their nodes, so it is the very same for all of them."""
        key = tuple(map(id, info.field_nodes))
        if key not in self.infos:
            self.infos[key] = {
                "selectionSetList": selection.paths(info.field_nodes, info.fragments),
                "selectionSetGraphQL": selection.text(info.field_nodes),
                "parentTypeName": info.parent_type.name,
                "fieldName": info.field_name,
                "variables": self.variables,
            }
        return self.infos[key]

    def check_time(self) -> None:
        """Raises FieldError once the request's time is over: what its parents hold takes time of its own."""
        if self.clock() > self.until:
            raise FieldError(*unconfirmed.TIMED_OUT)

    def count(self) -> None:
        """Counts one more resolver of the request. Raises LimitReached, as AppSync does."""
        self.resolvers += 1
        if self.resolvers > LIMITS.resolvers:
            raise LimitReached

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Begins some work; asyncio itself would forget what nobody holds."""
        task = asyncio.ensure_future(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task

    def now(self, row: Field, event: Event) -> Any:
        """The value of a root field: what the cache keeps of it, or will be when its function has answered."""
        kept = self.cache.get(row.path, event)
        if kept is not ABSENT:
            self.trace.hit(row)
            return kept
        self.out += 1
        return self.alone(row, event)

    async def alone(self, row: Field, event: Event) -> Any:
        """As its handler does in AppSync: `ok` is the value, `err` an error; what it makes stale is evicted."""
        evictions = self.cache.evictions[row.path]
        try:
            answer = await self.invoked(row, event, 1)
        finally:
            self.back()
        if "err" in answer:
            raise FieldError(answer["err"]["type"], answer["err"]["message"], answer["err"]["info"])
        stale = self.cache.evictions[row.path] != evictions  # perhaps read before a write that has evicted it since
        if not stale and (answer["ok"] is not None or unconfirmed.NULL_IS_CACHED):
            self.cache.put(row.path, event, answer["ok"])
        self.evict(row, event)
        return answer["ok"]

    def evict(self, row: Field, event: Event) -> None:
        if row.evicts:
            self.evicted = (self.evicted or 0) + sum(self.cache.evict(evict, event) for evict in row.evicts)

    def later(self, row: Field, event: Event, path: Path) -> Awaitable[Any]:
        """The value of one instance of a batched field, once its batch has come back."""
        alias = "" if self.mixed else "/".join(key for key in path.as_list() if isinstance(key, str))
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault((row, alias), []).append((event, future))
        self.wake()
        return future

    def back(self) -> None:
        """One invocation less is out; what its answer leads to runs before the batches are looked at again."""
        self.out -= 1
        self.wake()

    def wake(self) -> None:
        """Lets all that runs now run to where it waits, then sees whether the batches may go."""
        self.woken = True
        if not self.looking:
            self.looking = True
            asyncio.get_running_loop().call_soon(self.look)

    def look(self) -> None:
        """Where more has been set going since it was called for, that comes first."""
        if self.woken:
            self.woken = False
            asyncio.get_running_loop().call_soon(self.look)
            return
        self.looking = False
        self.send()

    def send(self) -> None:
        if self.out:
            return
        waiting, self.waiting = self.waiting, {}
        for (row, _), all_of_it in waiting.items():
            size = row.batch.size if row.batch else 1
            for start in range(0, len(all_of_it), size):
                self.out += 1
                self.start(self.together(row, all_of_it[start : start + size]))

    async def together(self, row: Field, chunk: list[Waiting]) -> None:
        """Invokes the function with one list and gives each instance its item of the answer."""
        try:
            items = await self.invoked(row, [event for event, _ in chunk], len(chunk))
            if not isinstance(items, list) or len(items) != len(chunk):
                type, text = unconfirmed.WRONG_BATCH
                raise FieldError(type, text.format(path=row.path, items=len(chunk)))
            values = list(map(value, items))
        except Exception as error:
            told = error if isinstance(error, FieldError) else DeskFailed(row.path, error)
            values = [FieldError(told.type, str(told)) for _ in chunk]
        for (_, future), one in zip(chunk, values, strict=True):
            if future.done():
                continue
            if isinstance(one, FieldError):
                future.set_exception(one)
            else:
                future.set_result(one)
        self.back()

    async def invoked(self, row: Field, payload: Any, batch: int) -> Any:
        """What a function answers within the time that the request has left. Raises FieldError."""
        begun = time.perf_counter()
        left = self.until - self.clock()
        try:
            if left <= 0:  # asyncio would let the function begin before it cuts it off
                raise TimeoutError
            async with asyncio.timeout(left):
                outcome = await self.invoke(row.function, payload)
        except TimeoutError:
            ms = (time.perf_counter() - begun) * 1000
            outcome = Outcome(None, Failed(*unconfirmed.TIMED_OUT), [], 0, round(ms, 3))
        self.trace.add(row, batch, outcome, begun)
        if outcome.failed:
            raise FieldError(outcome.failed.type, outcome.failed.message)
        return outcome.result


def value(item: Any) -> Any:
    """What an item of a batch means: an error, or the value in its `data`; a list or null is the value itself.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html
    """
    if not isinstance(item, dict):
        return item if item is None or isinstance(item, list) or unconfirmed.BARE_ITEM_IS_ITS_VALUE else None
    if item.get("errorMessage") is not None:
        return FieldError(str(item.get("errorType") or unconfirmed.UNTYPED_ITEM), str(item["errorMessage"]))
    return item.get("data")


def plain(value: Any) -> Any:
    """An argument as it is in an event: enums are their names."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value
