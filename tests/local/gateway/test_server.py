"""The API Gateway emulator: the order of its checks, its response cache, and the events of the functions."""

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.gateway.encoding import accepts_gzip
from local.gateway.openapi import read
from local.gateway.server import Gateway, is_allowed
from local.gateway.usage_plans import ApiKeyStore
from local.lambdas.pool import FunctionError, InvocationResult
from local.trace.model import Traces
from resolvers.wiring import REST, USAGE_PLANS
from tests.local import dataset
from tests.local.server_fixture import LocalServer

HOME = dataset.PROPERTIES[4].id
NEW = {"address": "1 Elm Street", "price": 100, "userId": "ada"}


class RestClient:
    """A client of the local server's REST API with its own API key and token."""

    def __init__(self, server: LocalServer, user: str = "ada") -> None:
        self.server = server
        key = server.keys.issue("government")
        self.http = httpx.Client(base_url=server.url, timeout=60)
        self.http.headers.update({"x-api-key": key, "authorization": server.token(user)})

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.http.request(method, path, **more)


@pytest.fixture
def ask(server: LocalServer) -> Iterator[RestClient]:
    server.put_items(dataset.table_items())
    server.gateway.clear_caches()
    client = RestClient(server)
    yield client
    client.http.close()


def test_a_property_with_images_and_a_page_of_a_zip_cost_one_query_each(ask: RestClient) -> None:
    for path in (f"/properties/{HOME}", f"/properties?zip={dataset.ZIPS[0]}&limit=25"):
        before = len(ask.server.proxy.operations)
        assert ask("GET", path).status_code == 200
        assert ask.server.proxy.operations[before:] == ["Query"]


def test_a_page_of_a_users_properties_costs_two_requests(ask: RestClient) -> None:
    before = len(ask.server.proxy.operations)
    response = ask("GET", "/users/grace/properties?limit=5")
    assert len(response.json()["properties"]) == 5
    assert ask.server.proxy.operations[before:] == ["Query", "BatchGetItem"]


def test_a_get_response_is_cached_for_one_minute(ask: RestClient) -> None:
    first, before = ask("GET", f"/properties/{HOME}"), len(ask.server.proxy.operations)
    assert ask("GET", f"/properties/{HOME}/").content == first.content
    assert len(ask.server.proxy.operations) == before
    ask.server.gateway.clock = lambda: time.monotonic() + REST.cache_seconds + 1
    try:
        assert ask("GET", f"/properties/{HOME}").content == first.content
    finally:
        ask.server.gateway.clock = time.monotonic
    assert len(ask.server.proxy.operations) == before + 1


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/properties/{dataset.PROPERTIES[5].id}", {}),
        (f"/properties/{HOME}/images", {}),
        (f"/properties/{HOME}", {"if-none-match": '"1"'}),
        (f"/properties/{HOME}", {"authorization": "somebody else's"}),
    ],
)
def test_the_cache_key_includes_path_parameters_headers_and_caller(
    ask: RestClient, path: str, headers: dict[str, str]
) -> None:
    ask("GET", f"/properties/{HOME}")
    before = len(ask.server.proxy.operations)
    credentials = {"authorization": ask.server.token("bob")} if "authorization" in headers else headers
    ask("GET", path, headers=credentials)
    assert len(ask.server.proxy.operations) == before + 1


def test_a_cached_304_is_not_returned_to_a_request_without_if_none_match(ask: RestClient) -> None:
    version = ask("GET", f"/properties/{HOME}").headers["etag"]
    assert ask("GET", f"/properties/{HOME}", headers={"if-none-match": version}).status_code == 304
    assert ask("GET", f"/properties/{HOME}").status_code == 200


def test_the_cache_key_ignores_undeclared_query_parameters(ask: RestClient) -> None:
    ask("GET", f"/properties?zip={dataset.ZIPS[0]}")
    before = len(ask.server.proxy.operations)
    assert ask("GET", f"/properties?zip={dataset.ZIPS[0]}&utm_source=x").status_code == 200
    assert len(ask.server.proxy.operations) == before


