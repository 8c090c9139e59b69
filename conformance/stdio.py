"""The standard streams of a command whose reader may go away, as in `make schema-diff | head -1`."""

import io
import sys
from typing import Any


class Output(io.FileIO):
    """A standard stream that discards what is written after its reader has closed the pipe."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def ignore_broken_pipes() -> None:
    """Replaces stdout and stderr: a command does its work to the end, and its exit status is the same, read or not.

    A `try` around each `print` would not do: the interpreter flushes both streams once more as it ends, and a pipe that
    breaks only then costs the command its status (120) and a message.
    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    for name in ("stdout", "stderr"):
        if stream := getattr(sys, name):  # it is None if the caller closed the descriptor
            raw = Output(stream.fileno(), "w", closefd=False)
            by_line = stream.line_buffering or stream.write_through
            text = io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=by_line)
            setattr(sys, name, text)
