"""The REST function: proxy events in, statuses and bodies out, by the same functions as GraphQL's."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given as over
from hypothesis import strategies as st

from data import properties
from data.dynamodb import table as data_table
from data.errors import BadCursor, IdempotencyMismatch, PropertyNotFound, Refusal
from data.records import ID
from local.gateway import openapi
from resolvers import rest
from resolvers.runtime import errors
from resolvers.runtime import rest_request as reading
from resolvers.runtime.caller import Caller, context
from tests.profiles import examples
from tests.proxy import Proxy, cancelled, error
from tests.resolvers import factories
from tests.resolvers.conftest import Lines
from tests.resolvers.events import everything

ADA = Caller(ID("ada"), frozenset({"staff"}), "Ada Lovelace", None)
BOB = Caller(ID("bob"))
ADMIN = Caller(ID("root"), frozenset({"admins"}))
HOME = {"address": "1 Elm Street", "price": 100, "userId": "ada"}


def asked(
    method: str, path: str, sent: Any = None, as_: Caller | None = ADA, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The function's answer to a request, both ways through JSON; its body is read."""
    place, _, query = path.partition("?")
    told = {name: [value] for name, value in (headers or {}).items()}
    parameters = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    event = {
        "resource": next(one.path for one in openapi.read().resources if one.match(place) is not None),
        "path": place,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in told.items()},
        "multiValueHeaders": told,
        "queryStringParameters": parameters or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in parameters.items()} or None,
        "pathParameters": None,
        "requestContext": {
            "requestId": "r1",
            "path": f"/dev{place}",
            "authorizer": {**context(as_), "expiresAt": str(int(time.time()) + 60)} if as_ else None,
        },
        "body": sent if isinstance(sent, str) or sent is None else json.dumps(sent),
        "isBase64Encoded": False,
    }
    answer: dict[str, Any] = json.loads(json.dumps(rest.handle(event, None)))
    return {**answer, "body": json.loads(answer["body"]) if answer.get("body") else None}


def status(answer: dict[str, Any]) -> tuple[int, Any]:
    return answer["statusCode"], answer["body"]


def told(answer: dict[str, Any], name: str) -> Any:
    """A header of an answer: Powertools writes them all in lists."""
    return answer["multiValueHeaders"].get(name, [None])[0]


def test_a_new_home_is_the_callers_and_says_where_it_is_with_the_stage(table: str) -> None:
    answer = asked("POST", "/properties", HOME)
    home = properties.by_id(answer["body"]["property"]["id"])
    assert home
    assert (answer["statusCode"], home.owner_id, home.address) == (201, "ada", "1 Elm Street")
    assert (told(answer, "Location"), told(answer, "ETag")) == (f"/dev/properties/{home.id}", '"1"')


def test_a_first_home_makes_a_profile_by_what_the_token_says(table: str) -> None:
    asked("POST", "/properties", HOME)
    (profile,) = [item for item in everything() if item["sk"] == "PROFILE"]
    assert (profile["name"], profile["property_count"]) == ("Ada Lovelace", 1)


def test_only_an_admin_makes_a_home_for_somebody_else(table: str) -> None:
    before = everything()
    assert status(asked("POST", "/properties", HOME, as_=BOB)) == (403, {"error": "Forbidden"})
    assert everything() == before
    factories.person("ada")
    assert asked("POST", "/properties", HOME, as_=ADMIN)["statusCode"] == 201


def test_a_home_is_shown_with_its_pictures_in_their_order(table: str) -> None:
    factories.home_with_pictures(2)
    shown = asked("GET", "/properties/h1")
    assert [image["id"] for image in shown["body"]["images"]] == ["p1", "p2"]
    assert not {"imageIds", "coverImageUrl", "images", "ownerId"} & shown["body"]["property"].keys()
    assert shown["body"]["images"] == asked("GET", "/properties/h1/images")["body"]["images"]


def lists_exactly(schema: dict[str, Any], body: Any) -> bool:
    """Whether each object of a body has the very members that its schema lists."""
    if "anyOf" in schema:
        return any(lists_exactly(one, body) for one in schema["anyOf"])
    if isinstance(body, list):
        return all(lists_exactly(schema["items"], member) for member in body)
    if not isinstance(body, dict):
        return "properties" not in schema
    listed = schema["properties"]
    return body.keys() == listed.keys() and all(lists_exactly(listed[name], body[name]) for name in body)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/properties?zip=94110", "Homes"),
        ("/properties?userId=ada", "Homes"),
        ("/users/ada/properties", "HomesOfUser"),
        ("/properties/h1", "HomeWithImages"),
        ("/properties/h1/images", "Images"),
        ("/properties/h1/history", "History"),
    ],
)
def test_a_body_has_exactly_the_members_of_its_schema(table: str, path: str, schema: str) -> None:
    factories.home_with_pictures(2, zip_code="94110")
    contract = openapi.read()
    body = asked("GET", path)["body"]
    assert next(filter(None, body.values()))
    assert lists_exactly(contract.schema(schema), body)
    assert not lists_exactly(contract.schema("Error"), body)


