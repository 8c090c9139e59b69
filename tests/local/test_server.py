"""The local server as a process: it starts as `make run` starts it. test_shutdown.py has its end."""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import httpx
import pytest

from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until
from tests.proxy import FaultProxy, reset_connection

PORTS = iter(range(20_000 + os.getpid() * 97 % 12_000, 32_768))

pytestmark = pytest.mark.process

LISTINGS = '{ listingsByZip(zipCode: "94110", sort: PRICE_ASC) { nodes { address price } } }'
SAMPLE = [
    {"address": "77 Bartlett St", "price": 989000.5},
    {"address": "1 Elm St", "price": 1250000.0},
    {"address": "12 Precita Ave", "price": 1420000.0},
    {"address": "230 Folsom St", "price": 1795000.0},
]


def free_port() -> int:
    """Returns a free port below 32768, where the system's ephemeral ports begin, so no other process is given it.

    A test process uses each port once; processes with consecutive ids begin 97 ports apart.
    """
    for port in PORTS:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all ports have been used")


@contextmanager
def start(root: Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The process of a server, terminated on exit."""
    command, environment_variables = [sys.executable, "-m", "local.server"], {**os.environ, **environment}
    with subprocess.Popen(
        command, cwd=root, env=environment_variables, stdout=PIPE, stderr=STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def server_process(port: int, root: Path = ROOT, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The process of a server that listens."""
    with start(root, PORT=str(port), **environment) as process:
        assert process.stdout
        while "Serving on" not in process.stdout.readline():
            assert process.poll() is None
        yield process


def run_server(**environment: str) -> tuple[int, str]:
    """Returns the exit status and the last line of output of a server that cannot start."""
    with start(ROOT, **environment) as process:
        output, _ = process.communicate(timeout=60)
        return process.returncode, output.splitlines()[-1]


def token(port: int) -> str:
    command = [sys.executable, "-m", "local.cli.token", "--user", "ada"]
    environment = {**os.environ, "PORT": str(port)}
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return process.stdout.splitlines()[-1]


def listings(port: int, token: str) -> Any:
    url, headers = f"http://127.0.0.1:{port}/graphql", {"authorization": token}
    response = httpx.post(url, headers=headers, json={"query": LISTINGS}, timeout=20)
    return response.json()["data"]["listingsByZip"]["nodes"]


def engine_of(port: int) -> str:
    return str(httpx.get(f"http://127.0.0.1:{port}/info", timeout=60).json()["dynamodb"])


def test_sample_properties_and_tokens_are_valid_after_a_restart_with_data(tmp_path: Path) -> None:
    port = free_port()
    with server_process(port, DATA=str(tmp_path)):
        earlier_token = token(port)
        assert listings(port, earlier_token) == SAMPLE
    with server_process(port, DATA=str(tmp_path)):
        assert listings(port, earlier_token) == SAMPLE


def test_a_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        assert run_server(PORT=str(port)) == (
            1,
            f"port {port} is in use: choose another, as in `make run PORT={port + 1}`",
        )


@pytest.mark.parametrize("port", ["x", "0", "70000", "-1"])
def test_an_invalid_port_is_an_error(port: str) -> None:
    assert run_server(PORT=port) == (1, f"PORT must be a number from 1 to 65535, not {port}")


def test_an_invalid_origin_is_an_error() -> None:
    message = "ORIGINS must be origins, as in http://localhost:5173, separated by commas, not *"
    assert run_server(ORIGINS="*") == (1, message)


def test_the_server_may_use_a_running_engine_and_does_not_stop_it(engine: str, tmp_path: Path) -> None:
    port = free_port()
    with server_process(port, DYNAMODB_ENDPOINT=engine, DATA=str(tmp_path)):
        assert engine_of(port) == engine
        assert listings(port, token(port)) == SAMPLE
    assert httpx.get(engine, timeout=60).status_code == 400


def test_an_unreachable_engine_is_an_error() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    assert run_server(PORT=str(free_port()), DYNAMODB_ENDPOINT=endpoint) == (1, f"no DynamoDB answers at {endpoint}")


@pytest.mark.parametrize("operation", ["UpdateTimeToLive", "TransactWriteItems", "DescribeStream"])
def test_an_engine_that_fails_during_the_start_ends_the_server_with_a_sentence(engine: str, operation: str) -> None:
    with FaultProxy(engine) as proxy:
        proxy.fail(operation, reset_connection(), times=100)
        environment = {"DYNAMODB_ENDPOINT": proxy.url, "TABLE_NAME": f"homes-{uuid.uuid4()}"}
        with start(ROOT, PORT=str(free_port()), **environment) as process:
            output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert output.splitlines()[-1].startswith(f"DynamoDB at {proxy.url} failed during the start: ")
    assert "Traceback" not in output


def test_a_data_folder_in_use_by_another_server_is_an_error(tmp_path: Path) -> None:
    with server_process(free_port(), DATA=str(tmp_path)):
        status, line = run_server(PORT=str(free_port()), DATA=str(tmp_path))
    assert status == 1
    assert str(tmp_path) in line


def test_a_field_added_to_a_record_is_served_without_a_manual_restart(checkout: Path, engine: str) -> None:
    port = free_port()
    with server_process(port, checkout, DYNAMODB_ENDPOINT=engine):
        records = checkout / "data" / "records.py"
        added = "    address: Address\n    pool: bool | None = None\n"
        records.write_text(records.read_text().replace("    address: Address\n", added))
        assert wait_until(lambda: "pool" in fields_of("Property", port))


def fields_of(type: str, port: int) -> list[str]:
    """Returns the names of a type's fields, or none while the server restarts."""
    query = {"query": f'{{ __type(name: "{type}") {{ fields {{ name }} }} }}'}
    try:
        response = httpx.post(
            f"http://127.0.0.1:{port}/graphql", headers={"authorization": token(port)}, json=query, timeout=60
        )
    except (httpx.HTTPError, subprocess.CalledProcessError):
        return []
    return [field["name"] for field in response.json()["data"]["__type"]["fields"]]


def test_the_terminal_shows_the_traceback_of_a_resolver(checkout: Path, engine: str) -> None:
    port = free_port()
    with server_process(port, checkout, DYNAMODB_ENDPOINT=engine) as process:
        users = checkout / "resolvers" / "users.py"
        users.write_text(users.read_text().replace("users.by_id(caller.id)", "{}['no such key']"))
        url, headers = f"http://127.0.0.1:{port}/graphql", {"authorization": token(port)}
        response = httpx.post(url, headers=headers, json={"query": "{ me { id } }"}, timeout=20)
        assert process.stdout
        lines: list[str] = []
        while not lines or not lines[-1].startswith("KeyError"):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
    assert [error["errorType"] for error in response.json()["errors"]] == ["InternalError"]
    assert lines[:2] == ["ERROR users: a resolver failed (field=Query.me)\n", "Traceback (most recent call last):\n"]
    assert f'  File "{users}", line ' in "".join(lines)
    assert lines[-1] == "KeyError: 'no such key'\n"
