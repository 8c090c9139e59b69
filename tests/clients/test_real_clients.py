"""The clients that apps use, in Node, unmodified, against a desk that serves https and wss."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import page, tls
from tests.local.test_server import desk, free_port

HERE = Path(__file__).parent
SECONDS = 240

pytestmark = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs Node.js with npm")


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """What tells the clients where the desk is, and whose certificates to trust."""
    page.assets(HERE)
    port = free_port()
    with desk(port, TLS="1"):
        trusted = str(tls.certificates().authority)
        yield {**os.environ, "DESK": f"https://localhost:{port}", "NODE_EXTRA_CA_CERTS": trusted}


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.mjs")), ids=lambda file: file.name.partition(".")[0])
def test_the_client_finds_all_as_its_own_tests_say(file: Path, environment: dict[str, str]) -> None:
    command = ["node", "--experimental-websocket", "--test", file.name]
    run = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert run.returncode == 0, run.stdout + run.stderr
