"""The API Gateway emulator: it serves the routes of openapi.yaml and processes a request in API Gateway's order.

The order is: the authorizer, the API key and its usage plan, validation of the body, the response cache, the function.
local/assumptions.py has the decisions where the documentation of AWS leaves the behaviour open.
https://docs.aws.amazon.com/apigateway/latest/developerguide/welcome.html
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
from local.gateway.openapi import OpenApiContract, OpenApiOperation, Resource
from local.gateway.proxy_event import Event, MalformedProxyResponse, ProxyResponse
from local.gateway.usage_plans import ApiKeyStore
from local.lambdas.pool import Invoke
from resolvers.field_config import RestApiConfig

MOST_BODY_BYTES = 10 * 1024 * 1024
MAX_CACHED_RESPONSES = 10_000
MESSAGES = {  # gateway response -> its default status, which the contract may override, and its message
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


class GatewayResponse(Exception):
    """The gateway responds itself, without the function. `name` is the type of the gateway response."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Gateway:
    """Serves the paths of the contract. If `cached` is false, responses to GET requests are not cached."""

    def __init__(
        self, contract: OpenApiContract, keys: ApiKeyStore, rest: RestApiConfig, invoke: Invoke, *, cached: bool = True
    ) -> None:
        self.contract = contract
        self.keys = keys
        self.rest = rest
        self.invoke = invoke
        self.clock = time.monotonic
        self.policies: TTLCache[str, Any] = TTLCache(MAX_CACHED_RESPONSES, rest.token_seconds, self.now)
        self.response_cache: TTLCache[Any, ProxyResponse] = TTLCache(
            MAX_CACHED_RESPONSES, rest.cache_seconds if cached else 0, self.now
        )

    def now(self) -> float:
        return self.clock()

    def routes(self) -> list[BaseRoute]:
        """Returns one route for each first path segment of the contract."""
        return [PathPrefix(f"/{root}", self) for root in self.contract.roots]

    def clear_caches(self) -> None:
        """Removes all cached responses and all cached policies of the authorizer."""
        self.policies.clear()
        self.response_cache.clear()

    async def answer(self, request: Request) -> Response:
        try:
            return self.to_http_response(await self.handle(request), request)
        except GatewayResponse as own:
            return self.to_http_response(self.gateway_response(own.name), request)

    def to_http_response(self, proxy_response: ProxyResponse, request: Request) -> Response:
        """Returns the HTTP response, compressed by gzip if it is long enough and the client accepts gzip."""
        body, headers = proxy_response.body, list(proxy_response.headers)
        long = len(body) >= self.rest.compressed_bytes
        if long and accepts_gzip(request.headers.get("accept-encoding", "")):
            body = gzip.compress(body, mtime=0)
            headers.append(("content-encoding", "gzip"))
        response = Response(body, proxy_response.status)
        response.raw_headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
        if proxy_response.status not in (204, 304):
            response.raw_headers.append((b"content-length", str(len(body)).encode()))
        return response

    async def handle(self, request: Request) -> ProxyResponse:
        resource, parameters = self.match_resource(proxy_event.raw_path(request))
        if request.method == "OPTIONS":
            return self.preflight(resource)
        operation = resource.operations.get(request.method)
        if operation is None:
            body = json.dumps({"error": "Method not allowed"}).encode()
            return ProxyResponse(
                405, (*OPEN, ("allow", resource.allowed_methods), ("content-type", "application/json")), body
            )
        body = await read(request)
        event = proxy_event.event(request, operation, parameters, body)
        if assumptions.TOKEN_BEFORE_KEY:
            await self.authorized(event, operation)
        if refusal := self.keys.rejection(request.headers.get("x-api-key")):
            raise GatewayResponse(refusal)
        if not assumptions.TOKEN_BEFORE_KEY:
            await self.authorized(event, operation)
        if not operation.is_valid_body(body, request.headers.get("content-type", "").partition(";")[0].strip().lower()):
            raise GatewayResponse("BAD_REQUEST_BODY")
        return await self.cached(event, operation)

    def match_resource(self, path: str) -> tuple[Resource, dict[str, str]]:
        for resource in self.contract.resources:
            if (parameters := resource.match(path)) is not None:
                return resource, parameters
        raise GatewayResponse("MISSING_AUTHENTICATION_TOKEN")

    def preflight(self, resource: Resource) -> ProxyResponse:
        headers = self.contract.preflight_headers(resource)
        return ProxyResponse(204, tuple((name.lower(), value) for name, value in headers.items()), b"")

    async def authorized(self, event: Event, operation: OpenApiOperation) -> None:
        """Adds the caller's context to the event, from the cached policy or by invoking the authorizer.

        Raises GatewayResponse if the token is missing, the authorizer fails or its policy denies the request.
        """
        credential = event["headers"].get("authorization")
        if not credential:
            raise GatewayResponse("UNAUTHORIZED")
        policy = self.policies.get(credential)
        if policy is None:
            outcome = await self.invoke("authorizer", proxy_event.authorizer_event(event, operation))
            if outcome.failed:
                raise GatewayResponse("AUTHORIZER_FAILURE")
            policy = self.policies[credential] = outcome.result
        if not is_allowed(policy, proxy_event.arn(operation, event["path"])):
            raise GatewayResponse("ACCESS_DENIED")
        context = {name: str(value) for name, value in policy["context"].items()}
        event["requestContext"]["authorizer"] = {**context, "principalId": policy["principalId"]}

    async def cached(self, event: Event, operation: OpenApiOperation) -> ProxyResponse:
        """Returns the cached response of a GET request or invokes the function.

        assumptions.EVERY_STATUS_IS_CACHED decides whether responses with a status other than 200 are cached too.
        """
        if operation.method != "GET":
            return await self.function(event)
        key = kept_by(event, operation)
        if (cached := self.response_cache.get(key)) is not None:
            return cached
        response = await self.function(event)
        if response.status == 200 or assumptions.EVERY_STATUS_IS_CACHED:
            self.response_cache[key] = response
        return response

    async def function(self, event: Event) -> ProxyResponse:
        try:
            async with asyncio.timeout(self.rest.seconds):
                outcome = await self.invoke("rest", event)
            if outcome.failed:
                raise GatewayResponse("INTEGRATION_FAILURE")
            return proxy_event.parse_response(outcome.result)
        except TimeoutError as error:
            raise GatewayResponse("INTEGRATION_TIMEOUT") from error
        except MalformedProxyResponse as error:
            raise GatewayResponse("INTEGRATION_FAILURE") from error

    def gateway_response(self, name: str) -> ProxyResponse:
        """Returns a gateway response with the status, headers and body template of the contract."""
        status, message = MESSAGES[name]
        worded = self.contract.document["x-amazon-apigateway-gateway-responses"]
        definition = worded.get(name) or worded["DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"]
        headers = {
            name.removeprefix("gatewayresponse.header."): value.strip("'")
            for name, value in definition["responseParameters"].items()
        }
        template = definition["responseTemplates"]["application/json"]
        body = template.replace("$context.error.messageString", json.dumps(message))
        typed = (*headers.items(), ("content-type", "application/json"))
        return ProxyResponse(definition.get("statusCode", status), typed, body.encode())


