"""What a function loads when Lambda starts it, and what it tells X-Ray: each in a process of its own."""

import gc
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.aws import REGION
from local.paths import ROOT
from resolvers.runtime import cold_start, handler
from tests.resolvers.events import event

pytestmark = pytest.mark.process


LOADED = "import json, sys, resolvers.{entry}; print(json.dumps(list(sys.modules)))"
HANDLED = "import json, sys; from resolvers.handler import handle; handle(json.load(sys.stdin), None)"
TRACE = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"


def run(code: str, told: str = "", **environment: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=told,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    """Where the X-Ray daemon listens in Lambda."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def handle_under(daemon: socket.socket, **environment: str) -> None:
    """One request, refused before it would need a table, in what AWS Lambda sets around a function."""
    run(
        HANDLED,
        json.dumps(event("Query.property", {"id": "no id"})),
        AWS_XRAY_DAEMON_ADDRESS=f"127.0.0.1:{daemon.getsockname()[1]}",
        _X_AMZN_TRACE_ID=TRACE,
        LAMBDA_TASK_ROOT=str(ROOT),
        **environment,
    )


def loaded(entry: str, **environment: str) -> set[str]:
    """What a function with this entry has loaded when it is ready."""
    return {name.partition(".")[0] for name in json.loads(run(LOADED.format(entry=entry), **environment))}


@pytest.mark.parametrize("entry", ["handler", "changes", "confirmed", "rest"])
def test_a_function_does_not_load_what_it_does_not_need(entry: str) -> None:
    unneeded = {"aws_xray_sdk", "boto3", "cryptography", "graphql", "jwt", "local", "pydantic", "strawberry", "yaml"}
    assert loaded(entry) & unneeded == set()


def test_the_authorizer_loads_nothing_that_its_own_layer_does_not_bring() -> None:
    assert loaded("authorizer") & {"aws_lambda_powertools", "boto3", "botocore", "local", "yaml"} == set()


def test_a_function_loads_without_a_region_and_without_credentials() -> None:
    bare = {name: "" for name in os.environ if name.startswith("AWS_")}
    assert "resolvers" in loaded("handler", **bare)


STARTED = "import gc, resolvers.handler, data.client as c; print(gc.isenabled(), c.client.cache_info().currsize)"


@pytest.mark.parametrize(("function", "clients"), [("homes", 1), ("", 0)])
def test_a_start_in_lambda_makes_the_client_and_garbage_is_collected_after_it(function: str, clients: int) -> None:
    inside = {"AWS_LAMBDA_FUNCTION_NAME": function, "AWS_REGION": REGION} if function else {"AWS_REGION": ""}
    assert run(STARTED, **inside) == f"True {clients}\n"


def test_a_start_in_lambda_exempts_what_is_loaded_from_garbage_collection(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "homes")
    before = gc.get_freeze_count()
    cold_start.done()
    after = gc.get_freeze_count()
    gc.unfreeze()
    assert (before, after > 0, gc.isenabled()) == (0, True, True)


def test_a_traced_request_tells_x_ray_which_handler_took_it(daemon: socket.socket) -> None:
    handle_under(daemon, TRACING="on")
    head, _, segment = daemon.recv(65536).partition(b"\n")
    assert json.loads(head)["format"] == "json"
    assert (json.loads(segment)["name"], json.loads(segment)["parent_id"]) == ("## answer", "53995c3f42cd8ad8")


def test_a_traced_request_does_not_tell_x_ray_what_was_answered(daemon: socket.socket) -> None:
    handle_under(daemon, TRACING="on")
    assert b"letters, digits or hyphens" not in daemon.recv(65536)


def test_a_function_is_traced_only_where_it_says_so(daemon: socket.socket) -> None:
    handle_under(daemon, TRACING="off")
    daemon.setblocking(False)
    with pytest.raises(BlockingIOError):  # the process has ended, so nothing is on its way
        daemon.recv(65536)


def test_tracing_that_is_on_outside_of_lambda_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACING", "on")
    asked = event("Query.property", {"id": "no id"})
    assert handler.traced(handler.answer)(asked, None) == handler.answer(asked, None)
