"""The engine of the local server's table: a process of its own, or one at an endpoint that the user names."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from data.errors import StorageError, TryAgain
from local.dynamodb import engine, process
from local.dynamodb.errors import EngineError

WATCH_SECONDS = 0.5


class TableEngine(Protocol):
    """An engine that runs as long as the server."""

    @property
    def endpoint(self) -> str: ...

    def environment(self) -> dict[str, str]:
        """Returns the environment variables by which the server finds the engine again after os.execve."""

    async def watch(self) -> None:
        """Prints a sentence when the engine stops responding and when it responds again.

        Raises EngineError or DataFolderLocked if it is lost.
        """


@contextmanager
def run(data: Path | None, endpoint: str | None) -> Iterator[TableEngine]:
    """Yields the engine at `endpoint`, or a process that runs until the context ends, with its data in a folder.

    If os.execve has replaced the program of this process, its engine runs already. Raises EngineError or
    DataFolderLocked.
    """
    description = os.environ.pop(process.VARIABLE, None)
    if endpoint:
        yield ExternalEngine(endpoint)
    elif description:
        with process.adopt(description, data) as adopted:
            yield adopted
    else:
        with process.run(data) as own:
            yield own


@contextmanager
def report_failures(running: TableEngine) -> Iterator[None]:
    """Raises EngineError, in one sentence, if the engine fails or ends while the context uses its table."""
    try:
        yield
    except (TryAgain, StorageError, BotoCoreError, ClientError) as error:
        url, _ = engine.split_access_key(running.endpoint)
        raise EngineError(f"DynamoDB at {url} failed during the start: {error.__cause__ or error}") from error


class ExternalEngine:
    """An engine that this process neither starts nor stops."""

    def __init__(self, endpoint: str) -> None:
        self.address = endpoint

    @property
    def endpoint(self) -> str:
        return self.address

    def environment(self) -> dict[str, str]:
        """Returns nothing: the user's variable still names the engine."""
        return {}

    async def watch(self) -> None:
        """Prints a sentence when the engine stops responding, and another when it responds again."""
        was_listening = True
        while True:
            is_listening = await asyncio.to_thread(process.is_listening, self.address)
            if is_listening != was_listening:
                print(f"DynamoDB at {self.address} {sentence(is_listening)}", file=sys.stderr, flush=True)
            was_listening = is_listening
            await asyncio.sleep(WATCH_SECONDS)


def sentence(is_listening: bool) -> str:
    return "responds again." if is_listening else "does not respond: requests fail until it does."
