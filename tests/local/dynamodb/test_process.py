"""DynamoDB Local as a child process: its start and stop, its lock, and its end with the process that started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.dynamodb import engine as dynamodb
from local.dynamodb import process
from local.dynamodb.engine import DataFolderLocked, EngineError
from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until
from tests.local.processes import is_alive, java_of

pytestmark = pytest.mark.process

ROW = {"pk": {"S": "a"}, "sk": {"S": "b"}}
STARTER = """
import pathlib, sys
from local.dynamodb import engine as dynamodb

with dynamodb.engine(pathlib.Path(sys.argv[1])) as endpoint:
    dynamodb.create_table(endpoint, "homes")
    dynamodb.client(endpoint).put_item(TableName="homes", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    print(endpoint, flush=True)
    sys.stdin.read()
"""
# The second program receives the engine of the first, as after os.execve of the local server.
SUCCESSOR = """
import os, pathlib, sys
from local.dynamodb import process

data = pathlib.Path(sys.argv[1])
if description := os.environ.pop(process.VARIABLE, None):
    with process.adopt(description, data) as adopted:
        print(adopted.child.pid, adopted.endpoint, adopted.child.poll(), flush=True)
        sys.stdin.read()
else:
    with process.run(data) as running:
        print(running.child.pid, running.endpoint, running.child.poll(), flush=True)
        os.execve(sys.executable, [*sys.orig_argv], {**os.environ, **running.environment()})
"""


@pytest.fixture
def starter(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process with an engine on `tmp_path`: it writes an item, then prints the engine's endpoint."""
    with run_program(STARTER, tmp_path) as program:
        yield program
        program.kill()


def run_program(program: str, data: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", program, str(data)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_line(program: "subprocess.Popen[str]") -> str:
    assert program.stdout
    return program.stdout.readline().strip()


def test_a_data_folder_stores_its_items_between_runs(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there yet"
    with dynamodb.engine(data) as endpoint:
        assert dynamodb.create_table(endpoint, "homes") is True
        dynamodb.client(endpoint).put_item(TableName="homes", Item=ROW)
    assert not process.is_listening(endpoint)
    with dynamodb.engine(data) as endpoint:
        assert dynamodb.create_table(endpoint, "homes") is False
        assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


def test_the_error_of_a_second_engine_names_the_folder_and_the_process_of_the_first(
    starter: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    endpoint = read_line(starter)
    with pytest.raises(DataFolderLocked, match=f"process {starter.pid} .* {tmp_path}"), dynamodb.engine(tmp_path):
        pass
    assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


def test_java_exits_after_its_starter_is_killed_and_neither_an_item_nor_the_lock_is_left(
    starter: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    endpoint = read_line(starter)
    [java] = java_of(starter.pid)
    starter.kill()
    assert wait_until(lambda: not is_alive(java))
    assert not process.is_listening(endpoint)
    with dynamodb.engine(tmp_path) as second_endpoint:
        assert dynamodb.client(second_endpoint).scan(TableName="homes")["Items"] == [ROW]


def test_a_killed_engine_has_lost_no_item(starter: "subprocess.Popen[str]", tmp_path: Path) -> None:
    read_line(starter)
    [java] = java_of(starter.pid)
    os.kill(java, signal.SIGKILL)
    with dynamodb.engine(tmp_path) as endpoint:
        assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


def test_a_program_adopts_the_engine_of_the_program_that_it_replaces(tmp_path: Path) -> None:
    with run_program(SUCCESSOR, tmp_path) as program:
        before, after = read_line(program), read_line(program)
        pid, endpoint, status = after.split()
        assert (before, status) == (after, "None")
        assert process.is_listening(endpoint)
        program.communicate(timeout=60)
    assert not is_alive(int(pid))


def test_java_exits_with_the_program_that_adopted_it(tmp_path: Path) -> None:
    with run_program(SUCCESSOR, tmp_path) as program:
        read_line(program)
        java = int(read_line(program).split()[0])
        program.kill()
    assert wait_until(lambda: not is_alive(java))


def test_the_error_of_a_failed_start_has_the_output_of_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:NoSuchOption")
    with pytest.raises(EngineError, match="Unrecognized VM option 'NoSuchOption'"), dynamodb.engine():
        pass
