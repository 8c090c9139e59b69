"""The log of a local function: readable tracebacks, each once for an invocation."""

import importlib
import io
import logging

import pytest

from local.lambdas.tracebacks import MAX_TRACEBACK_CHARACTERS, TracebackHandler, format_traceback


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def raised(error: Exception) -> Exception:
    """Returns an exception that was raised and caught."""
    try:
        raise error
    except Exception as caught:
        return caught


def make_record(error: Exception | None = None, **attributes: str) -> logging.LogRecord:
    """Returns the record of a failed resolver."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    values = {"msg": "a resolver failed", "levelname": "ERROR", "levelno": logging.ERROR, "exc_info": exc_info}
    return logging.makeLogRecord(values | attributes)


def test_a_record_is_written_as_text_with_its_attributes_and_its_traceback() -> None:
    stream, error = io.StringIO(), raised(KeyError("price"))
    TracebackHandler("properties", stream).emit(make_record(error, field="Query.property"))
    lines = stream.getvalue().splitlines()
    assert lines[:2] == [
        "ERROR properties: a resolver failed (field=Query.property)",
        "Traceback (most recent call last):",
    ]
    assert f'  File "{__file__}", line ' in lines[2]
    assert (lines[3], lines[-1]) == ("    raise error", "KeyError: 'price'")


def test_a_record_without_an_exception_is_one_line() -> None:
    stream = io.StringIO()
    TracebackHandler("users", stream).emit(make_record(cause="timeout"))
    assert stream.getvalue() == "ERROR users: a resolver failed (cause=timeout)\n"


def test_a_terminal_shows_paths_and_exceptions_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    TracebackHandler("users", stream).emit(make_record(raised(ValueError("bad"))))
    text = stream.getvalue()
    assert text.startswith("\033[1;31mERROR users: a resolver failed\033[0m\nTraceback (most recent call last):\n")
    assert f'  File "\033[35m{__file__}\033[0m", line ' in text
    assert text.endswith("\n\033[1;31mValueError\033[0m: bad\n")


def test_no_color_turns_colours_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    TracebackHandler("users", stream).emit(make_record(raised(ValueError("bad"))))
    assert "\033" not in stream.getvalue()


def test_a_traceback_that_is_logged_again_is_written_once() -> None:
    stream = io.StringIO()
    handler, record = TracebackHandler("users", stream), make_record(raised(ValueError("bad")))
    handler.emit(record)
    handler.emit(record)
    assert len(handler.tracebacks) == 1
    assert stream.getvalue().count("ValueError: bad") == 1


def test_a_traceback_has_the_causes_of_its_exception() -> None:
    try:
        try:
            raise KeyError("price")
        except KeyError as cause:
            raise ValueError("bad") from cause
    except ValueError as error:
        text = format_traceback(error)
    assert text.index("KeyError: 'price'") < text.index("direct cause") < text.index("ValueError: bad")


def test_a_long_traceback_loses_its_middle() -> None:
    text = format_traceback(raised(ValueError("x" * 2 * MAX_TRACEBACK_CHARACTERS + "end")))
    assert len(text) == MAX_TRACEBACK_CHARACTERS
    assert text.startswith("Traceback") and text.endswith("xend\n")


def test_a_traceback_has_no_frames_of_the_import_system() -> None:
    with pytest.raises(ImportError) as error:
        importlib.import_module("local.no_such_module")
    files = [line for line in format_traceback(error.value).splitlines() if line.startswith("  File ")]
    assert len(files) == 1 and __file__ in files[0]
