"""The invocations of one request: each within the time that the request has left, and each in its trace."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from local import assumptions
from local.appsync.errors import FieldError
from local.lambdas.pool import Failed, Invoke, Outcome
from local.trace.model import Trace
from resolvers.field_config import Field


class FieldInvoker:
    """Invokes the functions of fields until the request's `seconds` are over."""

    def __init__(self, invoke: Invoke, seconds: float, trace: Trace, clock: Callable[[], float]) -> None:
        self.invoke = invoke
        self.deadline = clock() + seconds
        self.trace = trace
        self.clock = clock

    def check_deadline(self) -> None:
        """Raises FieldError after the deadline: fields that need no function take time too."""
        if self.clock() > self.deadline:
            raise FieldError(*assumptions.TIMED_OUT)

    async def result(self, field: Field, payload: Any, batch_size: int) -> Any:
        """The result of a field's function for this payload. Raises FieldError."""
        started = time.perf_counter()
        remaining = self.deadline - self.clock()
        try:
            if remaining <= 0:  # asyncio would let the function begin before it cancels it
                raise TimeoutError
            async with asyncio.timeout(remaining):
                outcome = await self.invoke(field.function, payload)
        except TimeoutError:
            ms = (time.perf_counter() - started) * 1000
            outcome = Outcome(None, Failed(*assumptions.TIMED_OUT), [], 0, round(ms, 3))
        self.trace.add(field, batch_size, outcome, started)
        if outcome.failed:
            raise FieldError(outcome.failed.type, outcome.failed.message)
        return outcome.result