@pytest.mark.parametrize(("method", "path"), [("POST", "/properties"), ("PUT", "/properties/h1")])
def test_a_written_home_has_exactly_the_members_of_its_schema(table: str, method: str, path: str) -> None:
    factories.home()
    contract = openapi.read()
    body = asked(method, path, HOME)["body"]
    assert lists_exactly(contract.schema("OneHome"), body)


def test_a_change_that_changes_nothing_is_answered_and_writes_nothing(table: str) -> None:
    factories.home()
    before = everything()
    for body in ({}, {"price": 100}, {"price": 100.0, "description": None}, {"no such": 1}, {"userId": "ada"}):
        assert asked("PUT", "/properties/h1", body)["statusCode"] == 200
    assert everything() == before


def test_a_home_keeps_its_owner(table: str) -> None:
    factories.home()
    before = everything()
    for body in ({"userId": "bob"}, {"userId": "bob", "price": 5}, {"userId": None}):
        assert status(asked("PUT", "/properties/h1", body)) == (400, {"error": "userId cannot be changed"})
    assert everything() == before


def test_without_if_match_the_last_write_wins_over_whoever_was_faster(proxy: Proxy) -> None:
    factories.home()
    proxy.fail("GetItem", overtaken)
    answer = asked("PUT", "/properties/h1", {"price": 7})
    assert (answer["statusCode"], answer["body"]["property"]["price"], told(answer, "ETag")) == (200, 7, '"3"')
    home = properties.by_id(ID("h1"))
    assert home and home.bedrooms == 3


def overtaken(asked: Any, forward: Any) -> Any:
    """Somebody else changes the home between the read that this write is made from, and the write."""
    home = properties.by_id(ID("h1"))
    assert home
    properties.update(home, {"bedrooms": 3}, home.version, home.owner_id)
    return forward(asked)


def test_with_if_match_whoever_was_faster_is_told(proxy: Proxy) -> None:
    factories.home()
    proxy.fail("GetItem", overtaken)
    answer = asked("PUT", "/properties/h1", {"price": 7}, headers={"If-Match": '"1"'})
    assert status(answer) == (412, {"error": "the property h1 is at version 2, not at one of If-Match: read it again"})


def test_others_who_write_all_the_time_are_a_conflict(proxy: Proxy) -> None:
    factories.home()
    before = everything()
    proxy.fail("TransactWriteItems", cancelled("TransactionConflict"), times=100)
    for method, body in (("PUT", {"price": 7}), ("DELETE", None)):
        answer = asked(method, "/properties/h1", body)
        assert status(answer) == (409, {"error": "the service is busy: try again in a moment"})
        assert told(answer, "Retry-After") == "1"
    assert everything() == before


def test_a_write_that_is_overtaken_each_time_is_a_conflict(proxy: Proxy) -> None:
    factories.home()
    proxy.fail("GetItem", overtaken_again, times=data_table.TRIES)
    answer = asked("PUT", "/properties/h1", {"price": 7})
    assert status(answer) == (409, {"error": "the service is busy: try again in a moment"})
    home = properties.by_id(ID("h1"))
    assert home and (home.version, home.price) == (1 + data_table.TRIES, 100)


def overtaken_again(request: Any, forward: Any) -> Any:
    """Another write of the property between the read and the write of the request; it reads by a Query itself."""
    home = properties.with_images(ID("h1"))
    assert home
    properties.update(home, {"bedrooms": home.version}, home.version, home.owner_id)
    return forward(request)


@pytest.mark.parametrize(
    "path", ["/properties", "/properties?userId=ada", "/properties?zip=94110", "/users/ada/properties"]
)
def test_properties_are_listed_by_user_and_by_zip(table: str, path: str) -> None:
    factories.home("h1", zip_code="94110")
    factories.home("h2", owner="bob", zip_code="94111")
    assert [listing["id"] for listing in asked("GET", path)["body"]["properties"]] == ["h1"]


def test_a_method_that_no_route_has_is_not_found(table: str) -> None:
    assert status(asked("PATCH", "/properties/h1")) == (404, {"error": "Not found"})


