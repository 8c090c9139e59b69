"""The pages `/trace`, which lists the latest requests, and `/trace/{id}`, which draws one, and their data as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from local.trace import findings, pricing
from local.trace.model import Trace, Traces

FOLDER = Path(__file__).resolve().parent / "static"
FILES = {
    "style.css": "text/css",
    "page.js": "text/javascript",
    "list.js": "text/javascript",
    "filter.js": "text/javascript",
    "request.js": "text/javascript",
    "waterfall.js": "text/javascript",
    "zoom.js": "text/javascript",
    "drawing.js": "text/javascript",
}
FRESH = {"cache-control": "no-cache"}
MAX_LIST_QUERY_CHARACTERS = 200


def routes(traces: Traces, memory_mb: int) -> list[Route]:
    """Returns the routes of the pages, their static files and their JSON.

    The bill of a request assumes functions with `memory_mb` of memory.
    """

    async def page(request: Request) -> Response:
        id = request.path_params.get("id")
        status = 404 if id and not traces.get(id) else 200
        return FileResponse(FOLDER / "index.html", status, FRESH, "text/html")

    async def latest(_: Request) -> Response:
        return json_response([summary(trace, memory_mb) for trace in traces.latest()])

    async def get_trace(request: Request) -> Response:
        trace = traces.get(request.path_params["id"])
        if trace is None:
            raise HTTPException(404)
        return json_response(details(trace, memory_mb))

    async def clear(_: Request) -> Response:
        traces.clear()
        return Response(status_code=204)

    async def file(request: Request) -> Response:
        name = request.path_params["file"]
        if name not in FILES:
            raise HTTPException(404)
        return FileResponse(FOLDER / name, headers=FRESH, media_type=FILES[name])

    return [
        Route("/trace", page),
        Route("/trace", clear, methods=["DELETE"]),
        Route("/trace.json", latest),
        Route("/trace/{id}.json", get_trace),
        Route("/trace/{id}", page),
        Route("/waterfall/{file}", file),
    ]


def json_response(value: Any) -> Response:
    """Returns a response with ASCII-escaped JSON: a query may contain lone surrogates, which UTF-8 cannot encode."""
    return Response(json.dumps(value), headers=FRESH, media_type="application/json")


def summary(trace: Trace, memory_mb: int) -> dict[str, Any]:
    """Returns a request's entry in the list.

    Its bars are `[at, ms, whether it failed]`; its errors and exceptions are numbers, its findings names.
    """
    failed = trace.failed_invocations
    return {
        **header(trace, pricing.cost_per_million(trace, memory_mb)),
        "query": " ".join(trace.query[: 2 * MAX_LIST_QUERY_CHARACTERS].split())[:MAX_LIST_QUERY_CHARACTERS],
        "invocations": [
            [entry["start"], entry["ms"], position in failed] for position, entry in enumerate(trace.resolvers)
        ],
        "calls": [[entry["at"], entry["ms"], entry["error"] is not None] for entry in trace.dynamodb],
        "cacheHits": [[entry["at"], 0, False] for entry in trace.cache],
        "errors": len(trace.errors),
        "exceptions": len(trace.tracebacks),
        "isIntrospection": trace.is_introspection,
        "findings": list(dict.fromkeys(finding.name for finding in findings.analyze(trace))),
    }


def details(trace: Trace, memory_mb: int) -> dict[str, Any]:
    """Returns the complete trace of a request, with its findings and the bill for a million requests like it."""
    bill = pricing.cost_per_million(trace, memory_mb)
    return {
        **header(trace, bill),
        **trace.to_dict(),
        "query": trace.query,
        "variables": trace.variables,
        "response": trace.response,
        "responseCharacters": trace.response_characters,
        "errors": trace.errors,
        "tracebacks": trace.tracebacks,
        "findings": [asdict(finding) for finding in findings.analyze(trace)],
        "bill": [asdict(line) for line in bill],
        "pricesAsOf": pricing.PRICES_AS_OF,
    }


def header(trace: Trace, bill: list[pricing.CostLine]) -> dict[str, Any]:
    return {
        "id": trace.id,
        "protocol": trace.protocol,
        "operation": trace.operation,
        "caller": trace.caller,
        "startedAt": trace.started_at,
        "ms": trace.ms,
        "status": trace.status,
        "usdPerMillion": sum(line.usd for line in bill),
    }
