"""The processes that a test run shares, started by its first process: DynamoDB Local and the fork server."""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local.dynamodb import process
from tests import fork_server

START_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class SharedProcesses:
    """The folder of the sockets, and the port of the engine."""

    folder: Path
    port: int

    @property
    def functions(self) -> Path:
        """Returns the address of the fork server."""
        return self.folder / "functions"

    @cached_property
    def engine(self) -> str:
        """Waits until the engine accepts connections, and returns its address."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not process.is_listening(f"http://127.0.0.1:{self.port}"):
            assert time.monotonic() < deadline, "DynamoDB Local did not start"
            time.sleep(0.05)
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def start() -> Iterator[SharedProcesses]:
    """Starts both until the context or this process ends. Tests wait for them only when they need them."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        supervisor = process.spawn(port, None, output)
        shared = SharedProcesses(Path(folder), port)
        with fork_server.start_server(shared.functions):
            yield shared
        supervisor.terminate()
        supervisor.wait()
