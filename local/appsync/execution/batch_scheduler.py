"""Collects instances of a batched field until nothing else of the request runs, then invokes the field's function.

The algorithm is that of a DataLoader, except that it waits for pending invocations as well as for the event loop. Then
it dispatches all instances together, in chunks of the field's batch size.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from graphql.pyutils import Path

from local import assumptions
from local.appsync.errors import FieldError, InternalFailure
from local.appsync.execution.field_invoker import FieldInvoker
from resolvers.field_config import FieldConfig

Event = dict[str, Any]
Instance = tuple[Event, Path, "asyncio.Future[Any]"]


class BatchScheduler:
    """Holds the batches of one request and the number of its pending invocations."""

    def __init__(self, invoker: FieldInvoker, aliases_share_batch: bool) -> None:
        self.invoker = invoker
        self.aliases_share_batch = aliases_share_batch
        self.batches: dict[tuple[FieldConfig, str], list[Instance]] = {}
        self.pending = 0
        self.tasks: set[asyncio.Task[Any]] = set()
        self.dispatch_scheduled = self.has_new_work = False

    def enqueue(self, field: FieldConfig, event: Event, path: Path) -> Awaitable[Any]:
        """Returns a future of the value of one instance; it is resolved when the result of its batch arrives."""
        alias = "" if self.aliases_share_batch else "/".join(key for key in path.as_list() if isinstance(key, str))
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.batches.setdefault((field, alias), []).append((event, path, future))
        self.schedule_dispatch()
        return future

    def invocation_started(self) -> None:
        """Holds back all batches until this invocation has finished: its result may add instances."""
        self.pending += 1

    def invocation_finished(self) -> None:
        """Schedules the next dispatch after the resolvers that were waiting for the result have run."""
        self.pending -= 1
        self.schedule_dispatch()

    def schedule_dispatch(self) -> None:
        """Yields to the event loop until no resolver is runnable, then dispatches the batches."""
        self.has_new_work = True
        if not self.dispatch_scheduled:
            self.dispatch_scheduled = True
            asyncio.get_running_loop().call_soon(self.dispatch_when_idle)

    def dispatch_when_idle(self) -> None:
        if self.has_new_work:
            self.has_new_work = False
            asyncio.get_running_loop().call_soon(self.dispatch_when_idle)
            return
        self.dispatch_scheduled = False
        self.dispatch()

    def dispatch(self) -> None:
        """Invokes the functions of all batches unless an invocation is pending."""
        if self.pending:
            return
        batches, self.batches = self.batches, {}
        for (field, _), instances in batches.items():
            size = field.batch.size if field.batch else 1
            for start in range(0, len(instances), size):
                self.invocation_started()
                self.create_task(self.invoke_batch(field, instances[start : start + size]))

    def create_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine. The set keeps the task alive: asyncio itself holds only a weak reference to it."""
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def invoke_batch(self, field: FieldConfig, chunk: list[Instance]) -> None:
        """Invokes the function with the list of events, and resolves the future of each instance with its item."""
        try:
            items = await self.invoker.invoke_field(
                field, [event for event, _, _ in chunk], [path for _, path, _ in chunk]
            )
            if not isinstance(items, list) or len(items) != len(chunk):
                type, text = assumptions.WRONG_BATCH
                raise FieldError(type, text.format(path=field.path, items=len(chunk)))
            values = list(map(unwrap_batch_item, items))
        except Exception as error:
            failure = error if isinstance(error, FieldError) else InternalFailure(field.path, error)
            values = [FieldError(failure.type, str(failure)) for _ in chunk]
        for (_, _, future), value in zip(chunk, values, strict=True):
            if future.done():
                continue
            if isinstance(value, FieldError):
                future.set_exception(value)
            else:
                future.set_result(value)
        self.invocation_finished()


def unwrap_batch_item(item: Any) -> Any:
    """Returns the value of a batch item, or its error: an object has the value in `data`; a list or null is the value.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html
    """
    if not isinstance(item, dict):
        return item if item is None or isinstance(item, list) or assumptions.BARE_ITEM_IS_ITS_VALUE else None
    if item.get("errorMessage") is not None:
        return FieldError(str(item.get("errorType") or assumptions.UNTYPED_ITEM), str(item["errorMessage"]))
    return item.get("data")
