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
from tests.local.test_server import desk, free_port

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.test.mjs"))
SECONDS = 240

pytestmark = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs Node.js with npm")

Runs = dict[Path, "subprocess.Popen[str]"]


def started(file: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    command = ["node", "--experimental-websocket", "--test", file.name]
    return subprocess.Popen(command, cwd=FOLDER, env=environment, stdout=PIPE, stderr=STDOUT, text=True)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """Each client's own tests, under way: all at once, for they wait more than they work."""
    graphiql.assets(FOLDER)
    port = free_port()
    with desk(port, TLS="1"), ExitStack() as ending:
        trusted = str(tls.certificates().authority)
        environment = {**os.environ, "DESK": f"https://localhost:{port}", "NODE_EXTRA_CA_CERTS": trusted}
        processes = {file: ending.enter_context(started(file, environment)) for file in FILES}
        for run in processes.values():
            ending.callback(run.kill)
        yield processes


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition(".")[0])
def test_the_client_finds_all_as_its_own_tests_say(file: Path, runs: Runs) -> None:
    output, _ = runs[file].communicate(timeout=SECONDS)
    assert runs[file].returncode == 0, output
