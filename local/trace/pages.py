"""The page `/trace`, where the latest requests are drawn, `/trace/{id}`, where one is, and what they draw as JSON."""

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
    """The pages. The bill of a request is for functions of this memory."""

    async def page(request: Request) -> Response:
        id = request.path_params.get("id")
        status = 404 if id and not traces.get(id) else 200
        return FileResponse(FOLDER / "index.html", status, FRESH, "text/html")

    async def latest(_: Request) -> Response:
        return told([summary(trace, memory_mb) for trace in traces.latest()])

    async def one(request: Request) -> Response:
        trace = traces.get(request.path_params["id"])
        if trace is None:
            raise HTTPException(404)
        return told(whole(trace, memory_mb))

    async def file(request: Request) -> Response:
        name = request.path_params["file"]
        if name not in FILES:
            raise HTTPException(404)
        return FileResponse(FOLDER / name, headers=FRESH, media_type=FILES[name])

    return [
        Route("/trace", page),
        Route("/trace.json", latest),
        Route("/trace/{id}.json", one),
        Route("/trace/{id}", page),
        Route("/waterfall/{file}", file),
    ]


def told(value: Any) -> Response:
    """JSON as Python writes it, escaped: a query may hold half characters, which are not UTF-8."""
    return Response(json.dumps(value), headers=FRESH, media_type="application/json")


def summary(trace: Trace, memory_mb: int) -> dict[str, Any]:
    """A request in a line: its bars, each `[at, ms]`, how many errors it has, and the names of what is wasteful."""
    return {
        **heading(trace, pricing.of_a_million(trace, memory_mb)),
        "query": " ".join(trace.query.split())[:LONGEST],
        "invocations": [[one["began"], one["ms"]] for one in trace.resolvers],
        "calls": [[one["at"], one["ms"]] for one in trace.dynamodb],
        "cacheHits": [[one["at"], 0] for one in trace.cache],
        "errors": len(trace.errors),
        "findings": list(dict.fromkeys(finding.name for finding in findings.of(trace))),
    }


def whole(trace: Trace, memory_mb: int) -> dict[str, Any]:
    """All that is known of a request, with what is wasteful in it and the bill for a million such."""
    bill = pricing.of_a_million(trace, memory_mb)
    return {
        **heading(trace, bill),
        **trace.told(),
        "query": trace.query,
        "variables": trace.variables,
        "errors": trace.errors,
        "findings": [asdict(finding) for finding in findings.of(trace)],
        "bill": [asdict(line) for line in bill],
        "pricesReadOn": pricing.READ_ON,
    }


def heading(trace: Trace, bill: list[pricing.Line]) -> dict[str, Any]:
    return {
        "id": trace.id,
        "operation": trace.operation,
        "asker": trace.asker,
        "beganAt": trace.began_at,
        "ms": trace.ms,
        "usdForAMillion": sum(line.usd for line in bill),
    }
