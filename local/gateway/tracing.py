"""Traces of REST requests: the invocations of the authorizer and of the function, cache hits and the response."""

import asyncio
import time
import uuid
from http.client import responses
from typing import Any

from starlette.requests import Request

from local import assumptions
from local.gateway.proxy_event import Event, ProxyResponse, raw_path
from local.lambdas.pool import FunctionError, InvocationResult, Invoke
from local.trace.model import REST, Trace

UNKNOWN_CALLER = "unknown"


def start_trace(request: Request) -> Trace:
    """Returns the trace of a request whose operation and caller are still unknown; its id is a new request id."""
    query = f"?{request.url.query}" if request.url.query else ""
    return Trace(str(uuid.uuid4()), None, f"{request.method} {raw_path(request)}{query}", "", UNKNOWN_CALLER, REST)


def operation_name(event: Event) -> str:
    return f"{event['httpMethod']} {event['resource']}"


async def invoke(trace: Trace, invoke_function: Invoke, name: str, event: Event) -> InvocationResult:
    """Invokes a function and adds the invocation to the trace, also if the caller cancels it after its timeout."""
    started, field = time.perf_counter(), "authorizer" if name == "authorizer" else operation_name(event)
    entry: dict[str, Any] = {"field": field, "paths": [], "function": name, "batch": 1, "maxBatch": 1}
    try:
        outcome = await invoke_function(name, event)
    except asyncio.CancelledError:
        ms = round((time.perf_counter() - started) * 1000, 3)
        error = FunctionError(*assumptions.TIMED_OUT)
        trace.add_invocation(entry, InvocationResult(None, error, [], 0, ms), started)
        raise
    trace.add_invocation(entry, outcome, started)
    return outcome


def end_trace(trace: Trace, response: ProxyResponse) -> None:
    """Ends a trace with the response; a status from 400 is its error."""
    error = {"errorType": str(response.status), "message": responses.get(response.status, "")}
    trace.end([error] if response.status >= 400 else [])
    trace.respond(response.body.decode(errors="replace"), response.status)
