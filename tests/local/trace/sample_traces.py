"""Queries whose traces the tests examine, and traces that need no server."""

from typing import Any

from local.lambdas.pool import InvocationResult
from local.trace.model import Trace
from resolvers.wiring import FIELD_BY_PATH

NESTED = "{ listingsByZip(zipCode: %s, first: 5) { nodes { id property { owner { name } images { url } } } } }"
PAGE = NESTED % '"10001"'
CROWDED = "10009"


def make_trace(*outcomes: InvocationResult) -> Trace:
    """Returns the trace of a request whose only field was invoked once for each result, one after another."""
    trace = Trace("1", None, "{ me { id } }", {}, "ada")
    for outcome in outcomes:
        trace.add(FIELD_BY_PATH["Query.me"], 1, outcome, trace.started)
    trace.end([])
    return trace


def make_call(started: float = 0, **attributes: Any) -> dict[str, Any]:
    call = {"operation": "GetItem", "index": None, "keys": 1, "key_names": ["a / b"], "items": 1, "scanned": 1}
    return call | {"read_units": 1, "write_units": 0, "at": started, "ms": 1, "error": None} | attributes
