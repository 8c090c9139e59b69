"""What the kernel says about processes (/proc): their children, their end and their signal handlers."""

import signal
from pathlib import Path


def children(pid: int) -> list[int]:
    """Returns the ids of the children of a process, oldest first; none if it has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # ProcessLookupError if it ends during the read
        return False


def handles(pid: int, number: signal.Signals) -> bool:
    """Returns whether a process has a handler for a signal."""
    caught = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def is_java(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name == "java"
    except (FileNotFoundError, ProcessLookupError):
        return False


def java_of(pid: int) -> list[int]:
    """Returns the ids of the Java processes among the children of a process: none, or the engine's."""
    return [child for child in children(pid) if is_java(child)]
