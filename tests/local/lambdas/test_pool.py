"""Local Lambda functions: separate processes, one event at a time, new processes for new code."""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.functions import CODE, ENTRY
from local.lambdas import pool
from local.lambdas.pool import InvocationResult, LambdaFunction
from local.paths import ROOT
from resolvers.wiring import LIMITS

pytestmark = pytest.mark.process


ME = {
    "arguments": {},
    "identity": {"claims": {"sub": "ada"}},
    "source": None,
    "info": {"parentTypeName": "Query", "fieldName": "me"},
}
READ = "users.by_id(caller.id)"


@pytest.fixture
def code(tmp_path: Path, table: str) -> Path:
    """A copy of the functions' code that a test can edit."""
    for room in ("data", "resolvers", "local"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return tmp_path


def edit(code: Path, old: str, new: str) -> None:
    users = code / "resolvers" / "users.py"
    assert old in users.read_text()
    users.write_text(users.read_text().replace(old, new))


def use(root: Path, story: Callable[[LambdaFunction], Awaitable[Any]]) -> Any:
    async def both_results() -> Any:
        function = LambdaFunction("users", {}, ENTRY, replace(CODE, root=root), LIMITS)
        try:
            return await story(function)
        finally:
            await function.stop()

    return asyncio.run(both_results())


def test_a_process_handles_events_one_after_another(code: Path) -> None:
    async def story(function: LambdaFunction) -> list[InvocationResult]:
        return [await function.invoke(ME) for _ in range(3)]

    outcomes = use(code, story)
    assert [outcome.result["ok"]["id"] for outcome in outcomes] == ["ada"] * 3
    assert len({outcome.pid for outcome in outcomes}) == 1


def test_the_duration_excludes_the_start_of_the_process(code: Path) -> None:
    edit(code, READ, "__import__('time').sleep(0.2) or " + READ)
    edit(code, "from data import", "__import__('time').sleep(0.2)\nfrom data import")

    async def story(function: LambdaFunction) -> tuple[float, InvocationResult]:
        started = time.perf_counter()
        outcome = await function.invoke(ME)
        return (time.perf_counter() - started) * 1000, outcome

    waited, outcome = use(code, story)
    assert 200 <= outcome.ms <= waited - 200


def test_concurrent_events_run_in_separate_processes_up_to_the_maximum(code: Path) -> None:
    async def story(function: LambdaFunction) -> list[InvocationResult]:
        return list(await asyncio.gather(*(function.invoke(ME) for _ in range(10))))

    assert len({outcome.pid for outcome in use(code, story)}) == pool.MAX_PROCESSES


def test_changed_code_runs_in_a_new_process(code: Path) -> None:
    async def story(function: LambdaFunction) -> tuple[InvocationResult, InvocationResult]:
        before = await function.invoke(ME)
        edit(code, "caller.profile()", 'User(id=caller.id, name="changed")')
        return before, await function.invoke(ME)

    before, after = use(code, story)
    assert [outcome.result["ok"]["name"] for outcome in (before, after)] == ["ada", "changed"]
    assert before.pid != after.pid


def test_code_that_cannot_be_imported_fails_until_it_is_fixed(code: Path) -> None:
    async def story(function: LambdaFunction) -> list[InvocationResult]:
        edit(code, READ, "def broken(:")
        broken = await function.invoke(ME)
        edit(code, "def broken(:", READ)
        return [broken, await function.invoke(ME)]

    broken, mended = use(code, story)
    assert broken.failed and "does not load" in broken.failed.message
    assert mended.result["ok"]["id"] == "ada"


def test_the_traceback_of_a_resolver_is_in_the_result_and_not_in_the_response(code: Path) -> None:
    async def story(function: LambdaFunction) -> list[InvocationResult]:
        edit(code, READ, "{}['no such key']")
        failed = await function.invoke(ME)
        edit(code, "{}['no such key']", READ)
        return [failed, await function.invoke(ME)]

    failed, fixed = use(code, story)
    (traceback,) = failed.tracebacks
    assert f'File "{code}/resolvers/users.py", line ' in traceback
    assert traceback.endswith("\nKeyError: 'no such key'\n")
    assert failed.result["err"]["type"] == "InternalError"
    assert "no such key" not in str(failed.result)
    assert fixed.tracebacks == []


def test_a_process_that_exits_fails_its_event_and_is_replaced(code: Path) -> None:
    async def story(function: LambdaFunction) -> list[InvocationResult]:
        edit(code, READ, "__import__('os')._exit(1)")
        died = await function.invoke(ME)
        edit(code, "__import__('os')._exit(1)", READ)
        return [died, await function.invoke(ME)]

    died, next_one = use(code, story)
    assert died.failed and died.failed.type == "Lambda:Unhandled"
    assert next_one.result["ok"]["id"] == "ada"


def test_a_result_that_is_not_json_is_an_error(code: Path) -> None:
    edit(code, READ, "{1, 2}")
    outcome = use(code, lambda function: function.invoke(ME))
    assert outcome.failed and outcome.failed.type == "TypeError"


def test_output_of_a_resolver_does_not_mix_with_its_response(code: Path) -> None:
    edit(code, READ, f"print('hello') or {READ}")
    assert use(code, lambda function: function.invoke(ME)).result["ok"]["id"] == "ada"


def test_processes_end_when_the_function_is_stopped(code: Path) -> None:
    outcome = use(code, lambda function: function.invoke(ME))
    with pytest.raises(ProcessLookupError):
        os.kill(outcome.pid, 0)


def test_an_editors_lock_file_is_not_part_of_the_code(code: Path) -> None:
    before = replace(CODE, root=code).version()
    (code / "resolvers" / ".#users.py").symlink_to("nowhere")
    assert replace(CODE, root=code).version() == before
