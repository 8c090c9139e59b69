"""Serves `/graphql` over HTTP as AppSync does: 401 and 400 before validation of the query, 200 after it."""

import asyncio
import json
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local import assumptions
from local.appsync.engine import AppSync
from local.appsync.graphql_request import PATH, RequestError, malformed, parse_graphql_request, parse_json_object
from local.appsync.request_threads import invoke_in
from local.auth.request import AuthContext, Authenticate, AuthRequest, Unauthorized, request_headers, source_ip
from local.lambdas.pool import Invoke
from local.trace.model import Trace, Traces

CONTENT_TYPE = "application/json;charset=UTF-8"
EXPOSED_HEADERS = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-user-agent,x-amzn-ErrorMessage,Date,x-amz-schema-version"


def route(appsync: AppSync, authenticate: Authenticate, traces: Traces, publisher: str) -> Route:
    """Returns the route of the endpoint.

    Requests of the user agent `publisher` are not added to the traces unless they request their trace: otherwise each
    published change would displace a request that a developer is looking for.
    """

    async def graphql(request: Request) -> Response:
        """Answers one request. Authenticates the caller before it parses the GraphQL request, in a thread."""
        id = str(uuid.uuid4())
        try:
            body = await read_body(request)
            caller = await authenticate_request(request, authenticate, body)
            invoke = invoke_in(asyncio.get_running_loop(), appsync.get_invoker())
            trace, text = await appsync.api.threads.run(answer(appsync, request, body, caller, invoke, id))
        except RequestError as error:
            text = json.dumps({"errors": [format_error(error)]})
            return response(id, text, error.status, {"x-amzn-errortype": error.type})
        if wants_trace(request) or request.headers.get("user-agent") != publisher:
            traces.add(trace)
        return response(id, text)

    return Route(PATH, graphql, methods=["GET", "POST"])


async def answer(
    appsync: AppSync, request: Request, body: bytes, caller: AuthContext, invoke: Invoke, id: str
) -> tuple[Trace, str]:
    """Returns the trace of a request and its response as JSON. Raises RequestError."""
    parsed = parse_graphql_request(request_params(request, body))
    trace = Trace(id, parsed.operation_name, parsed.query, parsed.variables.text, caller.label)
    result = await appsync.execute(parsed, caller, trace, invoke)
    text = json.dumps(result)
    trace.respond(text)
    if wants_trace(request):
        text = json.dumps(result | {"extensions": {**result.get("extensions", {}), "trace": trace.to_dict()}})
    return trace, text


def wants_trace(request: Request) -> bool:
    return request.headers.get("x-trace") == "1"


def response(id: str, text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    cors_headers = {"access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED_HEADERS}
    common_headers = {"x-amzn-requestid": id, "x-amzn-appsync-tokensconsumed": "1", **cors_headers}
    return Response(text, status, {**common_headers, **(headers or {})}, CONTENT_TYPE)


def format_error(error: RequestError) -> dict[str, Any]:
    return {"errorType": error.type, "message": str(error)}


async def authenticate_request(request: Request, authenticate: Authenticate, body: bytes) -> AuthContext:
    """Returns the caller of a request. Raises RequestError if it is unauthorized."""
    try:
        headers, query = request_headers(request), request.url.query
        return await authenticate(AuthRequest(request.method, PATH, query, headers, body, source_ip(request)))
    except Unauthorized as error:
        raise RequestError(401, "UnauthorizedException", str(error)) from error


async def read_body(request: Request) -> bytes:
    """Returns the body. Raises RequestError if it is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > assumptions.MAX_BODY_BYTES:
            status, type, message = assumptions.BODY_TOO_LARGE
            raise RequestError(status, type, message.format(bytes=assumptions.MAX_BODY_BYTES))
    return body


def request_params(request: Request, body: bytes) -> Mapping[str, Any]:
    """Returns the URL parameters of a GET, or the members of the JSON body of a POST. Raises RequestError."""
    if request.method == "GET":
        return request.query_params
    if not body:
        raise malformed("Request body is empty.")
    return parse_json_object(body)
