"""A local Lambda process: it reads one event a line, calls the entry module's `handle` and writes one line a response.

As in Lambda, it handles one event at a time, and a result that cannot be encoded as JSON is an error. Output of the
function goes to the local server's log. The process exits at the end of its input, and is killed when the server dies.
"""

import gc
import importlib
import json
import logging
import os
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.aws import ACCOUNT_ID, REGION
from local.lambdas.encoding import decode_event, utf8_size
from local.lambdas.tracebacks import TracebackHandler
from local.lifecycle import child_process

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    """The context object of an invocation, with the attributes that the functions read."""

    function_name: str
    aws_request_id: str
    invoked_function_arn: str
    memory_limit_in_mb: int = 256


def main(function: str, entry: str, instrumentation: str | None = None) -> None:
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    calls: list[dict[str, Any]] = []
    log_handler = TracebackHandler(function, sys.stderr)
    handle = handler(entry, instrumentation, calls, log_handler)
    gc.freeze()
    for line in sys.stdin.buffer:
        calls.clear()
        log_handler.tracebacks.clear()
        output.write(invoke(handle, function, decode_event(json.loads(line)), calls, log_handler.tracebacks) + b"\n")
        output.flush()


def handler(
    entry: str, instrumentation: str | None, calls: list[dict[str, Any]], log_handler: TracebackHandler
) -> Callable[[Any, Any], Any]:
    """Returns the function `handle` of an entry module, or a function that raises ImportError if it cannot be imported.

    The module `instrumentation` reports each request to DynamoDB; it is appended to `calls`. `log_handler` replaces the
    handlers that the entry module has installed.
    """

    def add(call: object) -> None:
        calls.append(vars(call))

    try:
        handle: Callable[[Any, Any], Any] = importlib.import_module(entry).handle
        if instrumentation:
            importlib.import_module(instrumentation).add_listener(add)
    except Exception as error:
        log_handler.replace_other_handlers()
        log.exception("the function's code does not load")
        return failing(error)
    log_handler.replace_other_handlers()
    return handle


def failing(error: Exception) -> Callable[[Any, Any], Any]:
    def fail(event: Any, context: Any) -> Any:
        raise ImportError(f"the function's code does not load: {error!r}") from error

    return fail


def invoke(
    handle: Callable[[Any, Any], Any],
    function: str,
    event: Any,
    calls: list[dict[str, Any]],
    tracebacks: list[str],
) -> bytes:
    """Calls the function with an event. Returns the response line: result or error, and how the function ran.

    The function appends to `calls` and `tracebacks` meanwhile.
    """
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function}"
    started = time.perf_counter()
    try:
        result = handle(event, Context(function, str(uuid.uuid4()), arn))
        text = json.dumps(result)
        ms, bytes = elapsed_ms(started), utf8_size(result, text)
        report = {"begun": started, "ms": ms, "bytes": bytes, "calls": calls, "tracebacks": tracebacks}
        return f'{{"result": {text}, {json.dumps(report)[1:]}'.encode()
    except Exception as error:
        ms = elapsed_ms(started)
        log.exception("the function failed")
        failure = {"errorType": type(error).__name__, "errorMessage": str(error)}
        report = {"error": failure, "begun": started, "ms": ms, "calls": calls, "tracebacks": tracebacks}
        return json.dumps(report).encode()


def elapsed_ms(started: float) -> float:
    """Returns the milliseconds since `started`, a time of time.perf_counter."""
    return round((time.perf_counter() - started) * 1000, 3)


if __name__ == "__main__":
    child_process.kill_with_parent()
    main(*sys.argv[1:])
