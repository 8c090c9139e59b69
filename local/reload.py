"""Notices that the code on disk makes another schema than the one that is served."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable

from local.functions import CODE

SECONDS = 0.5
LOADED = CODE.version()


async def schema_changed(served: str, changed: Callable[[], None]) -> None:
    """Returns once the code makes another schema than `served`. Code that makes none, half written, is passed over.

    Calls `changed` at every change of the code, whatever schema it makes.
    """
    seen = LOADED
    while True:
        await asyncio.sleep(SECONDS)
        if (now := CODE.version()) != seen:
            seen = now
            changed()
            if await compiled() not in ("", served):
                return


async def compiled() -> str:
    """The schema that the code on disk makes, by a process that reads it now; what is wrong with it goes to the log."""
    command = (sys.executable, "-m", "local.schema.compiler", "--print")
    process = await asyncio.create_subprocess_exec(*command, cwd=CODE.root, stdout=PIPE)
    output, _ = await process.communicate()
    return output.decode()
