"""The threads in which requests run, so that a long computation of one request delays no other client.

A legal document of 15,000 tokens takes seconds of validation and execution. In the server's event loop nobody else
would be answered meanwhile; between threads the interpreter switches every few milliseconds.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

import uvloop

from local.lambdas.pool import InvocationResult, Invoke

MAX_THREADS = 64  # of requests that run at the same time; further requests wait

T = TypeVar("T")


class RequestThreads:
    """Runs coroutines, each alone in the event loop of a thread. Reuses the threads of coroutines that have ended."""

    def __init__(self) -> None:
        self.idle_loops: list[asyncio.AbstractEventLoop] = []
        self.slots = asyncio.Semaphore(MAX_THREADS)

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Returns the result of a coroutine or raises its exception. Cancelling the caller cancels the coroutine."""
        async with self.slots:
            loop = self.idle_loops.pop() if self.idle_loops else start_loop()
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self.run_in(loop, coroutine), loop))

    async def run_in(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in its thread. The thread is idle again when it has ended, which may be after its caller."""
        try:
            return await coroutine
        finally:
            self.idle_loops.append(loop)

    def stop(self) -> None:
        """Ends the idle threads."""
        while self.idle_loops:
            loop = self.idle_loops.pop()
            loop.call_soon_threadsafe(loop.stop)


def start_loop() -> asyncio.AbstractEventLoop:
    """Returns an event loop that runs in a new thread until it is stopped. The thread does not keep the process."""
    loop = uvloop.new_event_loop()

    def run() -> None:
        try:
            loop.run_forever()
        finally:
            loop.close()

    threading.Thread(target=run, name="request", daemon=True).start()
    return loop


def invoke_in(loop: asyncio.AbstractEventLoop, invoke: Invoke) -> Invoke:
    """Returns an `invoke` for the event loops of other threads. It runs in the loop that owns the functions."""

    async def invoke_in_owner(name: str, event: Any) -> InvocationResult:
        async def call() -> InvocationResult:
            return await invoke(name, event)

        future: Future[InvocationResult] = asyncio.run_coroutine_threadsafe(call(), loop)
        return await asyncio.wrap_future(future)

    return invoke_in_owner
