"""API Gateway in small: in which order a request is looked at, what is kept, and what a function is handed."""

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.gateway.openapi import read
from local.gateway.server import Gateway, allows, takes_gzip
from local.gateway.usage_plans import Keys
from local.lambdas.pool import Failed, Outcome
from resolvers.wiring import PLANS, REST
from tests.local import dataset
from tests.local.server_fixture import Desk

HOME = dataset.ALL[4].id
NEW = {"address": "1 Elm Street", "price": 100, "userId": "ada"}


class Asking:
    """Somebody who asks a desk over REST, with a key and a token of their own."""

    def __init__(self, desk: Desk, user: str = "ada") -> None:
        self.desk = desk
        key = desk.keys.issue("government")
        self.http = httpx.Client(base_url=desk.url, timeout=60)
        self.http.headers.update({"x-api-key": key, "authorization": desk.token(user)})

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.http.request(method, path, **more)


@pytest.fixture
def ask(desk: Desk) -> Iterator[Asking]:
    desk.put(dataset.items())
    desk.gateway.forget()
    asking = Asking(desk)
    yield asking
    asking.http.close()


def test_a_home_with_its_pictures_costs_one_query_and_a_page_of_a_zip_one(ask: Asking) -> None:
    for path in (f"/properties/{HOME}", f"/properties?zip={dataset.ZIPS[0]}&limit=25"):
        before = len(ask.desk.proxy.seen)
        assert ask("GET", path).status_code == 200
        assert ask.desk.proxy.seen[before:] == ["Query"]


def test_a_page_of_a_users_homes_costs_two(ask: Asking) -> None:
    before = len(ask.desk.proxy.seen)
    answer = ask("GET", "/users/grace/properties?limit=5")
    assert len(answer.json()["properties"]) == 5
    assert ask.desk.proxy.seen[before:] == ["Query", "BatchGetItem"]


def test_a_get_is_kept_for_a_minute_and_no_longer(ask: Asking) -> None:
    first, before = ask("GET", f"/properties/{HOME}"), len(ask.desk.proxy.seen)
    assert ask("GET", f"/properties/{HOME}/").content == first.content
    assert len(ask.desk.proxy.seen) == before
    ask.desk.gateway.clock = lambda: time.monotonic() + REST.cache_seconds + 1
    try:
        assert ask("GET", f"/properties/{HOME}").content == first.content
    finally:
        ask.desk.gateway.clock = time.monotonic
    assert len(ask.desk.proxy.seen) == before + 1


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/properties/{dataset.ALL[5].id}", {}),
        (f"/properties/{HOME}/images", {}),
        (f"/properties/{HOME}", {"if-none-match": '"1"'}),
        (f"/properties/{HOME}", {"authorization": "somebody else's"}),
    ],
)
def test_another_home_another_condition_and_another_asker_have_an_answer_of_their_own(
    ask: Asking, path: str, headers: dict[str, str]
) -> None:
    ask("GET", f"/properties/{HOME}")
    before = len(ask.desk.proxy.seen)
    told = {"authorization": ask.desk.token("bob")} if "authorization" in headers else headers
    ask("GET", path, headers=told)
    assert len(ask.desk.proxy.seen) == before + 1


def test_what_was_not_modified_is_not_kept_for_whoever_has_nothing(ask: Asking) -> None:
    version = ask("GET", f"/properties/{HOME}").headers["etag"]
    assert ask("GET", f"/properties/{HOME}", headers={"if-none-match": version}).status_code == 304
    assert ask("GET", f"/properties/{HOME}").status_code == 200


def test_a_query_parameter_that_the_contract_does_not_name_makes_no_other_answer(ask: Asking) -> None:
    ask("GET", f"/properties?zip={dataset.ZIPS[0]}")
    before = len(ask.desk.proxy.seen)
    assert ask("GET", f"/properties?zip={dataset.ZIPS[0]}&utm_source=x").status_code == 200
    assert len(ask.desk.proxy.seen) == before