def test_the_policy_of_a_token_is_cached_for_all_routes(ask: RestClient) -> None:
    invoked: list[str] = []
    invoke = ask.server.gateway.invoke

    async def record_invocation(name: str, event: Any) -> InvocationResult:
        invoked.append(name)
        return await invoke(name, event)

    ask.server.gateway.invoke = record_invocation
    try:
        paths = [f"/properties/{HOME}", f"/properties/{HOME}/history", "/users/ada/properties"]
        assert [ask("GET", path).status_code for path in paths] == [200, 200, 200]
        assert ask("PUT", f"/properties/{HOME}", json={"bedrooms": 9}).status_code == 200
    finally:
        ask.server.gateway.invoke = invoke
    assert invoked == ["authorizer", "rest", "rest", "rest", "rest"]


def test_the_function_rejects_an_expired_token_whose_policy_is_cached(
    ask: RestClient,
) -> None:
    token = ask.server.issuer.token("ada", seconds=60)
    assert ask("GET", f"/properties/{HOME}", headers={"authorization": token}).status_code == 200
    ask.server.gateway.policies[token]["context"]["expiresAt"] = str(int(time.time()))
    response = ask("GET", f"/properties/{HOME}/images", headers={"authorization": token})
    assert (response.status_code, response.json()) == (401, {"error": "Unauthorized"})


def test_the_token_is_checked_before_the_key_and_the_key_before_the_body(ask: RestClient) -> None:
    nobody = httpx.post(f"{ask.server.url}/properties", json={}, timeout=60)
    no_key = httpx.post(
        f"{ask.server.url}/properties", json={}, headers={"authorization": ask.server.token("ada")}, timeout=60
    )
    assert (nobody.status_code, no_key.status_code, ask("POST", "/properties", json={}, timeout=60).status_code) == (
        401,
        403,
        400,
    )


