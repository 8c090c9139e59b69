"""Detects that the code on disk compiles to a schema that differs from the served one."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable

from local.functions import CODE
from local.lifecycle import child_process

SECONDS = 0.5
LOADED = CODE.version()


async def wait_for_schema_change(served: str, changed: Callable[[], None]) -> None:
    """Returns once the code on disk compiles to a schema that differs from `served`.

    Calls `changed` at every change of the code. Code that does not compile, because it is half written, is ignored.
    """
    last_version = LOADED
    while True:
        await asyncio.sleep(SECONDS)
        if (version := CODE.version()) != last_version:
            last_version = version
            changed()
            if await compile_schema() not in ("", served):
                return


async def compile_schema() -> str:
    """Returns the schema of the code on disk, compiled by a new process, or "" if it fails.

    The process writes its errors to stderr. It ends with this one, and the Ctrl-C of a terminal does not reach it.
    """
    command = child_process.with_parent(sys.executable, "-m", "local.schema.compiler", "--print")
    process = await asyncio.create_subprocess_exec(*command, cwd=CODE.root, stdout=PIPE, start_new_session=True)
    output, _ = await process.communicate()
    return output.decode()
