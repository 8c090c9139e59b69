"""What the command-line tools share: how they read options, and how they end."""

import argparse
from collections.abc import Callable
from typing import NoReturn

from local import stdio
from local.lifecycle import exit_signals


class OptionParser(argparse.ArgumentParser):
    """Reports an invalid option with one sentence and exit status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message} (see {self.prog} --help)\n")


def run(main: Callable[[], int]) -> NoReturn:
    """Runs a tool whose reader may close the pipe, and ends the process with its exit status, or that of a signal."""
    stdio.ignore_broken_pipes()
    exit_signals.run(main)
