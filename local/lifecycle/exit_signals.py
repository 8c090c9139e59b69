"""SIGINT (Ctrl-C) and SIGTERM end a program without a traceback, with the exit status 130 or 143.

A program calls `exit_immediately` before its slow imports, and `run` for what has to be cleaned up.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The program received SIGINT or SIGTERM. `status` is the exit status by which shells report that signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = exit_status(number)


def exit_status(number: int) -> int:
    return 128 + number


def exit_immediately() -> None:
    """From now on a signal ends this process at once: there is nothing to clean up yet."""
    for number in SIGNALS:
        signal.signal(number, leave)


def run(main: Callable[[], int | None]) -> NoReturn:
    """Exits with the status that `main` returns; the first signal raises Interrupted in it, so that it cleans up.

    After the cleanup the process ends at once, without waiting for its threads: a request to a table that hangs would
    delay the end. A second signal ends it during the cleanup. Its children end with it
    (local/lifecycle/child_process.py).
    """
    sys.unraisablehook = leave_if_interrupted
    try:
        try:
            for number in SIGNALS:
                signal.signal(number, interrupt)
            status = main()
        finally:
            exit_immediately()
    except Interrupted as interruption:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            with suppress(OSError):  # nobody reads it any more
                stream.flush()
        os._exit(interruption.status)
    sys.exit(status)


def leave_if_interrupted(unraisable: "sys.UnraisableHookArgs") -> None:
    """Ends the process if Interrupted was raised where Python discards exceptions: in a finalizer or a callback."""
    if isinstance(unraisable.exc_value, Interrupted):
        os._exit(unraisable.exc_value.status)
    sys.__unraisablehook__(unraisable)


def interrupt(number: int, _: FrameType | None) -> NoReturn:
    exit_immediately()
    raise Interrupted(number)


def leave(number: int, _: FrameType | None) -> NoReturn:
    os._exit(exit_status(number))
