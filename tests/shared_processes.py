"""What all processes of a test run share, started by the first of them: the engine, and the server of functions."""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local.dynamodb import engine
from tests import fork_server

SECONDS = 60


@dataclass(frozen=True)
class Shared:
    """A folder, in which the sockets are, and the port of the engine."""

    folder: Path
    port: int

    @property
    def functions(self) -> Path:
        """The address of the server that forks functions' processes."""
        return self.folder / "functions"

    @cached_property
    def engine(self) -> str:
        """The address of the engine, which answers by now."""
        until = time.monotonic() + SECONDS
        while not engine.answers(self.port):
            assert time.monotonic() < until, "DynamoDB Local did not start"
            time.sleep(0.05)
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def started() -> Iterator[Shared]:
    """Both, until the context or this process ends; neither is waited for until a test needs it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        keeper = engine.started(port, None, output)
        shared = Shared(Path(folder), port)
        with fork_server.running(shared.functions):
            yield shared
        keeper.terminate()
        keeper.wait()
