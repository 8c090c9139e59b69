"""A server that forks the processes of Lambda functions: it has loaded their code, so that a start costs milliseconds.

The tests' local servers start each function's process by it. Each has its own environment, client and caches, as if
`local.lambdas.pool` had started it; only the half second of imports is spent once for all tests of a run. Each
connection to the server's socket is one process: its first line names the function.
"""

import asyncio
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

from local.functions import quiet
from local.lambdas import worker
from local.lambdas.pool import LONGEST_LINE, Function, FunctionCode, Worker
from local.paths import ROOT
from resolvers.field_config import Limits


@dataclass
class Fork:
    """A process of the fork server's, as `local.lambdas.pool.Worker` handles one."""

    stdout: StreamReader
    stdin: StreamWriter
    pid: int
    returncode: int | None = None

    def kill(self) -> None:
        self.stdin.close()
        os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        await self.stdout.read()
        self.returncode = -signal.SIGKILL
        return self.returncode


class ForkedFunction(Function):
    """A Lambda function whose processes the fork server at `address` forks."""

    def __init__(
        self,
        address: Path,
        name: str,
        environment: Mapping[str, str],
        entry: str,
        code: FunctionCode,
        limits: Limits,
    ) -> None:
        super().__init__(name, environment, entry, code, limits)
        self.address = address

    async def start(self, version: str) -> Worker:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.address))
        socket.send_fds(connection, [b"\n"], [sys.stderr.fileno()])
        stdout, stdin = await asyncio.open_unix_connection(sock=connection, limit=LONGEST_LINE)
        arguments = [self.name, self.entry, *([self.code.instrumentation] if self.code.instrumentation else [])]
        start = {"arguments": arguments, "environment": self.environment}
        stdin.write(json.dumps(start).encode() + b"\n")
        return Worker(Fork(stdout, stdin, pid=int(await stdout.readline())), version)


@contextmanager
def running(address: Path) -> Iterator[None]:
    """The server, at this address, until the context or this process ends. Who connects waits until it has loaded."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        server.listen()
        command = [sys.executable, "-m", "tests.fork_server", str(server.fileno())]
        process = Popen(command, cwd=ROOT, env={**os.environ, **quiet({})}, stdin=PIPE, pass_fds=[server.fileno()])
    with process:
        yield


def main(server: socket.socket) -> None:
    """Serves until standard input ends, which it does with the process that started this one."""
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that no process that has ended stays a zombie
    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        while sys.stdin not in [key.fileobj for key, _ in selector.select()]:
            connection, _ = server.accept()
            with connection:
                if not os.fork():
                    server.close()
                    run(connection)


def load() -> None:
    """Imports the code of all functions."""
    for entry in ("runtime.handler", "stream", "rest", "authorizer"):
        importlib.import_module(f"resolvers.{entry}")
    gc.freeze()


def run(connection: socket.socket) -> None:
    """Is a function's process until the other end of its connection is closed; its log goes where the other's goes."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, [log], *_ = socket.recv_fds(connection, 1, 1)
    os.dup2(log, 2)
    os.dup2(connection.fileno(), 0)
    os.dup2(connection.fileno(), 1)
    start = json.loads(sys.stdin.buffer.readline())
    os.environ.clear()
    os.environ.update(start["environment"])
    os.write(1, b"%d\n" % os.getpid())
    try:
        worker.main(*start["arguments"])
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
