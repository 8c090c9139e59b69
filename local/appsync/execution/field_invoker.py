"""Invokes the functions of one request, each within the remaining time of the request, and adds each to the trace."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from graphql.pyutils import Path

from local import assumptions
from local.appsync.errors import FieldError
from local.lambdas.pool import MAX_PROCESSES, FunctionError, InvocationResult, Invoke
from local.trace.model import Trace
from resolvers.field_config import FieldConfig

MAX_CONCURRENT = MAX_PROCESSES - 1  # invocations of a function by one request: one process is left for other requests


class FieldInvoker:
    """Invokes the functions of fields; each invocation fails after the `seconds` of the request have passed."""

    def __init__(self, invoke: Invoke, seconds: float, trace: Trace, clock: Callable[[], float]) -> None:
        self.invoke = invoke
        self.deadline = clock() + seconds
        self.trace = trace
        self.clock = clock
        self.slots = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(MAX_CONCURRENT))

    def check_deadline(self) -> None:
        """Raises FieldError after the deadline. Fields without a function take time too."""
        if self.clock() > self.deadline:
            raise FieldError(*assumptions.TIMED_OUT)

    async def invoke_field(self, field: FieldConfig, payload: Any, paths: Sequence[Path]) -> Any:
        """Returns the result of a field's function for the payload of the instances of the field at these paths.

        Raises FieldError if the function fails or times out.
        """
        started_at = time.perf_counter()
        remaining = self.deadline - self.clock()
        try:
            if remaining <= 0:  # asyncio would start the function before it cancels it
                raise TimeoutError
            async with asyncio.timeout(remaining), self.slots[field.function]:
                outcome = await self.invoke(field.function, payload)
        except TimeoutError:
            ms = (time.perf_counter() - started_at) * 1000
            outcome = InvocationResult(None, FunctionError(*assumptions.TIMED_OUT), [], 0, round(ms, 3))
        self.trace.add(field, len(paths), outcome, started_at, unique_patterns(paths))
        if outcome.failed:
            raise FieldError(outcome.failed.type, outcome.failed.message)
        return outcome.result


def unique_patterns(paths: Iterable[Path]) -> list[str]:
    """Returns the different patterns of these paths, in order."""
    return list(dict.fromkeys(map(path_pattern, paths)))


def path_pattern(path: Path) -> str:
    """Returns the path of a field in the response without list indexes, as in `listingsByZip.nodes[].property`."""
    pattern = "".join(f".{key}" if isinstance(key, str) else "[]" for key in path.as_list())
    return pattern.removeprefix(".")
