"""The REST function: from proxy events to statuses and bodies, with the same resolvers as GraphQL."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given as given_cases
from hypothesis import strategies as st

from data import properties
from data.dynamodb import table as data_table
from data.errors import ApiError, IdempotencyMismatch, InvalidCursor, PropertyNotFound
from data.records import ID
from local.gateway import openapi
from resolvers import rest
from resolvers.runtime import errors
from resolvers.runtime import rest_request as reading
from resolvers.runtime.caller import Caller, to_authorizer_context
from tests.profiles import examples
from tests.proxy import FaultProxy, cancelled_transaction, error
from tests.resolvers import factories
from tests.resolvers.conftest import LogReader
from tests.resolvers.events import all_items

ADA = Caller(ID("ada"), frozenset({"staff"}), "Ada Lovelace", None)
BOB = Caller(ID("bob"))
ADMIN = Caller(ID("root"), frozenset({"admins"}))
BODY = {"address": "1 Elm Street", "price": 100, "userId": "ada"}


def request(
    method: str, path: str, body: Any = None, caller: Caller | None = ADA, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Returns the function's response with its parsed body; the event and the response pass through JSON."""
    resource_path, _, query = path.partition("?")
    headers_by_name = {name: [value] for name, value in (headers or {}).items()}
    parameters = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    event = {
        "resource": next(
            resource.path for resource in openapi.read().resources if resource.match(resource_path) is not None
        ),
        "path": resource_path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in headers_by_name.items()},
        "multiValueHeaders": headers_by_name,
        "queryStringParameters": parameters or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in parameters.items()} or None,
        "pathParameters": None,
        "requestContext": {
            "requestId": "r1",
            "path": f"/dev{resource_path}",
            "authorizer": {**to_authorizer_context(caller), "expiresAt": str(int(time.time()) + 60)}
            if caller
            else None,
        },
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
    response: dict[str, Any] = json.loads(json.dumps(rest.handle(event, None)))
    return {**response, "body": json.loads(response["body"]) if response.get("body") else None}


def status(response: dict[str, Any]) -> tuple[int, Any]:
    return response["statusCode"], response["body"]


def header(response: dict[str, Any], name: str) -> Any:
    """Returns a header of a response: Powertools stores each as a list."""
    return response["multiValueHeaders"].get(name, [None])[0]


def test_a_new_property_is_the_callers_and_its_location_has_the_stage(table: str) -> None:
    response = request("POST", "/properties", BODY)
    property_ = properties.by_id(response["body"]["property"]["id"])
    assert property_
    assert (response["statusCode"], property_.owner_id, property_.address) == (201, "ada", "1 Elm Street")
    assert (header(response, "Location"), header(response, "ETag")) == (f"/dev/properties/{property_.id}", '"1"')


def test_the_first_property_creates_a_profile_from_the_token(table: str) -> None:
    request("POST", "/properties", BODY)
    (profile,) = [item for item in all_items() if item["sk"] == "PROFILE"]
    assert (profile["name"], profile["property_count"]) == ("Ada Lovelace", 1)


def test_only_an_admin_creates_a_property_for_another_user(table: str) -> None:
    before = all_items()
    assert status(request("POST", "/properties", BODY, caller=BOB)) == (403, {"error": "Forbidden"})
    assert all_items() == before
    factories.create_user("ada")
    assert request("POST", "/properties", BODY, caller=ADMIN)["statusCode"] == 201


def test_a_property_has_its_images_in_order(table: str) -> None:
    factories.create_property_with_images(2)
    response = request("GET", "/properties/h1")
    assert [image["id"] for image in response["body"]["images"]] == ["p1", "p2"]
    assert not {"imageIds", "coverImageUrl", "images", "ownerId"} & response["body"]["property"].keys()
    assert response["body"]["images"] == request("GET", "/properties/h1/images")["body"]["images"]


def has_exactly_the_members(schema: dict[str, Any], body: Any) -> bool:
    """True if each object of a body has exactly the members that its schema lists."""
    if "anyOf" in schema:
        return any(has_exactly_the_members(subschema, body) for subschema in schema["anyOf"])
    if isinstance(body, list):
        return all(has_exactly_the_members(schema["items"], member) for member in body)
    if not isinstance(body, dict):
        return "properties" not in schema
    listed = schema["properties"]
    return body.keys() == listed.keys() and all(has_exactly_the_members(listed[name], body[name]) for name in body)


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
    factories.create_property_with_images(2, zip_code="94110")
    contract = openapi.read()
    body = request("GET", path)["body"]
    assert next(filter(None, body.values()))
    assert has_exactly_the_members(contract.schema(schema), body)
    assert not has_exactly_the_members(contract.schema("Error"), body)


