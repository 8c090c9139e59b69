"""The inside of a Lambda process on the desk: reads events, one a line, and answers each through an entry module.

As in Lambda it handles one event at a time, and what it cannot write as JSON is a failure. What resolvers print goes to
the desk's log. It ends when its input does, so it never outlives the desk.
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

from local.aws import ACCOUNT_ID, REGION
from local.lambdas.encoding import size


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function of its invocation, as far as anybody here asks."""

    function_name: str
    aws_request_id: str
    invoked_function_arn: str
    memory_limit_in_mb: int = 256


def main(function: str, entry: str, instrumentation: str | None = None) -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    calls: list[dict[str, Any]] = []
    handle = handler(entry, instrumentation, calls)
    gc.freeze()
    for line in sys.stdin.buffer:
        calls.clear()
        answers.write(answered(handle, function, event(json.loads(line)), calls) + b"\n")
        answers.flush()


def event(told: dict[str, Any]) -> Any:
    """The event of a line: alone, or a batch whose events share what stands beside them."""
    return [{**told["shared"], **one} for one in told["events"]] if "events" in told else told["event"]


def handler(entry: str, instrumentation: str | None, calls: list[dict[str, Any]]) -> Callable[[Any, Any], Any]:
    """The function `handle` of an entry module, or one that fails if the module does not load.

    The module `instrumentation` reports each request to DynamoDB, which is added to `calls`.
    """

    def add(call: object) -> None:
        calls.append(vars(call))

    try:
        handle: Callable[[Any, Any], Any] = importlib.import_module(entry).handle
        if instrumentation:
            importlib.import_module(instrumentation).listen(add)
    except Exception as error:
        traceback.print_exc()
        return failing(error)
    return handle


def failing(error: Exception) -> Callable[[Any, Any], Any]:
    def fail(event: Any, context: Any) -> Any:
        raise ImportError(f"the function's code does not load: {error!r}") from error

    return fail


def answered(handle: Callable[[Any, Any], Any], function: str, event: Any, calls: list[dict[str, Any]]) -> bytes:
    """The answer to one event as a line, with when it was begun, the time it took and what it took from DynamoDB."""
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function}"
    begun = time.perf_counter()
    try:
        result = handle(event, Context(function, str(uuid.uuid4()), arn))
        text = json.dumps(result)
        took = f'"begun": {begun}, "ms": {since(begun)}, "bytes": {size(result, text)}, "calls": {json.dumps(calls)}'
        return f'{{"result": {text}, {took}}}'.encode()
    except Exception as error:
        told = {"errorType": type(error).__name__, "errorMessage": str(error)}
        return json.dumps({"error": told, "begun": begun, "ms": since(begun), "calls": calls}).encode()


def since(begun: float) -> float:
    """How many milliseconds ago that was."""
    return round((time.perf_counter() - begun) * 1000, 3)


if __name__ == "__main__":
    main(*sys.argv[1:])
