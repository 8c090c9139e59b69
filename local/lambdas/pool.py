"""The Lambda functions on the desk, each with processes of its own, begun anew when the code on disk has changed."""

import asyncio
import json
import os
import sys
import time
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local import assumptions
from local.lambdas.encoding import size
from resolvers.field_config import Limits

AT_ONCE = 4  # processes of one function
LONGEST_LINE = 64 * 1024 * 1024
ENDED: dict[str, Any] = {"error": {"errorType": "Lambda:Unhandled", "errorMessage": "the process ended"}}


@dataclass(frozen=True)
class FunctionCode:
    """The code of functions: the folder that their processes start in, and the packages in it whose changes matter.

    `instrumentation` is a module whose `listen` is called with a function that takes each request to DynamoDB.
    """

    root: Path
    packages: tuple[str, ...]
    instrumentation: str | None = None

    def version(self) -> str:
        """Differs between two states of the code on disk."""
        return str(sorted(file for package in self.packages for file in modules(self.root / package)))


class Failed(Exception):
    """A function did not answer: it raised, died or took too long."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type
        self.message = message


@dataclass(frozen=True)
class Outcome:
    """What an invocation answered, or how it failed, and what it took: `ms` once its process was at work on it.

    That was at `begun`, by time.perf_counter; None where no process has told.
    """

    result: Any
    failed: Failed | None
    calls: list[dict[str, Any]]
    pid: int
    ms: float
    begun: float | None = None


Invoke = Callable[[str, Any], Awaitable[Outcome]]


class Functions(Protocol):
    """Some functions, by name, wherever they run."""

    async def invoke(self, name: str, event: Any) -> Outcome:
        """What a function answers."""

    def deployed(self) -> Invoke:
        """Invokes the functions as they are now, for as long as one request takes."""

    async def warm(self) -> None:
        """Readies the functions, so that the first request need not wait for that."""

    async def stop(self) -> None:
        """Ends what was begun to invoke them."""


class Process(Protocol):
    """A process of a function: one of asyncio's, or what answers as one does."""

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
    """One process of a function, with the version of the code that it runs."""

    def __init__(self, process: Process, code: str) -> None:
        self.process = process
        self.code = code

    async def answer(self, event: bytes, limits: Limits) -> Outcome:
        """What the function makes of an event."""
        sent = time.perf_counter()
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(event + b"\n")
        line = await self.process.stdout.readline()
        answer = json.loads(line) if line else ENDED
        ms = answer.get("ms", round((time.perf_counter() - sent) * 1000, 3))
        took = answer.get("calls", []), self.process.pid, ms, answer.get("begun")
        return Outcome(answer.get("result"), failure(answer, limits), *took)

    @property
    def alive(self) -> bool:
        """Whether it can answer again; its closed output tells that before asyncio hears of its end."""
        return self.process.returncode is None and not (self.process.stdout and self.process.stdout.at_eof())

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()


def failure(answer: dict[str, Any], limits: Limits) -> Failed | None:
    """Why an answer is none: the function raised, or answered more than Lambda, or AppSync, takes."""
    if error := answer.get("error"):
        return Failed(assumptions.raised(error["errorType"]), error["errorMessage"])
    if answer["bytes"] > limits.payload_bytes:
        return Failed(*assumptions.RESPONSE_TOO_LARGE)
    return Failed(*assumptions.RESULT_TOO_LARGE) if answer["bytes"] > limits.resolver_bytes else None


class Function:
    """A Lambda function: as many processes as it is asked for at once, up to a few, each with one event at a time."""

    def __init__(
        self, name: str, environment: Mapping[str, str], entry: str, code: FunctionCode, limits: Limits
    ) -> None:
        self.name = name
        self.environment = {**os.environ, **environment}
        self.entry = entry
        self.code = code
        self.limits = limits
        self.idle: list[Worker] = []
        self.places = asyncio.Semaphore(AT_ONCE)

    async def invoke(self, event: Any, version: str | None = None) -> Outcome:
        """What the function answers by this version of its code, or by the one that is on disk now."""
        payload, bytes = line(event)
        if bytes > self.limits.payload_bytes:
            return Outcome(None, Failed(*assumptions.REQUEST_TOO_LARGE), [], 0, 0)
        async with self.places:
            worker = await self.worker(version or self.code.version())
            try:
                outcome = await worker.answer(payload, self.limits)
            except BaseException:
                worker.stop()
                raise
            if worker.alive:
                self.idle.append(worker)
            return outcome

    async def worker(self, version: str) -> Worker:
        """A process that is free and runs this version of the code; a new one where there is none."""
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
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        return Worker(process, version)

    async def stop(self) -> None:
        for worker in self.idle:
            worker.stop()
            await worker.process.wait()
        self.idle.clear()


class Lambda:
    """The account's functions, by name, all of this code."""

    def __init__(self, functions: Iterable[Function], code: FunctionCode) -> None:
        self.code = code
        self.functions = {function.name: function for function in functions}

    async def invoke(self, name: str, event: Any) -> Outcome:
        return await self.functions[name].invoke(event)

    def deployed(self) -> Invoke:
        """Invokes the functions as they are on disk now, however long ago that is by then."""
        version = self.code.version()

        async def invoke(name: str, event: Any) -> Outcome:
            return await self.functions[name].invoke(event, version)

        return invoke

    async def warm(self) -> None:
        """Starts one process of each function, so that the first request need not wait for it."""
        for function in self.functions.values():
            await function.warm()

    async def stop(self) -> None:
        for function in self.functions.values():
            await function.stop()


def line(event: Any) -> tuple[bytes, int]:
    """An event as a process is sent it, and how many bytes it is as Lambda is.

    What is the very same in all events of a batch, as identity and headers are, is written once.
    """
    if not isinstance(event, list):
        alone = json.dumps(event)
        return f'{{"event": {alone}}}'.encode(), size(event, alone)
    same = {name: value for name, value in event[0].items() if all(one[name] is value for one in event)}
    others = [{name: value for name, value in one.items() if name not in same} for one in event]
    shared, events = json.dumps(same), json.dumps(others)
    whole = size(others, events) + size(same, shared) * len(event)
    return f'{{"shared": {shared}, "events": {events}}}'.encode(), whole


def modules(folder: Path) -> Iterator[tuple[str, int]]:
    """The modules of a package and its sub-packages, each with the time of its last change.

    A file that an editor or git removes meanwhile is left out.
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
