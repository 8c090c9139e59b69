"""What the command-line tools share: how they read options, and how they end."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from local import stdio


class Terminated(KeyboardInterrupt):
    """The process received SIGTERM."""


class OptionParser(argparse.ArgumentParser):
    """Reports an invalid option with one sentence and exit status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message} (see {self.prog} --help)\n")


def run(main: Callable[[], int]) -> NoReturn:
    """Runs a tool and ends the process with its exit status: 130 if SIGINT interrupts it, 143 if SIGTERM does.

    An interrupted process does not wait for the requests of its threads: a table that hangs would delay its end.
    """
    stdio.ignore_broken_pipes()
    signal.signal(signal.SIGTERM, raise_terminated)
    try:
        status = main()
    except KeyboardInterrupt as interrupt:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(128 + (signal.SIGTERM if isinstance(interrupt, Terminated) else signal.SIGINT))
    sys.exit(status)


def raise_terminated(*_: object) -> NoReturn:
    raise Terminated
