"""API Gateway in small: the routes of openapi.yaml, in the order in which it looks at a request.

Who asks, the key and its plan, the body, the cache, and only then the function. What AWS leaves open of that stands in
local/assumptions.py. https://docs.aws.amazon.com/apigateway/latest/developerguide/welcome.html
"""

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from cachetools import TTLCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from local import assumptions
from local.gateway import proxy_event
from local.gateway.openapi import Contract, Operation, Resource
from local.gateway.proxy_event import Answered, Event, Malformed
from local.gateway.usage_plans import Keys
from local.lambdas.pool import Invoke
from resolvers.field_config import Rest

MOST_BODY_BYTES = 10 * 1024 * 1024
MOST_ANSWERS = 10_000
MESSAGES = {  # by the name of the response: its status where the contract tells no other, and what it says
    "UNAUTHORIZED": (401, "Unauthorized"),
    "ACCESS_DENIED": (403, "User is not authorized to access this resource with an explicit deny"),
    "INVALID_API_KEY": (403, "Forbidden"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "THROTTLED": (429, "Too Many Requests"),
    "QUOTA_EXCEEDED": (429, "Limit Exceeded"),
    "BAD_REQUEST_BODY": (400, "Invalid request body"),
    "REQUEST_TOO_LARGE": (413, "Request Entity Too Large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type"),
    "AUTHORIZER_FAILURE": (500, None),
    "INTEGRATION_FAILURE": (502, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
}


class Answers(Exception):
    """The gateway answers by itself, with one of its responses."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Gateway:
    """Serves the contract at its paths; `cached` says whether GETs are kept."""

    def __init__(self, contract: Contract, keys: Keys, rest: Rest, invoke: Invoke, *, cached: bool = True) -> None:
        self.contract = contract
        self.keys = keys
        self.rest = rest
        self.invoke = invoke
        self.clock = time.monotonic
        self.policies: TTLCache[str, Any] = TTLCache(MOST_ANSWERS, rest.token_seconds, self.now)
        self.kept: TTLCache[Any, Answered] = TTLCache(MOST_ANSWERS, rest.cache_seconds if cached else 0, self.now)

    def now(self) -> float:
        return self.clock()

    def routes(self) -> list[BaseRoute]:
        """One route for the paths below each first segment that the contract has."""
        return [PathPrefix(f"/{root}", self) for root in self.contract.roots]

    def forget(self) -> None:
        """Keeps no answer any longer, and no word of the authorizer."""
        self.policies.clear()
        self.kept.clear()

    async def answer(self, request: Request) -> Response:
        try:
            return self.sent(await self.answered(request), request)
        except Answers as own:
            return self.sent(self.own(own.name), request)

    def sent(self, answered: Answered, request: Request) -> Response:
        """An answer on its way, packed where it is long and the client takes that."""
        body, headers = answered.body, list(answered.headers)
        long = len(body) >= self.rest.compressed_bytes
        if long and takes_gzip(request.headers.get("accept-encoding", "")):
            body = gzip.compress(body, mtime=0)
            headers.append(("content-encoding", "gzip"))
        response = Response(body, answered.status)
        response.raw_headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
        if answered.status not in (204, 304):
            response.raw_headers.append((b"content-length", str(len(body)).encode()))
        return response

    async def answered(self, request: Request) -> Answered:
        resource, parameters = self.found(proxy_event.raw_path(request))
        if request.method == "OPTIONS":
            return self.preflight(resource)
        operation = resource.operations.get(request.method)
        if operation is None:
            body = json.dumps({"error": "Method not allowed"}).encode()
            return Answered(
                405, (*OPEN, ("allow", resource.allowed_methods), ("content-type", "application/json")), body
            )
        body = await read(request)
        event = proxy_event.event(request, operation, parameters, body)
        if assumptions.TOKEN_BEFORE_KEY:
            await self.authorized(event, operation)
        if refusal := self.keys.refusal(request.headers.get("x-api-key")):
            raise Answers(refusal)
        if not assumptions.TOKEN_BEFORE_KEY:
            await self.authorized(event, operation)
        if not operation.is_valid_body(body, request.headers.get("content-type", "").partition(";")[0].strip().lower()):
            raise Answers("BAD_REQUEST_BODY")
        return await self.cached(event, operation)

    def found(self, path: str) -> tuple[Resource, dict[str, str]]:
        for resource in self.contract.resources:
            if (parameters := resource.match(path)) is not None:
                return resource, parameters
        raise Answers("MISSING_AUTHENTICATION_TOKEN")

    def preflight(self, resource: Resource) -> Answered:
        headers = self.contract.preflight_headers(resource)
        return Answered(204, tuple((name.lower(), value) for name, value in headers.items()), b"")

    async def authorized(self, event: Event, operation: Operation) -> None:
        """Tells the event who asks, by the authorizer's word or what is kept of it. Raises Answers."""
        credential = event["headers"].get("authorization")
        if not credential:
            raise Answers("UNAUTHORIZED")
        policy = self.policies.get(credential)
        if policy is None:
            outcome = await self.invoke("authorizer", proxy_event.to_authorizer(event, operation))
            if outcome.failed:
                raise Answers("AUTHORIZER_FAILURE")
            policy = self.policies[credential] = outcome.result
        if not allows(policy, proxy_event.arn(operation, event["path"])):
            raise Answers("ACCESS_DENIED")
        told = {name: str(value) for name, value in policy["context"].items()}
        event["requestContext"]["authorizer"] = {**told, "principalId": policy["principalId"]}

    async def cached(self, event: Event, operation: Operation) -> Answered:
        """What is kept of a GET, or else what the function answers, whatever its status."""
        if operation.method != "GET":
            return await self.function(event)
        key = kept_by(event, operation)
        if (kept := self.kept.get(key)) is not None:
            return kept
        answered = await self.function(event)
        if answered.status == 200 or assumptions.EVERY_STATUS_IS_CACHED:
            self.kept[key] = answered
        return answered

    async def function(self, event: Event) -> Answered:
        try:
            async with asyncio.timeout(self.rest.seconds):
                outcome = await self.invoke("rest", event)
            if outcome.failed:
                raise Answers("INTEGRATION_FAILURE")
            return proxy_event.answered(outcome.result)
        except TimeoutError as error:
            raise Answers("INTEGRATION_TIMEOUT") from error
        except Malformed as error:
            raise Answers("INTEGRATION_FAILURE") from error

    def own(self, name: str) -> Answered:
        """One of the gateway's own responses, as the contract words it."""
        status, message = MESSAGES[name]
        worded = self.contract.document["x-amazon-apigateway-gateway-responses"]
        told = worded.get(name) or worded["DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"]
        headers = {
            name.removeprefix("gatewayresponse.header."): value.strip("'")
            for name, value in told["responseParameters"].items()
        }
        template = told["responseTemplates"]["application/json"]
        body = template.replace("$context.error.messageString", json.dumps(message))
        typed = (*headers.items(), ("content-type", "application/json"))
        return Answered(told.get("statusCode", status), typed, body.encode())


class PathPrefix(BaseRoute):
    """The route of a path and all paths below it, also those that the contract does not define: API Gateway answers
    these itself. Starlette's Mount would not match the path alone, nor a line break in a path.
    """

    def __init__(self, path: str, gateway: Gateway) -> None:
        self.path = path
        self.below = f"{path}/"
        self.gateway = gateway

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"]
        found = scope["type"] == "http" and (path.startswith(self.below) or path == self.path)
        return (Match.FULL if found else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.gateway.answer(Request(scope, receive))
        await response(scope, receive, send)


OPEN = (("access-control-allow-origin", "*"),)


def kept_by(event: Event, operation: Operation) -> tuple[Any, ...]:
    """What tells one answer of a GET from another: its parameters, all that were declared, and who asks."""
    query, path = event["multiValueQueryStringParameters"] or {}, event["pathParameters"] or {}
    asked = tuple(tuple(query.get(name, ())) for name in operation.names("query"))
    headers = tuple(event["headers"].get(name.lower()) for name in (*operation.names("header"), "authorization"))
    return operation.path, tuple(path.values()), asked, headers


def allows(policy: Mapping[str, Any], arn: str) -> bool:
    """Whether a policy lets through what has this name."""
    statements = [one for one in policy["policyDocument"]["Statement"] if fnmatchcase(arn, one["Resource"])]
    return bool(statements) and all(one["Effect"] == "Allow" for one in statements)


async def read(request: Request) -> bytes:
    """A request's body, unpacked where it came packed. Raises Answers where that is more than 10 MB."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY_BYTES:
            raise Answers("REQUEST_TOO_LARGE")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise Answers("UNSUPPORTED_MEDIA_TYPE")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacking.decompress(body, MOST_BODY_BYTES)
    except zlib.error as error:
        raise Answers("BAD_REQUEST_BODY") from error
    if unpacking.unconsumed_tail:
        raise Answers("REQUEST_TOO_LARGE")
    if not unpacking.eof:
        raise Answers("BAD_REQUEST_BODY")
    return unpacked


def takes_gzip(accepted: str) -> bool:
    told = [one.replace(" ", "").lower() for one in accepted.split(",")]
    return any(one.partition(";")[0] == "gzip" and not one.endswith(("q=0", "q=0.0")) for one in told)