def test_a_busy_table_is_too_many_requests_for_a_read(proxy: Proxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"), times=3)
    answer = asked("GET", "/properties/h1")
    assert (answer["statusCode"], told(answer, "Retry-After"), told(answer, "Cache-Control")) == (429, "1", "no-store")


def test_what_goes_wrong_is_in_the_log_and_not_on_the_wire(proxy: Proxy, logged: Lines) -> None:
    proxy.fail("Query", error(400, "ResourceNotFoundException", "arn:aws:secret"))
    answer = asked("GET", "/properties/h1")
    assert status(answer) == (500, {"error": "Internal server error"})
    (line,) = [line for line in logged() if line["level"] == "ERROR"]
    assert (line["field"], line["correlation_id"]) == ("GET /properties/{id}", "r1")
    assert "arn:aws:secret" in line["exception"]


@pytest.mark.parametrize("route", [("GET", "/properties"), ("GET", "/properties/h1"), ("DELETE", "/properties/h1")])
def test_whom_the_authorizer_did_not_tell_of_is_turned_away(table: str, route: tuple[str, str]) -> None:
    factories.home()
    before = everything()
    assert status(asked(*route, as_=None)) == (401, {"error": "Unauthorized"})
    assert everything() == before


def test_a_history_outlives_its_home_and_is_shown_to_nobody(table: str) -> None:
    factories.home()
    assert len(asked("GET", "/properties/h1/history")["body"]["history"]) == 1
    assert asked("DELETE", "/properties/h1")["statusCode"] == 204
    assert status(asked("GET", "/properties/h1/history")) == (404, {"error": "Not found"})


def test_a_body_may_come_as_base64() -> None:
    sent = base64.b64encode(json.dumps(HOME).encode()).decode()
    assert reading.body({"body": sent, "isBase64Encoded": True}) == HOME


EVERY = [*Refusal.__subclasses__()]


@pytest.mark.parametrize("refusal", EVERY, ids=lambda one: one.__name__)
def test_each_refusal_has_a_status_of_the_contract(refusal: type[Refusal]) -> None:
    found, _ = rest.STATUSES.get(refusal, (400, None))
    assert found in (400, 401, 403, 404, 409, 412)


def test_who_and_what_is_missing_is_told_in_the_words_of_the_contract() -> None:
    assert rest.STATUSES[errors.NotSignedIn] == (401, "Unauthorized")
    assert rest.STATUSES[errors.NotTheOwner] == rest.STATUSES[errors.NotAllowed] == (403, "Forbidden")
    assert rest.STATUSES[PropertyNotFound] == (404, "Not found")
    assert rest.STATUSES[IdempotencyMismatch] == (409, None)
    assert BadCursor not in rest.STATUSES


def test_the_routes_are_those_of_the_contract() -> None:
    made = {(route.method, route.path) for route in rest.app._static_routes + rest.app._dynamic_routes}
    contract = {
        (one.method, one.path.replace("{", "<").replace("}", ">"))
        for resource in openapi.read().resources
        for one in resource.operations.values()
    }
    assert made == contract


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["9" * 6, "ACTIVE"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [*HOME, "zipCode", "status", "bedrooms", "bathrooms", "latitude", "description", "yearBuilt", "id"]
)


@pytest.mark.usefixtures("standing")
@examples(3, unchecked=tuple(HealthCheck))
@over(body=st.dictionaries(NAMES, VALUES, max_size=8) | VALUES, method=st.sampled_from(["POST", "PUT"]))
def test_any_body_at_all_is_taken_or_refused_by_name(body: Any, method: str) -> None:
    path = "/properties" if method == "POST" else "/properties/nothing"
    code, said = status(asked(method, path, json.dumps(body)))
    assert code in (201, 400, 403, 404), said
    assert code == 201 or list(said) == ["error"]


@pytest.mark.usefixtures("standing")
@examples(3, unchecked=tuple(HealthCheck))
@over(
    headers=st.dictionaries(
        st.sampled_from(["If-Match", "if-none-match", "IDEMPOTENCY-KEY"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
        | st.sampled_from(['"1"', "*", 'W/"2"']),
    ),
    route=st.sampled_from([("GET", "/properties/h1"), ("PUT", "/properties/h1"), ("POST", "/properties")]),
)
def test_any_header_at_all_is_taken_or_refused_by_name(headers: dict[str, str], route: tuple[str, str]) -> None:
    code, said = status(asked(*route, HOME if route[0] == "POST" else {}, headers=headers))
    assert code in (200, 201, 304, 400, 409, 412), said
    assert code != 400 or said["error"].startswith(("If-Match", "If-None-Match", "Idempotency-Key"))


@pytest.mark.usefixtures("standing")
@examples(2, unchecked=tuple(HealthCheck))
@over(name=st.sampled_from(["limit", "zip", "userId", "nextToken"]), value=st.text(max_size=30))
def test_any_parameter_at_all_is_taken_or_refused_by_name(name: str, value: str) -> None:
    value = value.replace("&", "").replace("?", "")
    code, said = status(asked("GET", f"/properties?{name}={value}"))
    assert code in (200, 400), said
    assert code == 200 or said["error"].startswith(name)
