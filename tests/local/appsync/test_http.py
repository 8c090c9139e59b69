"""`/graphql` over HTTP: authorization, malformed requests, limits, CORS and headers."""

import base64
import json
from typing import Any

import httpx
import pytest

from local.auth.issuer import Issuer
from resolvers.wiring import LIMITS
from tests.local.server_fixture import LocalServer

ME_QUERY = {"query": "{ me { id } }"}
UNAUTHORIZED = "You are not authorized to make this call."
UNREADABLE = "Unable to parse GraphQL query."


def post(server: LocalServer, body: Any = ME_QUERY, token: str | None = None, **more_headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"authorization": server.token("ada") if token is None else token, **more_headers}
    return server.http.post(
        "/graphql", content=content, headers={name: value for name, value in headers.items() if value}
    )


def client_error(response: httpx.Response) -> tuple[int, str, str]:
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    assert response.headers["x-amzn-errortype"] == error["errorType"]
    return response.status_code, error["errorType"], error["message"]


def test_a_request_without_a_token_is_unauthorized(server: LocalServer) -> None:
    response = server.http.post("/graphql", json=ME_QUERY)
    assert client_error(response) == (401, "UnauthorizedException", "Valid authorization header not provided.")


def test_an_expired_token_is_unauthorized(server: LocalServer) -> None:
    response = post(server, token=server.issuer.token("ada", seconds=-60))
    assert client_error(response) == (401, "UnauthorizedException", "Token has expired.")


def test_a_token_signed_by_another_key_is_unauthorized(server: LocalServer) -> None:
    assert client_error(post(server, token=Issuer(server.url).token("ada"))) == (
        401,
        "UnauthorizedException",
        UNAUTHORIZED,
    )


def test_an_unsigned_token_is_unauthorized(server: LocalServer) -> None:
    _, claims, _ = server.token("ada").split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    assert client_error(post(server, token=f"{header}.{claims}.")) == (401, "UnauthorizedException", UNAUTHORIZED)


def test_a_token_is_accepted_with_and_without_bearer(server: LocalServer) -> None:
    token = server.token("ada")
    assert [post(server, token=authorization).json() for authorization in (token, f"Bearer {token}")] == [
        {"data": {"me": {"id": "ada"}}}
    ] * 2


def test_an_unauthorized_response_does_not_reveal_query_errors(server: LocalServer) -> None:
    response = post(server, {"query": "{ nonsense"}, token="x")
    assert client_error(response) == (401, "UnauthorizedException", UNAUTHORIZED)


@pytest.mark.parametrize(
    "body",
    [
        b"meow",
        b"{}",
        b"{}}",
        b"[]",
        b'"x"',
        b"\xff",
        b'{"query": 1}',
        b'{"query": ""}',
        b'{"query": "{"}',
        b"[" * 9_999,
    ],
)
def test_a_body_that_is_not_a_graphql_request_is_malformed(server: LocalServer, body: bytes) -> None:
    assert client_error(post(server, body)) == (400, "MalformedHttpRequestException", UNREADABLE)


@pytest.mark.parametrize("variables", [[1], "x", 5, True])
def test_variables_that_are_not_an_object_are_malformed(server: LocalServer, variables: Any) -> None:
    response = post(server, ME_QUERY | {"variables": variables})
    assert client_error(response) == (400, "MalformedHttpRequestException", UNREADABLE)


def test_an_empty_body_is_malformed(server: LocalServer) -> None:
    assert client_error(post(server, b"")) == (400, "MalformedHttpRequestException", "Request body is empty.")


def test_nan_in_the_variables_is_malformed(server: LocalServer) -> None:
    body = b'{"query": "{ me { id } }", "variables": {"price": NaN}}'
    assert client_error(post(server, body)) == (400, "MalformedHttpRequestException", UNREADABLE)


def test_a_query_of_five_megabytes_is_rejected(server: LocalServer) -> None:
    response = post(server, {"query": "{ me { id } } #" + "x" * 5_000_000})
    assert client_error(response) == (413, "BadRequestException", "Request body is larger than 1,000,000 bytes.")


def test_a_query_of_more_than_15000_tokens_is_rejected(server: LocalServer) -> None:
    response = post(server, {"query": "{" + " me" * LIMITS.tokens + "}"})
    assert client_error(response) == (400, "BadRequestException", "Maximum char length exceeded")


def test_a_query_nested_deeper_than_the_recursion_limit_is_rejected(server: LocalServer) -> None:
    response = post(server, {"query": "{ me " * 5_000 + "}" * 5_000})
    assert client_error(response)[:2] == (400, "MalformedHttpRequestException")