@pytest.mark.parametrize(("method", "path"), [("POST", "/properties"), ("PUT", "/properties/h1")])
def test_a_written_property_has_exactly_the_members_of_its_schema(table: str, method: str, path: str) -> None:
    factories.create_property()
    contract = openapi.read()
    body = request(method, path, BODY)["body"]
    assert has_exactly_the_members(contract.schema("OneHome"), body)


def test_an_update_without_changes_succeeds_and_writes_nothing(table: str) -> None:
    factories.create_property()
    before = all_items()
    for body in ({}, {"price": 100}, {"price": 100.0, "description": None}, {"no such": 1}, {"userId": "ada"}):
        assert request("PUT", "/properties/h1", body)["statusCode"] == 200
    assert all_items() == before


def test_the_owner_cannot_be_changed(table: str) -> None:
    factories.create_property()
    before = all_items()
    for body in ({"userId": "bob"}, {"userId": "bob", "price": 5}, {"userId": None}):
        assert status(request("PUT", "/properties/h1", body)) == (400, {"error": "userId cannot be changed"})
    assert all_items() == before


def test_a_write_reads_the_property_once(proxy: FaultProxy) -> None:
    factories.create_property()
    before = len(proxy.operations)
    for method, body in (("PUT", {"price": 7}), ("PUT", {"price": 7}), ("DELETE", None)):
        assert request(method, "/properties/h1", body)["statusCode"] < 300
    assert proxy.operations[before:] == ["GetItem", "TransactWriteItems", "GetItem", "GetItem", "TransactWriteItems"]


def test_without_if_match_the_last_write_wins(proxy: FaultProxy) -> None:
    factories.create_property()
    proxy.fail("GetItem", write_concurrently)
    response = request("PUT", "/properties/h1", {"price": 7})
    assert (response["statusCode"], response["body"]["property"]["price"], header(response, "ETag")) == (200, 7, '"3"')
    property_ = properties.by_id(ID("h1"))
    assert property_ and (property_.version, property_.bedrooms) == (3, 1)


def write_concurrently(request_: Any, forward: Any) -> Any:
    """Changes the property between the read, a GetItem, and the write of the request. It reads with a Query itself."""
    response = forward(request_)
    property_ = properties.with_images(ID("h1"))
    assert property_
    properties.update(property_, {"bedrooms": property_.version}, property_.version, property_.owner_id)
    return response


def test_with_if_match_a_concurrent_write_is_reported(proxy: FaultProxy) -> None:
    factories.create_property()
    proxy.fail("GetItem", write_concurrently)
    response = request("PUT", "/properties/h1", {"price": 7}, headers={"If-Match": '"1"'})
    assert status(response) == (
        412,
        {"error": "the property h1 is at version 2, not listed in If-Match: read it again"},
    )


def test_repeated_transaction_conflicts_give_409(proxy: FaultProxy) -> None:
    factories.create_property()
    before = all_items()
    proxy.fail("TransactWriteItems", cancelled_transaction("TransactionConflict"), times=100)
    for method, body in (("PUT", {"price": 7}), ("DELETE", None)):
        response = request(method, "/properties/h1", body)
        assert status(response) == (409, {"error": "the service is busy: try again in a moment"})
        assert header(response, "Retry-After") == "1"
    assert all_items() == before


def test_repeated_concurrent_writes_give_409(proxy: FaultProxy) -> None:
    factories.create_property()
    proxy.fail("GetItem", write_concurrently, times=data_table.MAX_ATTEMPTS)
    response = request("PUT", "/properties/h1", {"price": 7})
    assert status(response) == (409, {"error": "the service is busy: try again in a moment"})
    property_ = properties.by_id(ID("h1"))
    assert property_ and (property_.version, property_.price) == (1 + data_table.MAX_ATTEMPTS, 100)


@pytest.mark.parametrize(
    "path", ["/properties", "/properties?userId=ada", "/properties?zip=94110", "/users/ada/properties"]
)
def test_properties_are_listed_by_user_and_by_zip(table: str, path: str) -> None:
    factories.create_property("h1", zip_code="94110")
    factories.create_property("h2", owner="bob", zip_code="94111")
    assert [listing["id"] for listing in request("GET", path)["body"]["properties"]] == ["h1"]


def test_an_unknown_method_is_not_found(table: str) -> None:
    assert status(request("PATCH", "/properties/h1")) == (404, {"error": "Not found"})


