"""The log of a local function: readable text on stderr, and the tracebacks of each invocation for its trace.

In Lambda the same records are JSON lines, which CloudWatch Logs indexes.
"""

import importlib
import logging
import os
import re
from traceback import StackSummary, TracebackException
from typing import TextIO

MAX_TRACEBACK_CHARACTERS = 20_000
RED, MAGENTA, RESET = "\033[1;31m", "\033[35m", "\033[0m"
FRAME = re.compile(r'^(  File ")(.+)(", line )(\d+)(, in )(.+)$', re.MULTILINE)
EXCEPTION = re.compile(r"^([\w.]+)(?=(:.*)?$)", re.MULTILINE)
OWN_FILES = ("<frozen ", importlib.__file__, os.path.dirname(__file__))
STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class TracebackHandler(logging.StreamHandler[TextIO]):
    """Writes the log of a function as text, in colour on a terminal, and collects the tracebacks of an invocation.

    A traceback that an invocation logs again, as for each failing item of a batch, is neither written nor collected.
    """

    def __init__(self, function: str, stream: TextIO) -> None:
        super().__init__(stream)
        self.function = function
        self.has_color = stream.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
        self.tracebacks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = format_traceback(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ""
        if text in self.tracebacks:
            return
        if text:
            self.tracebacks.append(text)
        self.stream.write(self.colored(f"{record.levelname} {self.function}: {message(record)}", text))
        self.flush()

    def colored(self, headline: str, text: str) -> str:
        if not self.has_color:
            return f"{headline}\n{text}"
        text = FRAME.sub(rf"\1{MAGENTA}\2{RESET}\3{MAGENTA}\4{RESET}\5{MAGENTA}\6{RESET}", text)
        text = EXCEPTION.sub(rf"{RED}\1{RESET}", text)
        return f"{RED}{headline}{RESET}\n{text}"

    def replace_other_handlers(self) -> None:
        """Makes this the only handler that writes: those of the function's own loggers stay, but write nothing.

        A logger of Powertools needs its handler, whose formatter holds the keys that the function appends.
        """
        logging.getLogger().handlers[:] = [self]
        for name in list(logging.root.manager.loggerDict):
            for handler in logging.getLogger(name).handlers:
                handler.addFilter(lambda _: False)


def message(record: logging.LogRecord) -> str:
    """Returns the message of a record with its extra attributes, as in `a resolver failed (field=Query.me)`."""
    attributes = vars(record).items()
    extra = [f"{name}={value}" for name, value in attributes if name not in STANDARD_ATTRIBUTES and value is not None]
    return f"{record.getMessage()} ({', '.join(extra)})" if extra else record.getMessage()


def format_traceback(error: BaseException) -> str:
    """Returns the traceback of an exception and of its causes, without the frames of this package and of importlib.

    It is at most MAX_TRACEBACK_CHARACTERS long: the middle of a longer one is left out.
    """
    text = "".join(without_own_frames(TracebackException.from_exception(error)).format())
    if len(text) <= MAX_TRACEBACK_CHARACTERS:
        return text
    half = MAX_TRACEBACK_CHARACTERS // 2 - 1
    return f"{text[:half]}\n…{text[-half:]}"


def without_own_frames(summary: TracebackException) -> TracebackException:
    summary.stack = StackSummary.from_list(
        [frame for frame in summary.stack if not frame.filename.startswith(OWN_FILES)]
    )
    for related in (summary.__cause__, summary.__context__):
        if related:
            without_own_frames(related)
    return summary
