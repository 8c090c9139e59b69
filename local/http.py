"""`/graphql` over HTTP as AppSync speaks it: 401 and 400 before the schema is reached, 200 for whatever reached it."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from local import unconfirmed
from local.appsync import AppSync
from local.auth import Asked, Asker, Providers, Unauthorized
from local.operation import Question, Refused
from local.trace import Trace, Traces
from resolvers.publishing import AGENT

PATH = "/graphql"
JSON = "application/json;charset=UTF-8"
EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-user-agent,x-amzn-ErrorMessage,Date,x-amz-schema-version"


def route(appsync: AppSync, providers: Providers, traces: Traces) -> Route:
    async def graphql(request: Request) -> Response:
        """Who asks is settled before anything is read of what is asked."""
        id = str(uuid.uuid4())
        try:
            body = await read(request)
            asker = await identified(request, providers, body)
            asked = question(said(request, body))
            trace = Trace(id, asked.operation, asked.query, asked.variables, asker.label)
            answer = await appsync.answer(asked, asker, trace)
        except Refused as refused:
            return response(id, {"errors": [error(refused)]}, refused.status, {"x-amzn-errortype": refused.type})
        told = request.headers.get("x-trace") == "1"
        if told or request.headers.get("user-agent") != AGENT:  # what is published would crowd out what people ask
            traces.add(trace)
        if told:
            answer["extensions"] = {**answer.get("extensions", {}), "trace": trace.told()}
        return response(id, answer)

    return Route(PATH, graphql, methods=["GET", "POST"])


def response(id: str, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    open = {"access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED}
    always = {"x-amzn-requestid": id, "x-amzn-appsync-tokensconsumed": "1", **open}
    return Response(json.dumps(body), status, {**always, **(headers or {})}, JSON)


def error(refused: Refused) -> dict[str, Any]:
    return {"errorType": refused.type, "message": str(refused)}


async def identified(request: Request, providers: Providers, body: bytes) -> Asker:
    """Who sends a request, by its credentials. Raises Refused."""
    try:
        asked = Asked(request.method, PATH, request.url.query, headers(request), body, source_ip(request))
        return await providers.asker(asked)
    except Unauthorized as unauthorized:
        raise Refused(401, "UnauthorizedException", str(unauthorized)) from unauthorized


def source_ip(connection: HTTPConnection) -> list[str]:
    forwarded = [ip.strip() for ip in connection.headers.get("x-forwarded-for", "").split(",") if ip.strip()]
    return [*forwarded, *([connection.client.host] if connection.client else [])]


def headers(connection: HTTPConnection) -> dict[str, str | list[str]]:
    """The headers as a resolver sees them: lower case, one sent twice as a list, no cookies."""
    names = dict.fromkeys(name for name in connection.headers if name != "cookie")
    found = {name: connection.headers.getlist(name) for name in names}
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


async def read(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > unconfirmed.MOST_BODY_BYTES:
            status, type, message = unconfirmed.BODY_TOO_LARGE
            raise Refused(status, type, message.format(bytes=unconfirmed.MOST_BODY_BYTES))
    return body


def said(request: Request, body: bytes) -> Mapping[str, Any]:
    """What a request says, in its address or its body."""
    if request.method == "GET":
        return request.query_params
    if not body:
        raise malformed("Request body is empty.")
    return read_json(body)


def malformed(message: str = "Unable to parse GraphQL query.") -> Refused:
    return Refused(400, "MalformedHttpRequestException", message)


def read_json(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Anything else is malformed; so is a number that JSON does not have, and what is too deep."""
    try:
        found = json.loads(text, parse_constant=lambda _: no_number())
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(found, dict) or is_deeper(found, unconfirmed.MOST_BODY_LEVELS):
        raise malformed()
    return found


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in each other over more levels. What Python reads it may be unable to write."""
    if not isinstance(value, list | dict):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_deeper(member, levels - 1) for member in members)


def no_number() -> None:
    raise ValueError("NaN and Infinity are not JSON")


def question(said: Mapping[str, Any]) -> Question:
    """What is asked. Variables in an address are JSON text."""
    query, variables, operation = said.get("query"), said.get("variables"), said.get("operationName")
    if isinstance(variables, str):
        variables = read_json(variables) if variables else None
    fits = isinstance(query, str) and isinstance(variables, dict | None) and isinstance(operation, str | None)
    if not fits or not query:
        raise malformed()
    return Question(query, variables or {}, operation or None)
