"""Local Lambda functions: a pool of processes for each function, restarted when its code on disk changes."""

import asyncio
import json
import os
import sys
import time
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local import assumptions
from local.lambdas.encoding import encode_event
from resolvers.field_config import Limits

MAX_PROCESSES = 4  # processes of one function
MAX_LINE_BYTES = 64 * 1024 * 1024
PROCESS_EXITED: dict[str, Any] = {"error": {"errorType": "Lambda:Unhandled", "errorMessage": "the process ended"}}


@dataclass(frozen=True)
class FunctionCode:
    """The code of functions: the working directory of their processes, and the packages in it that are watched.

    `instrumentation` is a module whose `add_listener` receives a function that is called with each DynamoDB request.
    """

    root: Path
    packages: tuple[str, ...]
    instrumentation: str | None = None

    def version(self) -> str:
        """Returns a fingerprint of the code on disk: it differs if a module was added, changed or removed."""
        return str(sorted(file for package in self.packages for file in modules(self.root / package)))


class FunctionError(Exception):
    """The function failed: it raised, its process exited, or a payload is too large."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type
        self.message = message


@dataclass(frozen=True)
class InvocationResult:
    """The result or the error of an invocation, its DynamoDB requests (`calls`) and its duration `ms`.

    The duration excludes the start of the process. `started` is the time of time.perf_counter at which the process
    started to handle the event; None if the process did not report it. `tracebacks` are those that the function logged.
    """

    result: Any
    failed: FunctionError | None
    calls: list[dict[str, Any]]
    pid: int
    ms: float
    started: float | None = None
    tracebacks: Sequence[str] = ()


Invoke = Callable[[str, Any], Awaitable[InvocationResult]]


class FunctionInvoker(Protocol):
    """Functions that are invoked by name, wherever they run."""

    async def invoke(self, name: str, event: Any) -> InvocationResult:
        """Invokes a function and returns its result or error."""

    def snapshot(self) -> Invoke:
        """Returns an `invoke` for one request, which uses the current version of the functions throughout."""

    async def warm(self) -> None:
        """Prepares the functions, so that the first request has no cold start."""

    async def stop(self) -> None:
        """Releases the processes and connections of the invoker."""


class Process(Protocol):
    """The part of asyncio.subprocess.Process that a Worker uses."""

    @property
    def pid(self) -> int: ...

    @property
    def stdin(self) -> StreamWriter | None: ...

    @property
    def stdout(self) -> StreamReader | None: ...

    @property
    def returncode(self) -> int | None: ...

    def kill(self) -> None: ...

    async def wait(self) -> int: ...


class Worker:
    """One process of a function; `code` is the version of the code that it runs."""

    def __init__(self, process: Process, code: str) -> None:
        self.process = process
        self.code = code

    async def invoke(self, event: bytes, limits: Limits) -> InvocationResult:
        """Sends an encoded event to the process and returns the function's result or error."""
        sent_at = time.perf_counter()
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(event + b"\n")
        line = await self.process.stdout.readline()
        response = json.loads(line) if line else PROCESS_EXITED
        ms = response.get("ms", round((time.perf_counter() - sent_at) * 1000, 3))
        took = response.get("calls", []), self.process.pid, ms, response.get("begun"), response.get("tracebacks", ())
        return InvocationResult(response.get("result"), failure(response, limits), *took)

    @property
    def alive(self) -> bool:
        """Whether the process runs. Its output closes before asyncio reports its exit."""
        return self.process.returncode is None and not (self.process.stdout and self.process.stdout.at_eof())

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()


def failure(response: dict[str, Any], limits: Limits) -> FunctionError | None:
    """Returns the error of a response: the function raised, or the response exceeds a limit of Lambda or AppSync."""
    if error := response.get("error"):
        return FunctionError(assumptions.exception_type(error["errorType"]), error["errorMessage"])
    if response["bytes"] > limits.payload_bytes:
        return FunctionError(*assumptions.RESPONSE_TOO_LARGE)
    return FunctionError(*assumptions.RESULT_TOO_LARGE) if response["bytes"] > limits.resolver_bytes else None


class LambdaFunction:
    """A Lambda function: one process for each concurrent event, at most MAX_PROCESSES."""

    def __init__(
        self, name: str, environment: Mapping[str, str], entry: str, code: FunctionCode, limits: Limits
    ) -> None:
        self.name = name
        self.environment = {**os.environ, **environment}
        self.entry = entry
        self.code = code
        self.limits = limits
        self.idle: list[Worker] = []
        self.slots = asyncio.Semaphore(MAX_PROCESSES)

    async def invoke(self, event: Any, version: str | None = None) -> InvocationResult:
        """Invokes the function with this version of its code, by default the one that is on disk now."""
        async with self.slots:  # only then encodes the event: thousands of events may have 1 MB of variables each
            payload, bytes = encode_event(event)
            if bytes > self.limits.payload_bytes:
                return InvocationResult(None, FunctionError(*assumptions.REQUEST_TOO_LARGE), [], 0, 0)
            worker = await self.worker(version or self.code.version())
            try:
                outcome = await worker.invoke(payload, self.limits)
            except BaseException:
                worker.stop()
                raise
            if worker.alive:
                self.idle.append(worker)
            return outcome

    async def worker(self, version: str) -> Worker:
        """Returns an idle process that runs this version of the code, or starts one. Stops outdated processes."""
        while self.idle:
            worker = self.idle.pop()
            if worker.alive and worker.code == version:
                return worker
            worker.stop()
        return await self.start(version)

    async def warm(self) -> None:
        self.idle.append(await self.start(self.code.version()))

    async def start(self, version: str) -> Worker:
        instrumentation = [self.code.instrumentation] if self.code.instrumentation else []
        command = (sys.executable, "-m", "local.lambdas.worker", self.name, self.entry, *instrumentation)
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.code.root,
            env=self.environment,
            stdin=PIPE,
            stdout=PIPE,
            limit=MAX_LINE_BYTES,
            start_new_session=True,
        )
        return Worker(process, version)

    async def stop(self) -> None:
        for worker in self.idle:
            worker.stop()
            await worker.process.wait()
        self.idle.clear()


class LambdaService:
    """The functions by name. All of them have the same code."""

    def __init__(self, functions: Iterable[LambdaFunction], code: FunctionCode) -> None:
        self.code = code
        self.functions = {function.name: function for function in functions}

    async def invoke(self, name: str, event: Any) -> InvocationResult:
        return await self.functions[name].invoke(event)

    def snapshot(self) -> Invoke:
        """Returns an `invoke` that uses the version of the code that is on disk now, also if the code changes later."""
        version = self.code.version()

        async def invoke(name: str, event: Any) -> InvocationResult:
            return await self.functions[name].invoke(event, version)

        return invoke

    async def warm(self) -> None:
        """Starts one process of each function, so that the first request has no cold start."""
        for function in self.functions.values():
            await function.warm()

    async def stop(self) -> None:
        for function in self.functions.values():
            await function.stop()


def modules(folder: Path) -> Iterator[tuple[str, int]]:
    """Yields the path and modification time (ns) of each module of a package and its sub-packages.

    A file that is removed during the scan is omitted.
    """
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")):
                continue
            if entry.is_dir():
                yield from modules(Path(entry.path))
            elif entry.name.endswith(".py"):
                with suppress(FileNotFoundError):
                    yield entry.path, entry.stat().st_mtime_ns
