"""A local Lambda process: it reads one event a line, calls the entry module's `handle` and writes one line a response.

As in Lambda, it handles one event at a time, and a result that cannot be encoded as JSON is an error. Output of the
function goes to the local server's log. The process exits at the end of its input, and is killed when the server dies.
"""

import gc
import importlib
import json
import os
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local import child_process
from local.aws import ACCOUNT_ID, REGION
from local.lambdas.encoding import utf8_size


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
    handle = handler(entry, instrumentation, calls)
    gc.freeze()
    for line in sys.stdin.buffer:
        calls.clear()
        output.write(invoke(handle, function, decode_event(json.loads(line)), calls) + b"\n")
        output.flush()


def decode_event(line: dict[str, Any]) -> Any:
    """Returns the event of a line: a single event, or a batch whose events all get the `shared` members."""
    return [{**line["shared"], **members} for members in line["events"]] if "events" in line else line["event"]


def handler(entry: str, instrumentation: str | None, calls: list[dict[str, Any]]) -> Callable[[Any, Any], Any]:
    """Returns the function `handle` of an entry module, or a function that raises ImportError if it cannot be imported.

    The module `instrumentation` reports each request to DynamoDB; it is appended to `calls`.
    """

    def add(call: object) -> None:
        calls.append(vars(call))

    try:
        handle: Callable[[Any, Any], Any] = importlib.import_module(entry).handle
        if instrumentation:
            importlib.import_module(instrumentation).add_listener(add)
    except Exception as error:
        traceback.print_exc()
        return failing(error)
    return handle


def failing(error: Exception) -> Callable[[Any, Any], Any]:
    def fail(event: Any, context: Any) -> Any:
        raise ImportError(f"the function's code does not load: {error!r}") from error

    return fail


def invoke(handle: Callable[[Any, Any], Any], function: str, event: Any, calls: list[dict[str, Any]]) -> bytes:
    """Calls the function with an event. Returns the response line: result or error, start, duration, size and calls."""
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function}"
    started = time.perf_counter()
    try:
        result = handle(event, Context(function, str(uuid.uuid4()), arn))
        text = json.dumps(result)
        times = f'"begun": {started}, "ms": {elapsed_ms(started)}'
        took = f'{times}, "bytes": {utf8_size(result, text)}, "calls": {json.dumps(calls)}'
        return f'{{"result": {text}, {took}}}'.encode()
    except Exception as error:
        failure = {"errorType": type(error).__name__, "errorMessage": str(error)}
        return json.dumps({"error": failure, "begun": started, "ms": elapsed_ms(started), "calls": calls}).encode()


def elapsed_ms(started: float) -> float:
    """Returns the milliseconds since `started`, a time of time.perf_counter."""
    return round((time.perf_counter() - started) * 1000, 3)


if __name__ == "__main__":
    child_process.kill_with_parent()
    main(*sys.argv[1:])