def test_the_authorizer_is_asked_once_a_minute_for_a_token_whatever_the_route(ask: Asking) -> None:
    asked: list[str] = []
    invoke = ask.desk.gateway.invoke

    async def heard(name: str, event: Any) -> Outcome:
        asked.append(name)
        return await invoke(name, event)

    ask.desk.gateway.invoke = heard
    try:
        paths = [f"/properties/{HOME}", f"/properties/{HOME}/history", "/users/ada/properties"]
        assert [ask("GET", path).status_code for path in paths] == [200, 200, 200]
        assert ask("PUT", f"/properties/{HOME}", json={"bedrooms": 9}).status_code == 200
    finally:
        ask.desk.gateway.invoke = invoke
    assert asked == ["authorizer", "rest", "rest", "rest", "rest"]


def test_a_token_whose_time_is_over_is_refused_by_the_function_though_the_authorizers_word_is_kept(
    ask: Asking,
) -> None:
    token = ask.desk.issuer.token("ada", seconds=60)
    assert ask("GET", f"/properties/{HOME}", headers={"authorization": token}).status_code == 200
    ask.desk.gateway.policies[token]["context"]["expiresAt"] = str(int(time.time()))
    answer = ask("GET", f"/properties/{HOME}/images", headers={"authorization": token})
    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized"})


def test_who_asks_is_looked_at_before_the_key_and_the_key_before_the_body(ask: Asking) -> None:
    nobody = httpx.post(f"{ask.desk.url}/properties", json={}, timeout=60)
    no_key = httpx.post(
        f"{ask.desk.url}/properties", json={}, headers={"authorization": ask.desk.token("ada")}, timeout=60
    )
    assert (nobody.status_code, no_key.status_code, ask("POST", "/properties", json={}, timeout=60).status_code) == (
        401,
        403,
        400,
    )


def test_a_body_that_is_no_home_is_refused_before_the_function(ask: Asking) -> None:
    before = len(ask.desk.proxy.seen)
    answer = ask("POST", "/properties", json={**NEW, "price": -1})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid request body"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert len(ask.desk.proxy.seen) == before


@pytest.mark.parametrize(
    "bytes", [b"\xff\xfe", b'{"a":' * 5_000, b"9" * 5_000, b'{"address": "\\ud800\\ud800\\ud800x"}']
)
def test_a_body_that_nobody_can_read_is_refused(ask: Asking, bytes: bytes) -> None:
    for type in ("application/json", "application/octet-stream"):
        answer = ask("POST", "/properties", content=bytes, headers={"content-type": type})
        assert answer.status_code == 400, answer.text
        assert list(answer.json()) == ["error"]


def test_a_body_of_more_than_ten_megabytes_is_too_much_packed_or_not(ask: Asking) -> None:
    large = b" " * (10 * 1024 * 1024 + 1)
    packed = {"content-encoding": "gzip"}
    assert ask("POST", "/properties", content=large).status_code == 413
    assert ask("POST", "/properties", content=gzip.compress(large), headers=packed).status_code == 413


def test_a_body_may_come_packed_by_gzip_and_not_otherwise(ask: Asking) -> None:
    body = json.dumps(NEW).encode()
    assert ask("POST", "/properties", content=gzip.compress(body), headers={"content-encoding": "gzip"}).is_success
    assert ask("POST", "/properties", content=body, headers={"content-encoding": "br"}).status_code == 415
    for broken in (body, gzip.compress(body)[:-9]):
        assert ask("POST", "/properties", content=broken, headers={"content-encoding": "gzip"}).status_code == 400


