"""Commands whose reader has closed the pipe end without a message, with the same exit status as with a reader."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data import users
from data.dynamodb import table as the_table
from data.records import ID, User
from local.paths import ROOT
from tests.local.cli.conftest import ELM, HEADER
from tests.local.server_fixture import LocalServer

COPIES = ("local.stdio", "schema_diff.stdio", "conformance.stdio")
# One interpreter starts and 200 forks of it end, each with exit status 7 and a line that it flushes at exit.
RUNS = """
import os, sys
from {module} import ignore_broken_pipes

statuses = set()
for _ in range(200):
    if not (pid := os.fork()):
        ignore_broken_pipes()
        print("a line")
        print("no whole line", end="", file=sys.stderr)
        sys.exit(7)
    statuses.add(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
os._exit(0 if statuses == {{7}} else 1)
"""

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The file descriptor of the write end of a pipe whose read end is closed."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.fixture
def run_unread(closed_pipe: int) -> Run:
    """A function that runs a module with a closed stdout and returns its exit status and its stderr."""

    def run(*words: str, **environment: str) -> tuple[int, str]:
        command, variables = [sys.executable, "-m", *words], {**os.environ, "PYTHONUNBUFFERED": "", **environment}
        process = subprocess.run(
            command, cwd=ROOT, env=variables, stdout=closed_pipe, stderr=subprocess.PIPE, text=True, timeout=60
        )
        return process.returncode, process.stderr

    return run


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("module", COPIES)
def test_each_of_200_runs_ends_with_its_exit_status(closed_pipe: int, module: str, unbuffered: str) -> None:
    command, variables = [sys.executable, "-c", RUNS.format(module=module)], {"PYTHONUNBUFFERED": unbuffered}
    assert subprocess.run(command, cwd=ROOT, env=variables, stdout=closed_pipe, stderr=closed_pipe).returncode == 0


def test_the_copies_of_the_module_are_identical() -> None:
    assert len({(ROOT / f"{module.replace('.', '/')}.py").read_text() for module in COPIES}) == 1


def test_a_schema_that_breaks_an_app_ends_with_1(run_unread: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "old.graphql", tmp_path / "new.graphql"
    old.write_text("type Query { a: Int b: Int }")
    new.write_text("type Query { a: Int }")
    assert run_unread("schema_diff", str(old), str(new)) == (1, "")


@pytest.mark.parametrize(
    "command", [["local.cli.token", "--help"], ["local.schema.compiler", "--print"], ["local.cli.load", "--help"]]
)
def test_a_long_output_ends_with_0(run_unread: Run, command: list[str]) -> None:
    assert run_unread(*command) == (0, "")


def test_the_names_check_ends_with_the_status_of_its_findings(run_unread: Run) -> None:
    command = [sys.executable, "-m", "tools.names", "--all"]
    status = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=60).returncode
    assert run_unread("tools.names", "--all") == (status, "")


def test_a_release_that_is_refused_ends_with_1(closed_pipe: int) -> None:
    command, variables = [sys.executable, "-m", "tools.release", "1"], {**os.environ, "PYTHONUNBUFFERED": ""}
    assert subprocess.run(command, cwd=ROOT, env=variables, stdout=closed_pipe, stderr=closed_pipe).returncode == 1


@pytest.mark.parametrize("command", ["local.cli.token", "local.cli.api_key"])
def test_a_command_that_prints_a_credential_ends_with_0(run_unread: Run, server: LocalServer, command: str) -> None:
    assert run_unread(command, "--port", server.url.rpartition(":")[2]) == (0, "")


def test_a_load_with_an_invalid_row_ends_with_1_and_loads_the_rest(
    run_unread: Run, table: str, engine: str, tmp_path: Path
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n1,2\n")
    status, output = run_unread(
        "local.cli.load", str(tmp_path / "sales.csv"), DYNAMODB_ENDPOINT=engine, TABLE_NAME=table
    )
    assert (status, "BrokenPipe" in output) == (1, False)
    assert [item["zip_code"] for item in the_table.scan() if item["sk"] == "METADATA"] == ["98178"]


def test_verify_of_an_inconsistent_table_ends_with_1(run_unread: Run, table: str, engine: str) -> None:
    the_table.put_many([users.to_item(User(id=ID("ada"), name="Ada", property_count=7))])
    status, output = run_unread("local.cli.verify", DYNAMODB_ENDPOINT=engine, TABLE_NAME=table)
    assert (status, "BrokenPipe" in output) == (1, False)


def test_conformance_without_an_endpoint_ends_with_2(closed_pipe: int) -> None:
    command, variables = [sys.executable, "-m", "conformance"], {"PYTHONUNBUFFERED": ""}
    assert subprocess.run(command, cwd=ROOT, env=variables, stdout=closed_pipe, stderr=closed_pipe).returncode == 2