def test_a_read_of_a_throttled_table_gives_429(proxy: FaultProxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"), times=3)
    response = request("GET", "/properties/h1")
    assert (response["statusCode"], header(response, "Retry-After"), header(response, "Cache-Control")) == (
        429,
        "1",
        "no-store",
    )


def test_the_cause_of_an_internal_error_is_only_logged(proxy: FaultProxy, read_log: LogReader) -> None:
    proxy.fail("Query", error(400, "ResourceNotFoundException", "arn:aws:secret"))
    response = request("GET", "/properties/h1")
    assert status(response) == (500, {"error": "Internal server error"})
    (line,) = [line for line in read_log() if line["level"] == "ERROR"]
    assert (line["field"], line["correlation_id"]) == ("GET /properties/{id}", "r1")
    assert "arn:aws:secret" in line["exception"]


@pytest.mark.parametrize("route", [("GET", "/properties"), ("GET", "/properties/h1"), ("DELETE", "/properties/h1")])
def test_a_request_without_an_authorizer_context_is_unauthorized(table: str, route: tuple[str, str]) -> None:
    factories.create_property()
    before = all_items()
    assert status(request(*route, caller=None)) == (401, {"error": "Unauthorized"})
    assert all_items() == before


def test_the_history_of_a_deleted_property_is_not_visible(table: str) -> None:
    factories.create_property()
    assert len(request("GET", "/properties/h1/history")["body"]["history"]) == 1
    assert request("DELETE", "/properties/h1")["statusCode"] == 204
    assert status(request("GET", "/properties/h1/history")) == (404, {"error": "Not found"})


def test_a_body_may_be_base64_encoded() -> None:
    encoded = base64.b64encode(json.dumps(BODY).encode()).decode()
    assert reading.parse_json_body({"body": encoded, "isBase64Encoded": True}) == BODY


ERROR_TYPES = [*ApiError.__subclasses__()]


@pytest.mark.parametrize("error_type", ERROR_TYPES, ids=lambda subschema: subschema.__name__)
def test_each_client_error_has_a_status_of_the_contract(error_type: type[ApiError]) -> None:
    status_code, _ = rest.STATUSES.get(error_type, (400, None))
    assert status_code in (400, 401, 403, 404, 409, 412)


def test_errors_have_the_texts_of_the_contract() -> None:
    assert rest.STATUSES[errors.Unauthenticated] == (401, "Unauthorized")
    assert rest.STATUSES[errors.NotOwner] == rest.STATUSES[errors.Forbidden] == (403, "Forbidden")
    assert rest.STATUSES[PropertyNotFound] == (404, "Not found")
    assert rest.STATUSES[IdempotencyMismatch] == (409, None)
    assert InvalidCursor not in rest.STATUSES


def test_the_routes_are_those_of_the_contract() -> None:
    routes = {(route.method, route.path) for route in rest.app._static_routes + rest.app._dynamic_routes}
    contract = {
        (operation.method, operation.path.replace("{", "<").replace("}", ">"))
        for resource in openapi.read().resources
        for operation in resource.operations.values()
    }
    assert routes == contract


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
    [*BODY, "zipCode", "status", "bedrooms", "bathrooms", "latitude", "description", "yearBuilt", "id"]
)


@pytest.mark.usefixtures("shared_table")
@examples(3, unchecked=tuple(HealthCheck))
@given_cases(body=st.dictionaries(NAMES, VALUES, max_size=8) | VALUES, method=st.sampled_from(["POST", "PUT"]))
def test_any_body_is_accepted_or_rejected_by_name(body: Any, method: str) -> None:
    path = "/properties" if method == "POST" else "/properties/nothing"
    status_code, body_ = status(request(method, path, json.dumps(body)))
    assert status_code in (201, 400, 403, 404), body_
    assert status_code == 201 or list(body_) == ["error"]


@pytest.mark.usefixtures("shared_table")
@examples(3, unchecked=tuple(HealthCheck))
@given_cases(
    headers=st.dictionaries(
        st.sampled_from(["If-Match", "if-none-match", "IDEMPOTENCY-KEY"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
        | st.sampled_from(['"1"', "*", 'W/"2"']),
    ),
    route=st.sampled_from([("GET", "/properties/h1"), ("PUT", "/properties/h1"), ("POST", "/properties")]),
)
def test_any_header_is_accepted_or_rejected_by_name(headers: dict[str, str], route: tuple[str, str]) -> None:
    status_code, body_ = status(request(*route, BODY if route[0] == "POST" else {}, headers=headers))
    assert status_code in (200, 201, 304, 400, 409, 412), body_
    assert status_code != 400 or body_["error"].startswith(("If-Match", "If-None-Match", "Idempotency-Key"))


@pytest.mark.usefixtures("shared_table")
@examples(2, unchecked=tuple(HealthCheck))
@given_cases(name=st.sampled_from(["limit", "zip", "userId", "nextToken"]), value=st.text(max_size=30))
def test_any_query_parameter_is_accepted_or_rejected_by_name(name: str, value: str) -> None:
    value = value.replace("&", "").replace("?", "")
    status_code, body_ = status(request("GET", f"/properties?{name}={value}"))
    assert status_code in (200, 400), body_
    assert status_code == 200 or body_["error"].startswith(name)
