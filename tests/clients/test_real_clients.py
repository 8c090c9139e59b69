"""Runs the Node.js clients that apps use, unmodified, against a local server over https and wss."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest

from local import tls
from local.ui import graphiql
from tests.local.test_server import free_port, server_process

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.test.mjs"))
SECONDS = 240

pytestmark = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs Node.js with npm")

Runs = dict[Path, "subprocess.Popen[str]"]


def start_client(file: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    command = ["node", "--experimental-websocket", "--test", file.name]
    return subprocess.Popen(command, cwd=FOLDER, env=environment, stdout=PIPE, stderr=STDOUT, text=True)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """The processes of all client tests, started at once because they mostly wait."""
    graphiql.assets(FOLDER)
    port = free_port()
    with server_process(port, TLS="1"), ExitStack() as stack:
        authority = str(tls.certificates().authority)
        environment = {**os.environ, "SERVER": f"https://localhost:{port}", "NODE_EXTRA_CA_CERTS": authority}
        processes = {file: stack.enter_context(start_client(file, environment)) for file in FILES}
        for process in processes.values():
            stack.callback(process.kill)
        yield processes


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition(".")[0])
def test_the_tests_of_a_client_pass(file: Path, runs: Runs) -> None:
    output, _ = runs[file].communicate(timeout=SECONDS)
    assert runs[file].returncode == 0, output