def test_an_invalid_body_is_rejected_before_the_function_is_invoked(ask: RestClient) -> None:
    before = len(ask.server.proxy.operations)
    response = ask("POST", "/properties", json={**NEW, "price": -1})
    assert (response.status_code, response.json()) == (400, {"error": "Invalid request body"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert len(ask.server.proxy.operations) == before


@pytest.mark.parametrize(
    "bytes", [b"\xff\xfe", b'{"a":' * 5_000, b"9" * 5_000, b'{"address": "\\ud800\\ud800\\ud800x"}']
)
def test_an_unreadable_body_is_rejected(ask: RestClient, bytes: bytes) -> None:
    for type in ("application/json", "application/octet-stream"):
        response = ask("POST", "/properties", content=bytes, headers={"content-type": type})
        assert response.status_code == 400, response.text
        assert list(response.json()) == ["error"]


def test_a_body_over_ten_megabytes_is_rejected_compressed_or_not(ask: RestClient) -> None:
    large = b" " * (10 * 1024 * 1024 + 1)
    packed = {"content-encoding": "gzip"}
    assert ask("POST", "/properties", content=large).status_code == 413
    assert ask("POST", "/properties", content=gzip.compress(large), headers=packed).status_code == 413


def test_gzip_is_the_only_accepted_content_encoding(ask: RestClient) -> None:
    body = json.dumps(NEW).encode()
    assert ask("POST", "/properties", content=gzip.compress(body), headers={"content-encoding": "gzip"}).is_success
    assert ask("POST", "/properties", content=body, headers={"content-encoding": "br"}).status_code == 415
    for broken in (body, gzip.compress(body)[:-9]):
        assert ask("POST", "/properties", content=broken, headers={"content-encoding": "gzip"}).status_code == 400


def test_a_long_response_is_compressed_if_the_client_accepts_gzip(ask: RestClient) -> None:
    path = f"/properties?zip={dataset.ZIPS[0]}"
    packed = ask("GET", path, headers={"accept-encoding": "br, gzip"})
    plain = ask("GET", path, headers={"accept-encoding": "gzip;q=0"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.json() == plain.json()
    assert "content-encoding" not in ask("GET", f"/properties/{HOME}/images?x=1").headers


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [("gzip", True), ("br;q=1, GZIP ; q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("", False)],
)
def test_gzip_is_accepted_if_listed_with_a_quality_above_zero(accepted: str, is_compressed: bool) -> None:
    assert accepts_gzip(accepted) is is_compressed


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "POST", "TRACE", "QUERY"])
def test_an_undefined_method_gets_405_with_the_allowed_methods(ask: RestClient, method: str) -> None:
    response = ask(method, f"/properties/{HOME}")
    assert (response.status_code, response.headers["allow"]) == (405, "GET,PUT,DELETE,OPTIONS")


@pytest.mark.parametrize("path", ["/properties/x/y", "/properties//images", "/users", "/users/ada", "/propertiesx"])
def test_an_undefined_path_gets_404(ask: RestClient, path: str) -> None:
    assert ask("GET", path).status_code == 404


def test_a_path_is_percent_decoded_once(ask: RestClient) -> None:
    spelled = "".join(f"%{ord(letter):02x}" for letter in HOME)
    assert ask("GET", f"/properties/{spelled}").json() == ask("GET", f"/properties/{HOME}").json()
    for odd in ("%2525", "a%2Fb", "%00", "%ff", "a%20b", "..%2f..%2fetc", "%E2%80%A8"):
        response = ask("GET", f"/properties/{odd}")
        assert response.status_code in (400, 404), response.text
        assert list(response.json()) == ["error"]


def test_the_last_value_of_a_repeated_query_parameter_is_used(ask: RestClient) -> None:
    assert len(ask("GET", "/users/grace/properties?limit=5&limit=2").json()["properties"]) == 2
    assert ask("GET", "/users/grace/properties?limit=2&limit=x").status_code == 400


def test_the_values_of_a_repeated_header_form_one_list(ask: RestClient) -> None:
    version = ask("GET", f"/properties/{HOME}").headers["etag"]
    twice = [("if-match", '"999"'), ("if-match", version)]
    assert ask("PUT", f"/properties/{HOME}", json={"bedrooms": 8}, headers=twice).status_code == 200
    assert ask("PUT", f"/properties/{HOME}", json={"bedrooms": 7}, headers=twice).status_code == 412
    keys = [("idempotency-key", "a"), ("idempotency-key", "b")]
    assert ask("POST", "/properties", json=NEW, headers=keys).status_code == 400


def test_two_authorization_headers_are_rejected(ask: RestClient) -> None:
    token = ask.server.token("ada")
    headers = [("x-api-key", ask.http.headers["x-api-key"]), *[("authorization", token)] * 2]
    assert httpx.get(f"{ask.server.url}/properties/{HOME}", headers=headers, timeout=60).status_code == 401


def outcome(result: Any = None, failed: FunctionError | None = None) -> InvocationResult:
    return InvocationResult(result, failed, [], 1, 1.0)


@pytest.mark.parametrize(
    ("function", "result", "status"),
    [
        ("authorizer", outcome(failed=FunctionError("NoKeys", "no keys to be had")), 500),
        ("rest", outcome(failed=FunctionError("KeyError", "secret")), 502),
        ("rest", outcome({"statusCode": "no number"}), 502),
        ("rest", outcome("no answer at all"), 502),
    ],
)
def test_the_response_to_a_failed_function_has_no_details(
    ask: RestClient, function: str, result: InvocationResult, status: int
) -> None:
    invoke = ask.server.gateway.invoke

    async def failing(name: str, event: Any) -> InvocationResult:
        return result if name == function else await invoke(name, event)

    ask.server.gateway.invoke = failing
    try:
        response = ask("GET", f"/properties/{HOME}")
    finally:
        ask.server.gateway.invoke = invoke
    assert (response.status_code, response.json()) == (status, {"error": "Internal server error"})


def test_a_policy_allows_matching_arns_unless_a_statement_denies_them() -> None:
    def policy(effect: str, resource: str) -> dict[str, Any]:
        return {"policyDocument": {"Statement": [{"Effect": effect, "Resource": resource}]}}

    arn = "arn:aws:execute-api:us-east-1:0:api/dev/GET/properties"
    stage = "arn:aws:execute-api:us-east-1:0:api/dev/*"
    assert is_allowed(policy("Allow", stage), arn)
    assert not is_allowed(policy("Deny", stage), arn)
    assert not is_allowed(policy("Allow", "arn:aws:execute-api:us-east-1:0:api/dev/POST/*"), arn)


def test_no_response_is_cached_if_the_cache_is_disabled() -> None:
    async def never(name: str, event: Any) -> InvocationResult:
        raise AssertionError

    response_cache = Gateway(read(), ApiKeyStore(USAGE_PLANS, REST), REST, never, Traces(), cached=False).response_cache
    response_cache["x"] = "anything"  # type: ignore[assignment]
    assert "x" not in response_cache
