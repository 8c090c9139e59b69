"""A local server to check, and the secret that no output may contain."""

from collections.abc import Iterator

import pytest

from local.appsync.realtime.websocket import ConnectionTiming
from tests.local import server_fixture as local_server
from tests.local.server_fixture import LocalServer
from tests.shared_processes import SharedProcesses


@pytest.fixture(scope="session")
def server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A local server that differs from the default in one way: it sends a keep-alive message every second."""
    with local_server.run_server(shared_processes, timing=ConnectionTiming(keep_alive_seconds=1)) as server:
        yield server


@pytest.fixture
def token() -> str:
    """A token that no server accepts, with the form of a JWT."""
    return ".".join(word * 3 for word in ("header", "payload", "signature"))
