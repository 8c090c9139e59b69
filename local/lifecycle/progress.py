"""What the terminal shows while the local server starts: the duration of each step, and what npm fetches."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from local.lifecycle import child_process

UNREACHABLE = re.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT")
RENEWAL_SECONDS = 0.25


class NpmFailed(Exception):
    """npm is not installed, or it failed; the text says why and what to do."""


class StartUp:
    """Prints each step of a start, when it is done, with its seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.began_at = self.step_began_at = clock()

    def finish(self, step: str) -> None:
        now = self.clock()
        print(f"{step:<24}{now - self.step_began_at:5.1f} s", flush=True)
        self.step_began_at = now

    @property
    def seconds(self) -> float:
        """The seconds since the start began."""
        return self.clock() - self.began_at


def run_npm(arguments: Sequence[str], folder: Path, title: str, status: Callable[[], str]) -> None:
    """Runs npm in a folder and prints the title; on a terminal followed by `status()`, which is renewed while it runs.

    Raises NpmFailed.
    """
    if not shutil.which("npm"):
        raise NpmFailed("npm is not installed: install Node.js, which includes it")
    on_terminal = sys.stderr.isatty()
    print(title, end="" if on_terminal else "…\n", file=sys.stderr, flush=True)
    with TemporaryFile("w+") as errors:
        command = child_process.with_parent("npm", *arguments)
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors) as npm:
            try:
                while not has_ended(npm):
                    if on_terminal:
                        print(f"\r\x1b[K{title}: {status()}", end="", file=sys.stderr, flush=True)
            except BaseException:
                npm.kill()  # at the end of its context Popen waits for it
                raise
        if on_terminal:
            print(file=sys.stderr)
        errors.seek(0)
        if npm.returncode:
            raise NpmFailed(reason(errors.read()) or f"npm exited with {npm.returncode}")


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Returns whether a process has ended, after RENEWAL_SECONDS at the latest."""
    try:
        process.wait(RENEWAL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def reason(output: str) -> str:
    """Returns why npm failed, by its output."""
    if UNREACHABLE.search(output):
        return "npm's registry is not reachable, so check the network connection and run the command again"
    return output.strip()


def megabytes(folder: Path) -> int:
    """Returns the size of the files in a folder, in MB; less if a file or folder disappears meanwhile."""
    size = 0
    with suppress(FileNotFoundError):
        for path in folder.rglob("*"):
            size += path.stat().st_size
    return size // 1_000_000
