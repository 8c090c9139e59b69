"""Standard streams of a command whose reader may close the pipe early, as in `make schema-diff | head -1`."""

import io
import sys
from typing import Any


class PipeTolerantOutput(io.FileIO):
    """A standard stream that discards what is written after its reader has closed the pipe."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def ignore_broken_pipes() -> None:
    """Replaces stdout and stderr, so that a command finishes with the same exit status if nobody reads its output.

    A `try` around each `print` does not suffice: the interpreter flushes both streams again at exit, and if the pipe
    breaks only then, it prints a message and exits with status 120.
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    for name in ("stdout", "stderr"):
        if stream := getattr(sys, name):  # it is None if the caller closed the descriptor
            raw = PipeTolerantOutput(stream.fileno(), "w", closefd=False)
            by_line = stream.line_buffering or stream.write_through
            text = io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=by_line)
            setattr(sys, name, text)
