"""A server that forks the processes of Lambda functions. It has imported their code, so a start takes milliseconds.

The local servers of the tests start each function's process with it. Each process has its own environment, client and
caches, as if `local.lambdas.pool` had started it, but all tests of a run share the imports (half a second). Each
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

from local.functions import function_environment
from local.lambdas import worker
from local.lambdas.pool import MAX_LINE_BYTES, FunctionCode, LambdaFunction, Worker
from local.paths import ROOT
from resolvers.field_config import Limits


@dataclass
class ForkedProcess:
    """A process of the fork server, with the interface that `local.lambdas.pool.Worker` needs."""

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


class ForkedFunction(LambdaFunction):
    """A Lambda function whose processes come from the fork server at `address`."""

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
        stdout, stdin = await asyncio.open_unix_connection(sock=connection, limit=MAX_LINE_BYTES)
        arguments = [self.name, self.entry, *([self.code.instrumentation] if self.code.instrumentation else [])]
        start = {"arguments": arguments, "environment": self.environment}
        stdin.write(json.dumps(start).encode() + b"\n")
        return Worker(ForkedProcess(stdout, stdin, pid=int(await stdout.readline())), version)


@contextmanager
def start_server(address: Path) -> Iterator[None]:
    """Runs the server at this address until the context or this process ends. Clients wait until it has its imports."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        server.listen()
        command = [sys.executable, "-m", "tests.fork_server", str(server.fileno())]
        process = Popen(
            command, cwd=ROOT, env={**os.environ, **function_environment({})}, stdin=PIPE, pass_fds=[server.fileno()]
        )
    with process:
        yield


def main(server: socket.socket) -> None:
    import_functions()
    if connection := accept_and_fork(server):
        run_function(connection)


def accept_and_fork(server: socket.socket) -> socket.socket | None:
    """Returns in each forked process its connection, and in the server None after standard input has ended.

    Standard input ends with the process that started the server.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    with server, selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        while sys.stdin not in [key.fileobj for key, _ in selector.select()]:
            connection, _ = server.accept()
            if not os.fork():
                return connection
            connection.close()
    return None


def import_functions() -> None:
    """Imports the code of all functions."""
    for entry in ("runtime.handler", "stream", "rest", "authorizer"):
        importlib.import_module(f"resolvers.{entry}")
    gc.freeze()


def run_function(connection: socket.socket) -> None:
    """Runs a function until the client closes the connection; its log goes to the client's standard error."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, [log], *_ = socket.recv_fds(connection, 1, 1)
    os.dup2(log, 2)
    os.dup2(connection.fileno(), 0)
    os.dup2(connection.fileno(), 1)
    start = json.loads(sys.stdin.buffer.readline())
    os.environ.clear()
    os.environ.update(start["environment"])
    os.write(1, b"%d\n" % os.getpid())
    connection.close()
    worker.main(*start["arguments"])


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
