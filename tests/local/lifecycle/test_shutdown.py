"""What ends the local server or its engine, at any moment: signals, and the death of a process."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT

import httpx
import pytest

from local.dynamodb import data_folder, process
from local.paths import ROOT
from tests.local.cli.conftest import HEADER
from tests.local.misbehaving_clients import wait_until
from tests.local.processes import children, handles, is_alive, java_of
from tests.local.test_server import SAMPLE, engine_of, free_port, listings, server_process, start, token

pytestmark = pytest.mark.process

UNCLEAN = re.compile(r"Traceback|Exception|Error:|destroyed|never (awaited|retrieved)")
MOMENTS: dict[str, Callable[[int], bool]] = {
    "the imports": lambda pid: handles(pid, signal.SIGTERM),
    "the start of the engine": lambda pid: bool(java_of(pid)),
    "the start of the functions": lambda pid: bool(java_of(pid)) and len(children(pid)) > 1,
}
MARKED = [(moment, number) for moment in MOMENTS for number in (signal.SIGINT, signal.SIGTERM)]


@contextmanager
def running_server(port: int, **environment: str) -> "Iterator[tuple[subprocess.Popen[str], list[int]]]":
    """Yields the process of a server that responds, and the ids of its children: the engine and the functions."""
    with server_process(port, ROOT, **environment) as server:
        engine_of(port)
        processes = children(server.pid)
        assert len(processes) >= 5
        yield server, processes


def read_until(server: "subprocess.Popen[str]", text: str) -> str:
    """Returns the next line of output that contains `text`."""
    assert server.stdout
    return next(line for line in server.stdout if text in line)


@pytest.mark.parametrize(("moment", "number"), MARKED, ids=lambda value: getattr(value, "name", value))
def test_a_signal_during_the_start_ends_the_server_cleanly(moment: str, number: signal.Signals, tmp_path: Path) -> None:
    with start(ROOT, PORT=str(free_port()), DATA=str(tmp_path)) as server:
        assert wait_until(lambda: MOMENTS[moment](server.pid), seconds=120)
        processes = children(server.pid)
        server.send_signal(number)
        output, _ = server.communicate(timeout=120)
    assert (server.returncode, UNCLEAN.search(output)) == (128 + number, None), output
    assert wait_until(lambda: not any(map(is_alive, processes)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly_while_it_serves(number: signal.Signals) -> None:
    with running_server(free_port()) as (server, processes):
        server.send_signal(number)
        output, _ = server.communicate(timeout=120)
    assert (server.returncode, output) == (128 + number, "")
    assert not any(map(is_alive, processes))


def test_ctrl_c_in_the_terminal_of_make_run_ends_everything(tmp_path: Path) -> None:
    command = ["make", "--old-file=.venv/run.ready", "run"]
    variables = {**os.environ, "PORT": str(free_port()), "DATA": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, text=True, start_new_session=True, stdout=PIPE, stderr=STDOUT
    ) as make:
        assert make.stdout
        assert any("Serving on" in line for line in make.stdout)
        [server] = children(make.pid)
        processes = [server, *children(server)]
        os.killpg(make.pid, signal.SIGINT)
        output, _ = make.communicate(timeout=120)
    assert (make.returncode, UNCLEAN.search(output)) == (-signal.SIGINT, None), output
    assert not any(map(is_alive, processes))


def test_ctrl_c_while_the_schema_is_compiled_prints_no_traceback(checkout: Path) -> None:
    (checkout / ".cache").symlink_to(ROOT / ".cache")
    command = [sys.executable, "-m", "local.server"]
    variables = {**os.environ, "PORT": str(free_port())}
    with subprocess.Popen(
        command, cwd=checkout, env=variables, text=True, start_new_session=True, stdout=PIPE, stderr=STDOUT
    ) as server:
        read_until(server, "Serving on")
        with (checkout / "data" / "records.py").open("a") as module:
            module.write("import os, signal\nos.mkdir(f'group-{os.getpgrp()}')\nsignal.pause()\n")
        assert wait_until(lambda: any(checkout.glob("group-*")), seconds=120)
        assert not (checkout / f"group-{server.pid}").exists()
        processes = children(server.pid)
        os.killpg(server.pid, signal.SIGINT)
        output, _ = server.communicate(timeout=120)
    assert (server.returncode, output) == (130, "")
    assert wait_until(lambda: not any(map(is_alive, processes)))


def test_a_killed_server_leaves_neither_a_process_nor_a_lock(tmp_path: Path) -> None:
    with running_server(free_port(), DATA=str(tmp_path)) as (server, processes):
        server.kill()
    assert wait_until(lambda: not any(map(is_alive, processes)))
    data_folder.lock(tmp_path).close()


def test_a_server_that_is_killed_during_the_start_leaves_no_java(tmp_path: Path) -> None:
    with start(ROOT, PORT=str(free_port()), DATA=str(tmp_path)) as server:
        assert wait_until(lambda: bool(java_of(server.pid)), seconds=120)
        processes = children(server.pid)
        server.kill()
    assert wait_until(lambda: not any(map(is_alive, processes)))
    data_folder.lock(tmp_path).close()


def test_an_engine_that_dies_is_restarted_on_its_data(tmp_path: Path) -> None:
    port = free_port()
    with running_server(port, DATA=str(tmp_path)) as (server, _):
        endpoint, credentials = engine_of(port), token(port)
        [java] = java_of(server.pid)
        os.kill(java, signal.SIGKILL)
        assert read_until(server, "ended") == f"DynamoDB Local ended with status -9: restarting it on {tmp_path}\n"
        assert error_types(port, credentials) <= {"TryAgain"}
        assert read_until(server, "again") == "DynamoDB Local runs again.\n"
        assert engine_of(port) == endpoint
        assert listings(port, credentials) == SAMPLE


def error_types(port: int, credentials: str) -> set[str]:
    """Returns the error types of the response to a query that reads the table: none if it succeeds."""
    query = '{ property(id: "1") { id } }'
    headers = {"authorization": credentials}
    response = httpx.post(f"http://127.0.0.1:{port}/graphql", headers=headers, json={"query": query}, timeout=60)
    return {error["errorType"] for error in response.json().get("errors", ())}


def test_the_server_ends_with_a_sentence_when_the_engine_of_a_table_in_memory_dies() -> None:
    with running_server(free_port()) as (server, processes):
        [java] = java_of(server.pid)
        os.kill(java, signal.SIGKILL)
        output, _ = server.communicate(timeout=60)
    sentence = (
        "DynamoDB Local ended with status -9, and the table, which was in memory, with it. DATA=folder keeps a table."
    )
    assert (server.returncode, output.splitlines()[-1]) == (1, sentence)
    assert not UNCLEAN.search(output)
    assert not any(map(is_alive, processes))


def test_the_server_waits_for_an_external_engine_that_dies(tmp_path: Path) -> None:
    port = free_port()
    with (
        process.run(tmp_path) as engine,
        running_server(port, DYNAMODB_ENDPOINT=engine.endpoint) as (server, _),
    ):
        credentials = token(port)
        os.kill(engine.child.pid, signal.SIGKILL)
        sentence = f"DynamoDB at {engine.endpoint} does not respond: requests fail until it does.\n"
        assert read_until(server, "DynamoDB at") == sentence
        assert error_types(port, credentials) == {"TryAgain"}
        assert engine.child.poll() == -signal.SIGKILL
        engine.child = process.spawn(engine.port, tmp_path, engine.output)
        assert read_until(server, "again") == f"DynamoDB at {engine.endpoint} responds again.\n"
        assert listings(port, credentials) == SAMPLE


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_load_leaves_neither_a_process_nor_a_lock(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    rows = (f"{id},20141013T000000,221900,3,1.75,1180,5650,1955,98178,47.5112,-122.257" for id in range(1, 20_001))
    (tmp_path / "sales.csv").write_text("\n".join((HEADER, *rows)))
    command = [sys.executable, "-m", "local.cli.load", str(tmp_path / "sales.csv")]
    variables = {**os.environ, "DATA": str(tmp_path / "data")}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True) as loader:
        assert loader.stderr
        assert any("Writing" in line for line in loader.stderr)
        [java] = java_of(loader.pid)
        loader.send_signal(number)
        _, output = loader.communicate(timeout=120)
    assert (loader.returncode, UNCLEAN.search(output)) == (status, None), output
    assert wait_until(lambda: not is_alive(java))
    data_folder.lock(tmp_path / "data").close()
