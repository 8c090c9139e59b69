"""Requests run in threads: one that computes delays no other, and the functions still run in the server's loop."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.appsync.request_threads import RequestThreads, invoke_in
from local.lambdas.pool import InvocationResult
from tests.local.server_fixture import LocalServer


def test_a_request_that_computes_does_not_delay_another_client(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request waits in its resolver, which reads the clock, until the second has been answered."""
    started, finished = threading.Event(), threading.Event()

    def clock() -> float:
        if not started.is_set():
            started.set()
            assert finished.wait(60)
        return time.monotonic()

    token = server.token("ada")
    with ThreadPoolExecutor() as executor:
        with monkeypatch.context() as patch:
            patch.setattr(server.appsync, "clock", clock)
            response = executor.submit(server.send, b'{"query": "{ me { id } }"}', {"authorization": token})
            assert started.wait(60)
            assert server.execute("{ me { name } }").data == {"me": {"name": "Ada"}}
            assert not response.done()
            finished.set()
        assert response.result().data == {"me": {"id": "ada"}}


def test_a_thread_is_used_again_after_its_coroutine_has_ended_or_failed() -> None:
    async def name() -> str:
        return f"{threading.get_ident()}"

    async def fail() -> None:
        raise LookupError

    async def run() -> set[str]:
        threads = RequestThreads()
        first = await threads.run(name())
        with pytest.raises(LookupError):
            await threads.run(fail())
        names = {first, await threads.run(name())}
        threads.stop()
        return names

    names = asyncio.run(run())
    assert len(names) == 1
    assert names != {f"{threading.get_ident()}"}


def test_cancelling_the_caller_cancels_the_coroutine() -> None:
    cancelled, thread_ids = threading.Event(), list[int]()

    async def wait() -> None:
        thread_ids.append(threading.get_ident())
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def run() -> None:
        threads = RequestThreads()
        task = asyncio.create_task(threads.run(wait()))
        while not thread_ids:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert cancelled.wait(60)
        threads.stop()

    asyncio.run(run())


def test_a_function_runs_in_the_event_loop_that_owns_it() -> None:
    thread_ids: list[int] = []

    async def invoke(name: str, event: object) -> InvocationResult:
        thread_ids.append(threading.get_ident())
        return InvocationResult([name, event], None, [], 1, 0)

    async def run() -> InvocationResult:
        threads = RequestThreads()
        invoke_here = invoke_in(asyncio.get_running_loop(), invoke)

        async def call() -> InvocationResult:
            return await invoke_here("users", {"a": 1})

        result = await threads.run(call())
        threads.stop()
        return result

    assert asyncio.run(run()).result == ["users", {"a": 1}]
    assert thread_ids == [threading.get_ident()]