def test_a_field_below_the_depth_limit_is_null_with_an_error(server: LocalServer) -> None:
    levels = LIMITS.depth // 3 + 1
    query = "{ me " + "{ id properties { nodes { owner " * levels + "{ id } " + "} } }" * levels + "}"
    server.execute('mutation { createProperty(input: {address: "1 Elm Street", price: 1}) { id } }', as_user="deep")
    response = server.execute(query, as_user="deep")
    assert set(response.error_types) == {"QueryDepthLimitReached"}
    assert response.body["data"]["me"]["properties"]["nodes"][0]["owner"]["id"] == "deep"


def test_a_document_with_several_operations_needs_an_operation_name(server: LocalServer) -> None:
    query = "query a { me { id } } query b { me { name } }"
    assert client_error(post(server, {"query": query})) == (400, "BadRequestException", "Missing operation name.")
    assert post(server, {"query": query, "operationName": "a"}).json() == {"data": {"me": {"id": "ada"}}}


def test_an_unknown_operation_name_is_rejected(server: LocalServer) -> None:
    response = post(server, ME_QUERY | {"operationName": "x"})
    assert client_error(response) == (400, "BadRequestException", "Unknown operation named 'x'.")


def test_a_subscription_over_http_is_rejected(server: LocalServer) -> None:
    response = post(server, {"query": 'subscription { onZipChange(zipCode: "98103") { version } }'})
    assert client_error(response) == (400, "BadRequestException", "Subscriptions over MQTT is not supported.")


def test_an_unknown_field_returns_200_with_an_error_without_a_type(server: LocalServer) -> None:
    response = post(server, {"query": "{ nonsense }"})
    assert response.status_code == 200
    assert response.json()["data"] is None
    (error,) = response.json()["errors"]
    assert error.keys() == {"path", "locations", "message"}
    assert error["locations"] == [{"line": 1, "column": 3, "sourceName": None}]


@pytest.mark.parametrize(
    "query", ["{ me(x: 1) { id } }", "{ property { id } }", "query($x: Int!) { me { id } }", "{ me }"]
)
def test_an_invalid_query_is_rejected_without_a_database_request(server: LocalServer, query: str) -> None:
    calls_before = len(server.proxy.operations)
    response = server.execute(query)
    assert (response.status, response.body["data"], len(response.errors)) == (200, None, 1)
    assert len(server.proxy.operations) == calls_before


@pytest.mark.parametrize("literal", ["1e400", "1e200", "-1", "0.001"])
def test_a_price_out_of_bounds_is_rejected_and_creates_nothing(server: LocalServer, literal: str) -> None:
    calls_before = len(server.proxy.operations)
    input = f'{{address: "1 Elm Street", price: {literal}}}'
    response = server.execute(f"mutation {{ createProperty(input: {input}) {{ id }} }}")
    assert response.body["data"] == {"createProperty": None}
    assert response.error_types == ["InvalidInput"]
    assert response.errors[0]["errorInfo"]["field"] == "input.price"
    assert len(server.proxy.operations) == calls_before


def test_a_query_may_be_sent_as_url_parameters(server: LocalServer) -> None:
    params = {"query": "query($id: ID!) { user(id: $id) { id } }", "variables": '{"id": "nobody"}'}
    response = server.http.get("/graphql", params=params, headers={"authorization": server.token("ada")})
    assert (response.status_code, response.json()) == (200, {"data": {"user": None}})


def test_cors_allows_any_origin(server: LocalServer) -> None:
    names = "authorization,x-amz-user-agent,x-app"
    preflight_headers = {"origin": "https://app.example", "access-control-request-method": "POST"}
    preflight = server.http.options("/graphql", headers=preflight_headers | {"access-control-request-headers": names})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-headers"] == names
    assert "access-control-allow-credentials" not in preflight.headers
    assert post(server, origin="https://app.example").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("body", "token", "status"), [(ME_QUERY, None, 200), (b"meow", None, 400), (ME_QUERY, "x", 401)]
)
def test_every_response_has_appsyncs_headers(server: LocalServer, body: Any, token: str | None, status: int) -> None:
    response = post(server, body, token)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json;charset=UTF-8"
    assert response.headers["x-amzn-appsync-tokensconsumed"] == "1"
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"].split(",")
    assert {"x-amzn-RequestId", "x-amzn-ErrorType", "Date"} <= set(exposed)
    assert ("x-amzn-errortype" in response.headers) is (status != 200)


def test_every_response_has_a_unique_request_id(server: LocalServer) -> None:
    assert len({post(server).headers["x-amzn-requestid"] for _ in range(3)}) == 3
