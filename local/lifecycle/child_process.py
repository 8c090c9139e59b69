"""Child processes that end with their parent, also if it is killed: `python child_process.py PARENT COMMAND…`.

On Linux the kernel kills them by the parent-death signal. Other systems have no such signal: there a supervisor process
runs the command and checks ten times a second whether its parent has changed.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from subprocess import Popen, TimeoutExpired

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.1
TERMINATION_SECONDS = 10


def with_parent(*command: str) -> list[str]:
    """Returns the command line that runs `command` as a child that this process does not leave behind.

    Start it from the main thread: the parent-death signal is sent when the thread that started the child ends.
    """
    return [sys.executable, "-IS", __file__, str(os.getpid()), *command]


def kill_with_parent() -> None:
    """Makes the kernel kill this process, and what it executes from now on, when the parent dies. Only on Linux.

    A parent that is dead already is not noticed: compare os.getppid() afterwards, or read a pipe from the parent.
    https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def supervise(parent: int, command: Sequence[str]) -> int:
    """Runs a command until it exits, this process receives SIGTERM, or its parent dies. Returns the exit status."""
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    process = Popen(command, close_fds=False)  # the command inherits what this process has inherited, such as a lock
    while process.poll() is None and not signals and os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    process.terminate()
    with suppress(TimeoutExpired):
        return process.wait(TERMINATION_SECONDS)
    process.kill()
    return process.wait()


def main(parent: int, command: list[str]) -> None:
    if sys.platform != "linux":
        sys.exit(supervise(parent, command))
    kill_with_parent()
    if os.getppid() == parent:
        os.execvp(command[0], command)  # nosec B606: a list of words, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
