"""A lock between processes, which the kernel releases when its holder exits, however that happens."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

POLL_SECONDS = 0.1


class FileLocked(Exception):
    """Another process holds the lock; `pid` is its process id."""

    def __init__(self, pid: str) -> None:
        super().__init__(f"process {pid} holds the lock")
        self.pid = pid


def acquire(path: Path, seconds: float) -> IO[str]:
    """Returns a file that is locked until this process and all that inherit it close it.

    The file names this process. Raises FileLocked if another process still has the lock after `seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    file = path.open("a+")
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as error:
            if time.monotonic() > until:
                with file:
                    file.seek(0)
                    raise FileLocked(file.read().strip()) from error
            time.sleep(POLL_SECONDS)
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
