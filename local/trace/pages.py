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
    "request.js": "text/javascript",
    "drawing.js": "text/javascript",
}
FRESH = {"cache-control": "no-cache"}
LONGEST = 200  # characters of a query in the list


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

    async def file(request: Request) -> Response:
        name = request.path_params["file"]
        if name not in FILES:
            raise HTTPException(404)
        return FileResponse(FOLDER / name, headers=FRESH, media_type=FILES[name])

    return [
        Route("/trace", page),
        Route("/trace.json", latest),
        Route("/trace/{id}.json", get_trace),
        Route("/trace/{id}", page),
        Route("/waterfall/{file}", file),
    ]


def json_response(value: Any) -> Response:
    """Returns a response with ASCII-escaped JSON: a query may contain lone surrogates, which UTF-8 cannot encode."""
    return Response(json.dumps(value), headers=FRESH, media_type="application/json")


def summary(trace: Trace, memory_mb: int) -> dict[str, Any]:
    """Returns a request's entry in the list: its bars, each `[at, ms]`, its number of errors, its findings' names."""
    return {
        **header(trace, pricing.cost_per_million(trace, memory_mb)),
        "query": " ".join(trace.query.split())[:LONGEST],
        "invocations": [[entry["began"], entry["ms"]] for entry in trace.resolvers],
        "calls": [[entry["at"], entry["ms"]] for entry in trace.dynamodb],
        "cacheHits": [[entry["at"], 0] for entry in trace.cache],
        "errors": len(trace.errors),
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
        "errors": trace.errors,
        "findings": [asdict(finding) for finding in findings.analyze(trace)],
        "bill": [asdict(line) for line in bill],
        "pricesReadOn": pricing.PRICES_AS_OF,
    }


def header(trace: Trace, bill: list[pricing.CostLine]) -> dict[str, Any]:
    return {
        "id": trace.id,
        "operation": trace.operation,
        "asker": trace.caller,
        "beganAt": trace.began_at,
        "ms": trace.ms,
        "usdForAMillion": sum(line.usd for line in bill),
    }
