"""What comes in at /graphql and never reaches the schema, and what does."""

import base64
import json
from typing import Any

import httpx
import pytest

from local.auth.issuer import Issuer
from resolvers.wiring import LIMITS
from tests.local.server_fixture import Desk

ME = {"query": "{ me { id } }"}
UNAUTHORIZED = "You are not authorized to make this call."
UNREADABLE = "Unable to parse GraphQL query."


def post(desk: Desk, body: Any = ME, token: str | None = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"authorization": desk.token("ada") if token is None else token, **headers}
    return desk.http.post("/graphql", content=content, headers={name: value for name, value in sent.items() if value})


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    assert "data" not in answer.json()
    assert answer.headers["x-amzn-errortype"] == error["errorType"]
    return answer.status_code, error["errorType"], error["message"]


def test_a_request_without_a_token_is_turned_away(desk: Desk) -> None:
    answer = desk.http.post("/graphql", json=ME)
    assert refusal(answer) == (401, "UnauthorizedException", "Valid authorization header not provided.")


def test_an_expired_token_is_turned_away(desk: Desk) -> None:
    answer = post(desk, token=desk.issuer.token("ada", seconds=-60))
    assert refusal(answer) == (401, "UnauthorizedException", "Token has expired.")


def test_a_token_of_another_issuers_key_is_turned_away(desk: Desk) -> None:
    assert refusal(post(desk, token=Issuer(desk.url).token("ada"))) == (401, "UnauthorizedException", UNAUTHORIZED)


def test_an_unsigned_token_is_turned_away(desk: Desk) -> None:
    _, claims, _ = desk.token("ada").split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    assert refusal(post(desk, token=f"{header}.{claims}.")) == (401, "UnauthorizedException", UNAUTHORIZED)


def test_a_token_is_taken_with_and_without_bearer(desk: Desk) -> None:
    token = desk.token("ada")
    assert [post(desk, token=sent).json() for sent in (token, f"Bearer {token}")] == [
        {"data": {"me": {"id": "ada"}}}
    ] * 2


def test_nothing_is_said_of_the_query_to_whoever_is_turned_away(desk: Desk) -> None:
    answer = post(desk, {"query": "{ nonsense"}, token="x")
    assert refusal(answer) == (401, "UnauthorizedException", UNAUTHORIZED)


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
def test_a_body_that_is_no_request_is_malformed(desk: Desk, body: bytes) -> None:
    assert refusal(post(desk, body)) == (400, "MalformedHttpRequestException", UNREADABLE)


@pytest.mark.parametrize("variables", [[1], "x", 5, True])
def test_variables_that_are_no_object_are_malformed(desk: Desk, variables: Any) -> None:
    answer = post(desk, ME | {"variables": variables})
    assert refusal(answer) == (400, "MalformedHttpRequestException", UNREADABLE)


def test_an_empty_body_is_malformed(desk: Desk) -> None:
    assert refusal(post(desk, b"")) == (400, "MalformedHttpRequestException", "Request body is empty.")


def test_a_number_that_json_does_not_have_is_malformed(desk: Desk) -> None:
    body = b'{"query": "{ me { id } }", "variables": {"price": NaN}}'
    assert refusal(post(desk, body)) == (400, "MalformedHttpRequestException", UNREADABLE)


def test_a_query_of_five_megabytes_is_refused(desk: Desk) -> None:
    answer = post(desk, {"query": "{ me { id } } #" + "x" * 5_000_000})
    assert refusal(answer) == (413, "BadRequestException", "Request body is larger than 1,000,000 bytes.")


def test_a_query_of_more_than_15000_tokens_is_refused(desk: Desk) -> None:
    answer = post(desk, {"query": "{" + " me" * LIMITS.tokens + "}"})
    assert refusal(answer) == (400, "BadRequestException", "Maximum char length exceeded")


def test_a_query_nested_deeper_than_python_goes_is_refused(desk: Desk) -> None:
    answer = post(desk, {"query": "{ me " * 5_000 + "}" * 5_000})
    assert refusal(answer)[:2] == (400, "MalformedHttpRequestException")


