"""The API Gateway emulator: it serves the routes of openapi.yaml and processes a request in API Gateway's order.

The order is: the authorizer, the API key and its usage plan, validation of the body, the response cache, the function.
local/assumptions.py has the decisions where the documentation of AWS leaves the behaviour open.
https://docs.aws.amazon.com/apigateway/latest/developerguide/welcome.html
"""

import asyncio
import gzip
import json
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from cachetools import TTLCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from local import assumptions
from local.gateway import proxy_event, tracing
from local.gateway.encoding import accepts_gzip, read_body
from local.gateway.gateway_response import GatewayResponse
from local.gateway.openapi import OpenApiContract, OpenApiOperation, Resource
from local.gateway.proxy_event import Event, MalformedProxyResponse, ProxyResponse
from local.gateway.usage_plans import ApiKeyStore
from local.lambdas.pool import Invoke
from local.trace.model import Trace, Traces
from resolvers.field_config import RestApiConfig

MAX_CACHED_RESPONSES = 10_000
MAX_TRACED_CHARACTERS = 100_000  # of a request body


class Gateway:
    """Serves the paths of the contract. If `cached` is false, responses to GET requests are not cached."""

    def __init__(
        self,
        contract: OpenApiContract,
        keys: ApiKeyStore,
        rest: RestApiConfig,
        invoke: Invoke,
        traces: Traces,
        *,
        cached: bool = True,
    ) -> None:
        self.contract = contract
        self.keys = keys
        self.rest = rest
        self.invoke = invoke
        self.traces = traces
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
        """Returns the response to a request, with its request id. Adds a trace if the contract has its operation."""
        trace = tracing.start_trace(request)
        try:
            proxy_response = await self.handle(request, trace)
        except GatewayResponse as response:
            proxy_response = response.to_response(self.contract)
        if trace.operation:
            tracing.end_trace(trace, proxy_response)
            self.traces.add(trace)
        http_response = self.to_http_response(proxy_response, request)
        http_response.headers["x-amzn-requestid"] = trace.id
        return http_response

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

    async def handle(self, request: Request, trace: Trace) -> ProxyResponse:
        resource, parameters = self.match_resource(proxy_event.raw_path(request))
        if request.method == "OPTIONS":
            return self.preflight(resource)
        operation = resource.operations.get(request.method)
        if operation is None:
            body = json.dumps({"error": "Method not allowed"}).encode()
            return ProxyResponse(
                405, (*OPEN, ("allow", resource.allowed_methods), ("content-type", "application/json")), body
            )
        trace.operation = operation.id
        body = await read_body(request)
        event = proxy_event.event(request, operation, parameters, body)
        event["requestContext"]["requestId"] = trace.id
        trace.variables = (event["body"] or "")[:MAX_TRACED_CHARACTERS]
        if assumptions.TOKEN_BEFORE_KEY:
            await self.authorized(event, operation, trace)
        if refusal := self.keys.rejection(request.headers.get("x-api-key")):
            raise GatewayResponse(refusal)
        if not assumptions.TOKEN_BEFORE_KEY:
            await self.authorized(event, operation, trace)
        if not operation.is_valid_body(body, request.headers.get("content-type", "").partition(";")[0].strip().lower()):
            raise GatewayResponse("BAD_REQUEST_BODY")
        return await self.cached(event, operation, trace)

    def match_resource(self, path: str) -> tuple[Resource, dict[str, str]]:
        for resource in self.contract.resources:
            if (parameters := resource.match(path)) is not None:
                return resource, parameters
        raise GatewayResponse("MISSING_AUTHENTICATION_TOKEN")

    def preflight(self, resource: Resource) -> ProxyResponse:
        headers = self.contract.preflight_headers(resource)
        return ProxyResponse(204, tuple((name.lower(), value) for name, value in headers.items()), b"")

    async def authorized(self, event: Event, operation: OpenApiOperation, trace: Trace) -> None:
        """Adds the caller's context to the event, from the cached policy or by invoking the authorizer.

        Raises GatewayResponse if the token is missing, the authorizer fails or its policy denies the request.
        """
        credential = event["headers"].get("authorization")
        if not credential:
            raise GatewayResponse("UNAUTHORIZED")
        policy = self.policies.get(credential)
        if policy is None:
            outcome = await tracing.invoke(
                trace, self.invoke, "authorizer", proxy_event.authorizer_event(event, operation)
            )
            if outcome.failed:
                raise GatewayResponse("AUTHORIZER_FAILURE")
            policy = self.policies[credential] = outcome.result
        trace.caller = policy["principalId"]
        if not is_allowed(policy, proxy_event.arn(operation, event["path"])):
            raise GatewayResponse("ACCESS_DENIED")
        context = {name: str(value) for name, value in policy["context"].items()}
        event["requestContext"]["authorizer"] = {**context, "principalId": policy["principalId"]}

    async def cached(self, event: Event, operation: OpenApiOperation, trace: Trace) -> ProxyResponse:
        """Returns the cached response of a GET request or invokes the function.

        assumptions.EVERY_STATUS_IS_CACHED decides whether responses with a status other than 200 are cached too.
        """
        if operation.method != "GET":
            return await self.function(event, trace)
        key = cache_key(event, operation)
        if (cached := self.response_cache.get(key)) is not None:
            trace.add_cache_hit(tracing.operation_name(event))
            return cached
        response = await self.function(event, trace)
        if response.status == 200 or assumptions.EVERY_STATUS_IS_CACHED:
            self.response_cache[key] = response
        return response

    async def function(self, event: Event, trace: Trace) -> ProxyResponse:
        try:
            async with asyncio.timeout(self.rest.seconds):
                outcome = await tracing.invoke(trace, self.invoke, "rest", event)
            if outcome.failed:
                raise GatewayResponse("INTEGRATION_FAILURE")
            return proxy_event.parse_response(outcome.result)
        except TimeoutError as error:
            raise GatewayResponse("INTEGRATION_TIMEOUT") from error
        except MalformedProxyResponse as error:
            raise GatewayResponse("INTEGRATION_FAILURE") from error


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


def cache_key(event: Event, operation: OpenApiOperation) -> tuple[Any, ...]:
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
