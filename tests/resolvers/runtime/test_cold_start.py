"""What a function imports during its cold start and reports to X-Ray; each test runs a new process."""

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


LOADED_MODULES_SCRIPT = "import json, sys, resolvers.{entry}; print(json.dumps(list(sys.modules)))"
HANDLE_SCRIPT = "import json, sys; from resolvers.runtime.handler import handle; handle(json.load(sys.stdin), None)"
TRACE = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"


def run(code: str, stdin: str = "", **environment: str) -> str:
    """Runs code in a new Python process and returns its output."""
    completed = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    """The socket of the X-Ray daemon in Lambda."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        yield listener


def handle_with_tracing(daemon: socket.socket, **environment: str) -> None:
    """Handles one request in Lambda's environment. The request is invalid, so it needs no table."""
    run(
        HANDLE_SCRIPT,
        json.dumps(event("Query.property", {"id": "no id"})),
        AWS_XRAY_DAEMON_ADDRESS=f"127.0.0.1:{daemon.getsockname()[1]}",
        _X_AMZN_TRACE_ID=TRACE,
        LAMBDA_TASK_ROOT=str(ROOT),
        **environment,
    )


def loaded_packages(entry: str, **environment: str) -> set[str]:
    """Returns the packages that a function with this entry module has imported after its cold start."""
    return {
        name.partition(".")[0] for name in json.loads(run(LOADED_MODULES_SCRIPT.format(entry=entry), **environment))
    }


@pytest.mark.parametrize("entry", ["runtime.handler", "stream", "post_confirmation", "rest"])
def test_a_function_does_not_load_unnecessary_packages(entry: str) -> None:
    unneeded = {"aws_xray_sdk", "boto3", "cryptography", "graphql", "jwt", "local", "pydantic", "strawberry", "yaml"}
    assert loaded_packages(entry) & unneeded == set()


def test_the_authorizer_loads_only_packages_of_its_own_layer() -> None:
    assert loaded_packages("authorizer") & {"aws_lambda_powertools", "boto3", "botocore", "local", "yaml"} == set()


def test_a_function_loads_without_a_region_and_without_credentials() -> None:
    without_aws = {name: "" for name in os.environ if name.startswith("AWS_")}
    assert "resolvers" in loaded_packages("runtime.handler", **without_aws)


COLD_START_SCRIPT = (
    "import gc, resolvers.runtime.handler, data.dynamodb.client as c;"
    " print(gc.isenabled(), c.client.cache_info().currsize)"
)


@pytest.mark.parametrize(("function", "clients"), [("homes", 1), ("", 0)])
def test_a_cold_start_creates_the_client_and_enables_garbage_collection(function: str, clients: int) -> None:
    inside = {"AWS_LAMBDA_FUNCTION_NAME": function, "AWS_REGION": REGION} if function else {"AWS_REGION": ""}
    assert run(COLD_START_SCRIPT, **inside) == f"True {clients}\n"


def test_a_cold_start_exempts_loaded_objects_from_garbage_collection(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "homes")
    gc.unfreeze()  # a server that an earlier test ran in this process froze its own objects
    cold_start.finish()
    exempt_objects = gc.get_freeze_count()
    gc.unfreeze()
    assert (exempt_objects > 0, gc.isenabled()) == (True, True)


def test_a_traced_request_reports_its_handler_to_x_ray(daemon: socket.socket) -> None:
    handle_with_tracing(daemon, TRACING="on")
    head, _, segment = daemon.recv(65536).partition(b"\n")
    assert json.loads(head)["format"] == "json"
    assert (json.loads(segment)["name"], json.loads(segment)["parent_id"]) == ("## resolve_event", "53995c3f42cd8ad8")


def test_a_traced_request_does_not_report_its_response_to_x_ray(daemon: socket.socket) -> None:
    handle_with_tracing(daemon, TRACING="on")
    assert b"letters, digits or hyphens" not in daemon.recv(65536)


def test_a_function_is_traced_only_if_tracing_is_on(daemon: socket.socket) -> None:
    handle_with_tracing(daemon, TRACING="off")
    daemon.setblocking(False)
    with pytest.raises(BlockingIOError):  # the process has ended, so no packet can arrive later
        daemon.recv(65536)


def test_tracing_outside_of_lambda_does_not_change_a_response(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACING", "on")
    event_ = event("Query.property", {"id": "no id"})
    assert handler.with_tracing(handler.resolve_event)(event_, None) == handler.resolve_event(event_, None)