def test_a_field_below_the_depth_limit_is_null_with_an_error_and_what_is_above_stays(desk: Desk) -> None:
    levels = LIMITS.depth // 3 + 1
    query = "{ me " + "{ id properties { nodes { owner " * levels + "{ id } " + "} } }" * levels + "}"
    desk.ask('mutation { createProperty(input: {address: "1 Elm Street", price: 1}) { id } }', as_="deep")
    answer = desk.ask(query, as_="deep")
    assert set(answer.error_types) == {"QueryDepthLimitReached"}
    assert answer.body["data"]["me"]["properties"]["nodes"][0]["owner"]["id"] == "deep"


def test_of_several_operations_one_must_be_named(desk: Desk) -> None:
    two = "query a { me { id } } query b { me { name } }"
    assert refusal(post(desk, {"query": two})) == (400, "BadRequestException", "Missing operation name.")
    assert post(desk, {"query": two, "operationName": "a"}).json() == {"data": {"me": {"id": "ada"}}}


def test_an_operation_that_is_not_there_is_refused(desk: Desk) -> None:
    answer = post(desk, ME | {"operationName": "x"})
    assert refusal(answer) == (400, "BadRequestException", "Unknown operation named 'x'.")


def test_a_subscription_is_not_taken_over_http(desk: Desk) -> None:
    answer = post(desk, {"query": 'subscription { onZipChange(zipCode: "98103") { version } }'})
    assert refusal(answer) == (400, "BadRequestException", "Subscriptions over MQTT is not supported.")


def test_an_unknown_field_is_answered_with_200_and_no_type(desk: Desk) -> None:
    answer = post(desk, {"query": "{ nonsense }"})
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    (error,) = answer.json()["errors"]
    assert error.keys() == {"path", "locations", "message"}
    assert error["locations"] == [{"line": 1, "column": 3, "sourceName": None}]


@pytest.mark.parametrize(
    "query", ["{ me(x: 1) { id } }", "{ property { id } }", "query($x: Int!) { me { id } }", "{ me }"]
)
def test_what_the_schema_does_not_allow_is_answered_without_any_read(desk: Desk, query: str) -> None:
    before = len(desk.proxy.seen)
    answer = desk.ask(query)
    assert (answer.status, answer.body["data"], len(answer.errors)) == (200, None, 1)
    assert len(desk.proxy.seen) == before


@pytest.mark.parametrize("literal", ["1e400", "1e200", "-1", "0.001"])
def test_a_price_out_of_bounds_is_refused_and_makes_nothing(desk: Desk, literal: str) -> None:
    before = len(desk.proxy.seen)
    home = f'{{address: "1 Elm Street", price: {literal}}}'
    answer = desk.ask(f"mutation {{ createProperty(input: {home}) {{ id }} }}")
    assert answer.body["data"] == {"createProperty": None}
    assert answer.error_types == ["InvalidInput"]
    assert answer.errors[0]["errorInfo"]["where"] == "input.price"
    assert len(desk.proxy.seen) == before


def test_a_query_may_come_in_the_address(desk: Desk) -> None:
    asked = {"query": "query($id: ID!) { user(id: $id) { id } }", "variables": '{"id": "nobody"}'}
    answer = desk.http.get("/graphql", params=asked, headers={"authorization": desk.token("ada")})
    assert (answer.status_code, answer.json()) == (200, {"data": {"user": None}})


def test_a_page_of_any_origin_may_ask(desk: Desk) -> None:
    names = "authorization,x-amz-user-agent,x-app"
    asks = {"origin": "https://app.example", "access-control-request-method": "POST"}
    preflight = desk.http.options("/graphql", headers=asks | {"access-control-request-headers": names})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-headers"] == names
    assert "access-control-allow-credentials" not in preflight.headers
    assert post(desk, origin="https://app.example").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(("body", "token", "status"), [(ME, None, 200), (b"meow", None, 400), (ME, "x", 401)])
def test_every_answer_has_appsyncs_headers(desk: Desk, body: Any, token: str | None, status: int) -> None:
    answer = post(desk, body, token)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.headers["x-amzn-appsync-tokensconsumed"] == "1"
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].split(",")
    assert {"x-amzn-RequestId", "x-amzn-ErrorType", "Date"} <= set(exposed)
    assert ("x-amzn-errortype" in answer.headers) is (status != 200)


def test_every_answer_has_a_request_id_of_its_own(desk: Desk) -> None:
    assert len({post(desk).headers["x-amzn-requestid"] for _ in range(3)}) == 3
