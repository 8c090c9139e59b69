"""`/graphql` over HTTP as AppSync speaks it: 401 and 400 before the schema is reached, 200 for whatever reached it."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLSyntaxError, OperationDefinitionNode, OperationType, parse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.appsync import AppSync, Asker
from local.issuer import BadToken, Claims, Issuer
from resolvers.field import COGNITO
from resolvers.wiring import LIMITS

MOST_BYTES = 1_000_000


class Refused(Exception):
    """A request that never reaches the schema."""

    def __init__(self, status: int, type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type = type

    def response(self) -> Response:
        body = {"errors": [{"errorType": self.type, "message": str(self)}]}
        return JSONResponse(body, self.status, {"x-amzn-errortype": self.type, "x-amzn-requestid": str(uuid.uuid4())})


def unauthorized(message: str) -> Refused:
    return Refused(401, "UnauthorizedException", message)


def malformed(message: str = "Unable to parse GraphQL query.") -> Refused:
    return Refused(400, "MalformedHttpRequestException", message)


def bad(message: str) -> Refused:
    return Refused(400, "BadRequestException", message)


def route(api: AppSync, issuer: Issuer) -> Route:
    async def graphql(request: Request) -> Response:
        """Who asks is settled before anything is read of what is asked."""
        try:
            asker = identified(request, issuer)
            query, variables, operation = asked(await told(request))
            check(query, operation)
        except Refused as refused:
            return refused.response()
        body, trace = await api.answer(query, variables, operation, asker)
        if request.headers.get("x-trace") == "1":
            body["extensions"] = {"trace": vars(trace)}
        requestid = {"x-amzn-requestid": str(uuid.uuid4())}
        return Response(json.dumps(body), 200, requestid, "application/json;charset=UTF-8")

    return Route("/graphql", graphql, methods=["GET", "POST"])


def identified(request: Request, issuer: Issuer) -> Asker:
    """Who sends a request, by the token in its Authorization header."""
    token = request.headers.get("authorization")
    if not token:
        raise unauthorized("Valid authorization header not provided.")
    try:
        claims = issuer.verified(token)
    except BadToken as error:
        raise unauthorized(str(error)) from error
    return Asker(COGNITO, identity(claims, source_ip(request)), headers(request))


def identity(claims: Claims, source_ip: list[str]) -> dict[str, Any]:
    """What a resolver is told of a Cognito user.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    return {
        "sub": claims["sub"],
        "issuer": claims["iss"],
        "username": claims.get("cognito:username"),
        "claims": claims,
        "sourceIp": source_ip,
        "defaultAuthStrategy": "ALLOW",
        "groups": claims.get("cognito:groups"),
    }


def source_ip(request: Request) -> list[str]:
    forwarded = [ip.strip() for ip in request.headers.get("x-forwarded-for", "").split(",") if ip.strip()]
    return [*forwarded, *([request.client.host] if request.client else [])]


def headers(request: Request) -> dict[str, str | list[str]]:
    """A request's headers as a resolver sees them: lower case, one sent twice as a list, no cookies."""
    names = dict.fromkeys(name for name in request.headers if name != "cookie")
    found = {name: request.headers.getlist(name) for name in names}
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


async def told(request: Request) -> Mapping[str, Any]:
    """What a request says, in its address or its body."""
    if request.method == "GET":
        return request.query_params
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Refused(413, "BadRequestException", f"Request body is larger than {MOST_BYTES:,} bytes.")
    if not body:
        raise malformed("Request body is empty.")
    return read_json(body)


def read_json(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Anything else is malformed, and so is a number that JSON does not have."""
    try:
        found = json.loads(text, parse_constant=lambda _: no_number())
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(found, dict):
        raise malformed()
    return found


def no_number() -> None:
    raise ValueError("NaN and Infinity are not JSON")


def asked(said: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None, str | None]:
    """The query, its variables and the operation's name. Variables in an address are JSON text."""
    query, variables, operation = said.get("query"), said.get("variables"), said.get("operationName")
    if isinstance(variables, str):
        variables = read_json(variables) if variables else None
    fits = isinstance(query, str) and isinstance(variables, dict | None) and isinstance(operation, str | None)
    if not fits or not query:
        raise malformed()
    return query, variables, operation or None


def check(query: str, operation: str | None) -> None:
    """Refuses what AppSync never runs: no GraphQL, too much of it, an operation that is not there, a subscription."""
    try:
        document = parse(query, max_tokens=LIMITS.tokens)
    except GraphQLSyntaxError as error:
        too_long = f"more than {LIMITS.tokens} tokens" in error.message
        raise bad("Maximum char length exceeded") if too_long else malformed() from error
    except RecursionError as error:
        raise malformed("Unable to parse GraphQL query: it is nested too deeply.") from error
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in operations if operation is None or (node.name and node.name.value == operation)]
    if len(chosen) > 1:
        raise bad("Missing operation name.")
    if not chosen:
        raise bad(f"Unknown operation named '{operation}'." if operation else "There is no operation.")
    if chosen[0].operation is OperationType.SUBSCRIPTION:
        raise bad("Subscriptions are not supported over HTTP.")
