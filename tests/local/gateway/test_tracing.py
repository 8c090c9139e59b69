"""The traces of REST requests: their invocations with their DynamoDB requests, cache hits and responses."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.gateway import tracing
from local.lambdas.pool import InvocationResult
from local.trace.model import REST, Trace
from tests.local import dataset
from tests.local.server_fixture import LocalServer

HOME = dataset.PROPERTIES[4].id


@pytest.fixture
def http(server: LocalServer) -> Iterator[httpx.Client]:
    """A client with an API key and a token of ada; the caches of the server are empty."""
    server.put_items(dataset.table_items())
    server.gateway.clear_caches()
    headers = {"x-api-key": server.keys.issue("government"), "authorization": server.token("ada")}
    with httpx.Client(base_url=server.url, timeout=60, headers=headers) as client:
        yield client


def trace_of(response: httpx.Response, http: httpx.Client) -> dict[str, Any]:
    """Returns the trace of the request of this response."""
    trace: dict[str, Any] = http.get(f"/trace/{response.headers['x-amzn-requestid']}.json").json()
    return trace


def test_a_rest_request_is_traced_with_its_dynamodb_requests(http: httpx.Client) -> None:
    response = http.get(f"/properties/{HOME}?x=1")
    trace = trace_of(response, http)
    assert (trace["protocol"], trace["operation"]) == ("REST", "getProperty")
    assert (trace["query"], trace["caller"]) == (f"GET /properties/{HOME}?x=1", "ada")
    assert [entry["field"] for entry in trace["resolvers"]] == ["authorizer", "GET /properties/{id}"]
    (call,) = trace["dynamodb"]
    assert (call["operation"], call["resolver"], call["invocation"]) == ("Query", "GET /properties/{id}", 1)
    assert (trace["status"], trace["errors"], trace["response"]) == (200, [], response.text)


def test_a_cached_rest_response_is_traced_as_a_cache_hit(http: httpx.Client) -> None:
    http.get(f"/properties/{HOME}")
    trace = trace_of(http.get(f"/properties/{HOME}"), http)
    assert [hit["field"] for hit in trace["cache"]] == ["GET /properties/{id}"]
    assert (trace["resolvers"], trace["dynamodb"]) == ([], [])


def test_a_rest_request_that_fails_is_traced_with_its_body_and_status(http: httpx.Client) -> None:
    trace = trace_of(http.put(f"/properties/{HOME}", content=b'{"price": -1}'), http)
    assert (trace["variables"], trace["status"]) == ('{"price": -1}', 400)
    assert trace["errors"] == [{"errorType": "400", "message": "Bad Request"}]


def test_a_rest_request_without_a_token_is_traced_without_a_caller(http: httpx.Client, server: LocalServer) -> None:
    response = httpx.get(f"{server.url}/properties/{HOME}", timeout=60)
    trace = trace_of(response, http)
    assert (trace["status"], trace["caller"], trace["resolvers"]) == (401, "unknown", [])


def test_a_path_outside_of_the_contract_has_no_trace(http: httpx.Client) -> None:
    response = http.get("/properties/x/y")
    assert response.status_code == 404
    assert http.get(f"/trace/{response.headers['x-amzn-requestid']}.json").status_code == 404


def test_an_invocation_that_is_cancelled_is_traced_as_timed_out() -> None:
    trace = Trace("1", None, "GET /properties", "", "ada", REST)

    async def never(name: str, event: Any) -> InvocationResult:
        await asyncio.Event().wait()
        raise AssertionError

    async def cancel() -> None:
        async with asyncio.timeout(0):
            await tracing.invoke(trace, never, "rest", {"httpMethod": "GET", "resource": "/properties"})

    with pytest.raises(TimeoutError):
        asyncio.run(cancel())
    (entry,) = trace.resolvers
    assert (entry["field"], entry["error"]) == (
        "GET /properties",
        "Lambda:ExecutionTimeoutException: Execution timed out.",
    )