class PathPrefix(BaseRoute):
    """The route of a path and of all paths below it, including those that the contract does not define.

    API Gateway responds to these itself. Starlette's Mount matches neither the path alone nor a line break in a path.
    """

    def __init__(self, path: str, gateway: Gateway) -> None:
        self.path = path
        self.below = f"{path}/"
        self.gateway = gateway

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"]
        is_match = scope["type"] == "http" and (path.startswith(self.below) or path == self.path)
        return (Match.FULL if is_match else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.gateway.answer(Request(scope, receive))
        await response(scope, receive, send)


OPEN = (("access-control-allow-origin", "*"),)


def kept_by(event: Event, operation: OpenApiOperation) -> tuple[Any, ...]:
    """Returns the cache key of a GET request: path, declared query and header parameters, and Authorization header."""
    query, path = event["multiValueQueryStringParameters"] or {}, event["pathParameters"] or {}
    query_values = tuple(tuple(query.get(name, ())) for name in operation.names("query"))
    headers = tuple(event["headers"].get(name.lower()) for name in (*operation.names("header"), "authorization"))
    return operation.path, tuple(path.values()), query_values, headers


def is_allowed(policy: Mapping[str, Any], arn: str) -> bool:
    """Returns whether a policy allows an ARN: at least one statement matches it, and all that match allow it."""
    statements = [
        statement for statement in policy["policyDocument"]["Statement"] if fnmatchcase(arn, statement["Resource"])
    ]
    return bool(statements) and all(statement["Effect"] == "Allow" for statement in statements)


async def read(request: Request) -> bytes:
    """Returns a request's body, decompressed if its content encoding is gzip.

    Raises GatewayResponse if the body is longer than 10 MB, before or after decompression, or cannot be decoded.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY_BYTES:
            raise GatewayResponse("REQUEST_TOO_LARGE")
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise GatewayResponse("UNSUPPORTED_MEDIA_TYPE")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacking.decompress(body, MOST_BODY_BYTES)
    except zlib.error as error:
        raise GatewayResponse("BAD_REQUEST_BODY") from error
    if unpacking.unconsumed_tail:
        raise GatewayResponse("REQUEST_TOO_LARGE")
    if not unpacking.eof:
        raise GatewayResponse("BAD_REQUEST_BODY")
    return unpacked


def accepts_gzip(accepted: str) -> bool:
    codings = [coding.replace(" ", "").lower() for coding in accepted.split(",")]
    return any(coding.partition(";")[0] == "gzip" and not coding.endswith(("q=0", "q=0.0")) for coding in codings)
