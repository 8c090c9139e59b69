"""Concurrent writes to a table that may be busy: fewer at a time, and with growing waits, until it recovers."""

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from data.errors import TryAgain

A = TypeVar("A")
B = TypeVar("B")

MAX_WRITERS = 8
SUCCESSES_PER_WRITER = 20  # after so many, one more call runs at a time
FIRST_WAIT_SECONDS = 0.5
MAX_WAIT_SECONDS = 20.0
PATIENCE_SECONDS = 600.0
TICK_SECONDS = 1.0


class TableBusy(Exception):
    """No call has succeeded for ten minutes."""


@dataclass(frozen=True)
class Pace:
    """How many calls may run at a time, and for how many seconds no call starts."""

    writers: int
    wait_seconds: float


class Writers:
    """Runs calls in threads, and repeats those that raise TryAgain.

    The number of concurrent calls is halved if the table is busy, and grows by one with every 20 successes. The waits
    double with each busy response since the last success, up to 20 seconds, with full jitter:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
        grace_seconds: float = 2,
    ) -> None:
        self.clock, self.sleep, self.jitter = clock, sleep, jitter
        self.grace_seconds = grace_seconds
        self.limit = MAX_WRITERS
        self.successes = 0
        self.waits = 0  # since the last success
        self.backoffs = 0  # in all
        self.resume_at = self.last_success_at = clock()

    def run(
        self,
        function: Callable[[A], B],
        arguments: Iterable[A],
        on_result: Callable[[B], object],
        on_tick: Callable[[Pace], object],
    ) -> None:
        """Calls the function for each argument, and `on_result` with each result, in the order of completion.

        Calls `on_tick` each second while nothing completes. Raises TableBusy, or the error of the function. On an
        error or an interrupt no more calls start, and those that end within `grace_seconds` are still reported.
        """
        remaining, repeated = iter(arguments), deque[A]()
        running: dict[Future[B], tuple[A, int]] = {}
        self.last_success_at = self.clock()
        threads = ThreadPoolExecutor(MAX_WRITERS)
        try:
            while True:
                self.wait(on_tick)
                for argument in next_arguments(repeated, remaining, self.limit - len(running)):
                    running[threads.submit(function, argument)] = argument, self.backoffs
                if not running:
                    return
                completed, _ = wait(running, TICK_SECONDS, FIRST_COMPLETED)
                for future in completed:
                    argument, backoffs = running.pop(future)
                    if isinstance(future.exception(), TryAgain):
                        repeated.append(argument)
                        self.slow_down(backoffs)
                    else:
                        on_result(future.result())
                        self.speed_up()
                on_tick(Pace(self.limit, 0))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for future in wait(running, self.grace_seconds).done:
                if not future.cancelled() and not future.exception():
                    on_result(future.result())

    def wait(self, on_tick: Callable[[Pace], object]) -> None:
        """Sleeps until the next call may start, in steps of a second."""
        while (seconds := self.resume_at - self.clock()) > 0:
            on_tick(Pace(self.limit, seconds))
            self.sleep(min(seconds, TICK_SECONDS))

    def slow_down(self, backoffs: int) -> None:
        """Takes note of a busy table, seen by a call that started after so many backoffs. Raises TableBusy.

        Calls that ran at the same time and failed together count once.
        """
        if self.clock() - self.last_success_at > PATIENCE_SECONDS:
            raise TableBusy(f"the table has been busy for {PATIENCE_SECONDS / 60:.0f} minutes")
        if backoffs < self.backoffs:
            return
        self.backoffs += 1
        self.limit = max(1, self.limit // 2)
        self.successes = 0
        longest = min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**self.waits)
        self.waits += 1
        self.resume_at = self.clock() + self.jitter(0, longest)

    def speed_up(self) -> None:
        self.last_success_at = self.clock()
        self.waits = 0
        self.successes += 1
        if self.successes % SUCCESSES_PER_WRITER == 0:
            self.limit = min(MAX_WRITERS, self.limit + 1)


def next_arguments(repeated: deque[A], remaining: Iterator[A], count: int) -> list[A]:
    """Takes at most `count` arguments: those to repeat first."""
    first = [repeated.popleft() for _ in range(min(count, len(repeated)))]
    return [*first, *islice(remaining, max(0, count - len(first)))]