def test_a_long_answer_is_packed_for_whoever_takes_that(ask: Asking) -> None:
    path = f"/properties?zip={dataset.ZIPS[0]}"
    packed = ask("GET", path, headers={"accept-encoding": "br, gzip"})
    plain = ask("GET", path, headers={"accept-encoding": "gzip;q=0"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.json() == plain.json()
    assert "content-encoding" not in ask("GET", f"/properties/{HOME}/images?x=1").headers


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [("gzip", True), ("br;q=1, GZIP ; q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("", False)],
)
def test_gzip_is_taken_where_it_is_named_and_not_ruled_out(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "POST", "TRACE", "QUERY"])
def test_a_method_that_a_path_does_not_have_is_a_405_that_names_those_it_has(ask: Asking, method: str) -> None:
    answer = ask(method, f"/properties/{HOME}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET,PUT,DELETE,OPTIONS")


@pytest.mark.parametrize("path", ["/properties/x/y", "/properties//images", "/users", "/users/ada", "/propertiesx"])
def test_a_path_that_is_not_there_is_a_404(ask: Asking, path: str) -> None:
    assert ask("GET", path).status_code == 404


def test_percent_signs_in_a_path_are_read_once(ask: Asking) -> None:
    spelled = "".join(f"%{ord(letter):02x}" for letter in HOME)
    assert ask("GET", f"/properties/{spelled}").json() == ask("GET", f"/properties/{HOME}").json()
    for odd in ("%2525", "a%2Fb", "%00", "%ff", "a%20b", "..%2f..%2fetc", "%E2%80%A8"):
        answer = ask("GET", f"/properties/{odd}")
        assert answer.status_code in (400, 404), answer.text
        assert list(answer.json()) == ["error"]


def test_of_a_parameter_that_is_told_twice_the_last_holds(ask: Asking) -> None:
    assert len(ask("GET", "/users/grace/properties?limit=5&limit=2").json()["properties"]) == 2
    assert ask("GET", "/users/grace/properties?limit=2&limit=x").status_code == 400


def test_a_header_that_is_sent_twice_is_one_list(ask: Asking) -> None:
    version = ask("GET", f"/properties/{HOME}").headers["etag"]
    twice = [("if-match", '"999"'), ("if-match", version)]
    assert ask("PUT", f"/properties/{HOME}", json={"bedrooms": 8}, headers=twice).status_code == 200
    assert ask("PUT", f"/properties/{HOME}", json={"bedrooms": 7}, headers=twice).status_code == 412
    keys = [("idempotency-key", "a"), ("idempotency-key", "b")]
    assert ask("POST", "/properties", json=NEW, headers=keys).status_code == 400


def test_two_tokens_are_none(ask: Asking) -> None:
    token = ask.desk.token("ada")
    headers = [("x-api-key", ask.http.headers["x-api-key"]), *[("authorization", token)] * 2]
    assert httpx.get(f"{ask.desk.url}/properties/{HOME}", headers=headers, timeout=60).status_code == 401


def outcome(result: Any = None, failed: Failed | None = None) -> Outcome:
    return Outcome(result, failed, [], 1, 1.0)


@pytest.mark.parametrize(
    ("function", "answers", "status"),
    [
        ("authorizer", outcome(failed=Failed("NoKeys", "no keys to be had")), 500),
        ("rest", outcome(failed=Failed("KeyError", "secret")), 502),
        ("rest", outcome({"statusCode": "no number"}), 502),
        ("rest", outcome("no answer at all"), 502),
    ],
)
def test_a_function_that_fails_is_told_of_without_its_reason(
    ask: Asking, function: str, answers: Outcome, status: int
) -> None:
    invoke = ask.desk.gateway.invoke

    async def failing(name: str, event: Any) -> Outcome:
        return answers if name == function else await invoke(name, event)

    ask.desk.gateway.invoke = failing
    try:
        answer = ask("GET", f"/properties/{HOME}")
    finally:
        ask.desk.gateway.invoke = invoke
    assert (answer.status_code, answer.json()) == (status, {"error": "Internal server error"})


def test_a_policy_lets_through_what_it_names_and_nothing_that_it_denies() -> None:
    def policy(effect: str, resource: str) -> dict[str, Any]:
        return {"policyDocument": {"Statement": [{"Effect": effect, "Resource": resource}]}}

    arn = "arn:aws:execute-api:us-east-1:0:api/dev/GET/properties"
    stage = "arn:aws:execute-api:us-east-1:0:api/dev/*"
    assert allows(policy("Allow", stage), arn)
    assert not allows(policy("Deny", stage), arn)
    assert not allows(policy("Allow", "arn:aws:execute-api:us-east-1:0:api/dev/POST/*"), arn)


def test_without_a_cache_nothing_is_kept() -> None:
    async def never(name: str, event: Any) -> Outcome:
        raise AssertionError

    kept = Gateway(read(), Keys(PLANS, REST), REST, never, cached=False).kept
    kept["x"] = "anything"  # type: ignore[assignment]
    assert "x" not in kept
