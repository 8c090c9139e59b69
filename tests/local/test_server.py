"""The desk as a process: started as `make run` starts it, and ended in every way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import httpx
import pytest

from local.gateway import openapi
from local.paths import ROOT
from local.ui import graphiql
from tests.local.misbehaving_clients import until

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
    """A port that nobody has, and that the system gives to nobody else: those that it hands out begin at 32768.

    A process of the tests takes none twice, and begins 97 after the process that was started before it.
    """
    for port in PORTS:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all ports have been used")


@contextmanager
def start(root: Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """The process of a desk, ended here if not before."""
    command, told = [sys.executable, "-m", "local.server"], {**os.environ, **environment}
    with subprocess.Popen(command, cwd=root, env=told, stdout=PIPE, stderr=STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def desk(port: int, root: Path = ROOT, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """A desk that has said it is there."""
    with start(root, PORT=str(port), **environment) as process:
        assert process.stdout
        while "The desk is at" not in process.stdout.readline():
            assert process.poll() is None
        yield process


def said(**environment: str) -> tuple[int, str]:
    """How a desk that cannot start ends, and its last line."""
    with start(ROOT, **environment) as process:
        output, _ = process.communicate(timeout=60)
        return process.returncode, output.splitlines()[-1]


def token(port: int) -> str:
    command = [sys.executable, "-m", "local.cli.token", "--user", "ada"]
    environment = {**os.environ, "PORT": str(port)}
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return made.stdout.splitlines()[-1]


def listings(port: int, token: str) -> Any:
    url, headers = f"http://127.0.0.1:{port}/graphql", {"authorization": token}
    answer = httpx.post(url, headers=headers, json={"query": LISTINGS}, timeout=20)
    return answer.json()["data"]["listingsByZip"]["nodes"]


def is_silent(url: str) -> bool:
    """Whether nothing answers at an address."""
    try:
        httpx.get(url, timeout=60)
    except httpx.HTTPError:
        return True
    return False


def engine_of(port: int) -> str:
    return str(httpx.get(f"http://127.0.0.1:{port}/desk", timeout=60).json()["dynamodb"])


def test_an_empty_table_starts_with_sample_homes_and_a_second_run_finds_them_and_its_tokens(tmp_path: Path) -> None:
    port = free_port()
    with desk(port, DATA=str(tmp_path)):
        kept = token(port)
        assert listings(port, kept) == SAMPLE
    with desk(port, DATA=str(tmp_path)):
        assert listings(port, kept) == SAMPLE


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_engine_and_the_functions_end_with_the_desk_however_it_ends(how: signal.Signals) -> None:
    port = free_port()
    with desk(port) as process:
        endpoint = engine_of(port)
        workers = children(process.pid)
        process.send_signal(how)
        process.wait(20)
        assert until(lambda: is_silent(endpoint))
        assert until(lambda: not any(is_alive(pid) for pid in workers))


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert len(found) >= 5
    return [int(child) for child in found]


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends while it is read
        return False


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert said(PORT=str(port)) == (1, f"port {port} is taken: choose another, as in `make run PORT={port + 1}`")


@pytest.mark.parametrize("port", ["x", "0", "70000", "-1"])
def test_a_port_that_is_none_is_said_so(port: str) -> None:
    assert said(PORT=port) == (1, f"PORT must be a number from 1 to 65535, not {port}")


def test_another_engine_may_be_used_and_is_left_running(engine: str) -> None:
    port = free_port()
    with desk(port, DYNAMODB_ENDPOINT=engine):
        assert engine_of(port) == engine
        assert listings(port, token(port)) == SAMPLE
    assert httpx.get(engine, timeout=60).status_code == 400


def test_an_engine_that_is_not_there_is_said_so() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    assert said(PORT=str(free_port()), DYNAMODB_ENDPOINT=endpoint) == (1, f"no DynamoDB answers at {endpoint}")


def test_a_folder_that_another_desk_has_is_said_so(tmp_path: Path) -> None:
    with desk(free_port(), DATA=str(tmp_path)):
        status, line = said(PORT=str(free_port()), DATA=str(tmp_path))
    assert status == 1
    assert str(tmp_path) in line


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code, to be changed."""
    packages = graphiql.assets().relative_to(ROOT)
    for room in ("data", "resolvers", "local"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(openapi.FILE, tmp_path)
    (tmp_path / packages).symlink_to(ROOT / packages)
    return tmp_path


def test_a_field_added_to_a_record_is_served_without_a_new_start_by_hand(checkout: Path, engine: str) -> None:
    port = free_port()
    with desk(port, checkout, DYNAMODB_ENDPOINT=engine):
        records = checkout / "data" / "records.py"
        added = "    address: Address\n    pool: bool | None = None\n"
        records.write_text(records.read_text().replace("    address: Address\n", added))
        assert until(lambda: "pool" in fields_of("Property", port))


def fields_of(type: str, port: int) -> list[str]:
    """The names of a type's fields; none while the desk starts again."""
    query = {"query": f'{{ __type(name: "{type}") {{ fields {{ name }} }} }}'}
    try:
        answer = httpx.post(
            f"http://127.0.0.1:{port}/graphql", headers={"authorization": token(port)}, json=query, timeout=60
        )
    except (httpx.HTTPError, subprocess.CalledProcessError):
        return []
    return [field["name"] for field in answer.json()["data"]["__type"]["fields"]]
