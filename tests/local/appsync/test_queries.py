"""Queries and mutations of an app against a local server, and their cost in DynamoDB requests."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import proxy
from tests.local.server_fixture import GraphQLResponse, LocalServer

CREATE = """
mutation($input: CreatePropertyInput!, $key: String) {
  createProperty(input: $input, idempotencyKey: $key) { id version }
}"""
UPDATE = """
mutation($id: ID!, $input: UpdatePropertyInput!, $version: Int!) {
  updateProperty(id: $id, input: $input, expectedVersion: $version) { version price }
}"""
ADD_IMAGE = "mutation($id: ID!, $url: AWSURL!) { addImage(propertyId: $id, input: {url: $url}) { images { id url } } }"
LISTINGS_WITH_OWNERS_AND_IMAGES = """
query($zip: String!, $first: Int!) {
  listingsByZip(zipCode: $zip, first: $first) {
    nodes { address property { description owner { name } images { url } } }
  }
}"""
HISTORIES = """
query($zip: String!) {
  listingsByZip(zipCode: $zip, first: 19) { nodes { property { history { nodes { kind } } } } }
}"""


def create(server: LocalServer, as_user: str = "ada", **input: Any) -> str:
    values = {"address": "1 Elm Street", "price": 100.5, **input}
    return str(server.execute(CREATE, as_user, input=values).data["createProperty"]["id"])


@pytest.fixture(scope="module")
def zip_code(server: LocalServer) -> str:
    """A ZIP code with 30 properties, each with an image."""
    for n in range(30):
        property_id = create(server, as_user=("ada", "grace")[n % 2], address=f"{n + 1} Main Street", zipCode="55555")
        server.execute(ADD_IMAGE, ("ada", "grace")[n % 2], id=property_id, url=f"https://images.example.com/{n}")
    return "55555"


def test_a_page_of_listings_with_owners_and_images_takes_four_requests(server: LocalServer, zip_code: str) -> None:
    server.clear_cache()
    response = server.execute(LISTINGS_WITH_OWNERS_AND_IMAGES, zip=zip_code, first=25)
    assert response.operations == ["Query", "BatchGetItem", "BatchGetItem", "BatchGetItem"]
    assert sorted(response.invocations) == [
        ("Listing.property", 25),
        ("Property.images", 25),
        ("Property.owner", 25),
        ("Query.listingsByZip", 1),
    ]


def test_a_page_of_5_takes_as_many_requests_as_a_page_of_25(server: LocalServer, zip_code: str) -> None:
    server.clear_cache()
    small_page, large_page = (
        server.execute(LISTINGS_WITH_OWNERS_AND_IMAGES, zip=zip_code, first=first) for first in (5, 25)
    )
    assert len(small_page.operations) == len(large_page.operations)
    assert len(small_page.invocations) == len(large_page.invocations)


def test_a_property_with_its_images_takes_one_dynamodb_query(server: LocalServer) -> None:
    property_id = create(server)
    server.execute(ADD_IMAGE, id=property_id, url="https://images.example.com/1")
    response = server.execute(
        "query($id: ID!) { property(id: $id) { address images { url } coverImage { url } } }", id=property_id
    )
    assert response.data["property"]["images"] == [{"url": "https://images.example.com/1"}]
    assert response.operations == ["Query"]


def test_histories_of_many_properties_are_queried_concurrently(server: LocalServer, zip_code: str) -> None:
    server.clear_cache()
    barrier = threading.Barrier(8)
    server.proxy.fail("Query", proxy.delay_until(lambda: None))  # the query of the page
    server.proxy.fail("Query", proxy.delay_until(lambda: barrier.wait(20)), times=8)
    response = server.execute(HISTORIES, zip=zip_code)
    assert (response.operations.count("Query"), barrier.broken) == (20, False)


def test_each_function_runs_in_its_own_process(server: LocalServer, zip_code: str) -> None:
    server.clear_cache()
    response = server.execute(LISTINGS_WITH_OWNERS_AND_IMAGES, zip=zip_code, first=5)
    pids = {call["function"]: call["pid"] for call in response.trace["resolvers"]}
    assert sorted(pids) == ["images", "listings", "properties", "users"]
    assert len(set(pids.values())) == 4


def test_the_trace_counts_each_retry_as_a_request(server: LocalServer) -> None:
    property_id = create(server)
    server.proxy.fail("Query", proxy.error(500, "InternalServerError"))
    calls_before = len(server.proxy.operations)
    response = server.execute("query($id: ID!) { property(id: $id) { id } }", id=property_id)
    assert response.data["property"] == {"id": property_id}
    assert response.operations == server.proxy.operations[calls_before:] == ["Query", "Query"]
    assert [call["items"] for call in response.trace["dynamodb"]] == [0, 1]


def test_the_trace_reports_keys_items_and_capacity_units_of_each_request(server: LocalServer, zip_code: str) -> None:
    query = "query($zip: String!) { listingsByZip(zipCode: $zip, first: 5, sort: PRICE_ASC) { nodes { id } } }"
    response = server.execute(query, zip=zip_code)
    (call,) = response.trace["dynamodb"]
    assert call.pop("at") > 0
    assert call.pop("ms") > 0
    assert call == {
        "operation": "Query",
        "index": "by_price",
        "keys": 1,
        "keyNames": ["ZIP#55555 / 0 … 1000000000000.0"],
        "items": 6,
        "scanned": 6,
        "error": None,
        "readUnits": 0.5,
        "writeUnits": 0,
        "resolver": "Query.listingsByZip",
        "invocation": 0,
    }


def test_a_response_has_no_trace_without_the_header(server: LocalServer) -> None:
    response = server.http.post(
        "/graphql", json={"query": "{ me { id } }"}, headers={"authorization": server.token("ada")}
    )
    assert response.json() == {"data": {"me": {"id": "ada"}}}


def test_a_caller_reads_its_own_update_immediately(server: LocalServer) -> None:
    property_id = create(server)
    assert (
        server.execute(UPDATE, id=property_id, input={"price": 99.99}, version=1).data["updateProperty"]["version"] == 2
    )
    response = server.execute("query($id: ID!) { property(id: $id) { price version } }", id=property_id)
    assert response.data["property"] == {"price": 99.99, "version": 2}


def test_an_error_has_its_type_and_its_error_info(server: LocalServer) -> None:
    property_id = create(server)
    (error,) = server.execute(UPDATE, id=property_id, input={"price": 1}, version=7).errors
    assert error == {
        "path": ["updateProperty"],
        "data": None,
        "errorType": "VersionConflict",
        "errorInfo": {"id": property_id, "expectedVersion": 7, "currentVersion": 1},
        "locations": [{"line": 3, "column": 3, "sourceName": None}],
        "message": f"the property {property_id} is at version 1, not 7: read it again",
    }


def test_a_failed_field_nulls_only_itself(server: LocalServer) -> None:
    property_id = create(server)
    response = server.execute(
        'query($id: ID!) { property(id: $id) { address history(after: "x") { nodes { id } } } }', id=property_id
    )
    assert response.body["data"] == {"property": {"address": "1 Elm Street", "history": None}}
    assert response.error_types == ["InvalidCursor"]


def test_concurrent_callers_never_see_each_others_identity(server: LocalServer) -> None:
    users = [f"user-{n}" for n in range(8)]

    def reads_own_identity(user: str) -> bool:
        return all(
            server.execute("{ me { id email } }", as_user=user).data["me"] == expected_user(user) for _ in range(15)
        )

    with ThreadPoolExecutor(len(users)) as threads:
        assert list(threads.map(reads_own_identity, users)) == [True] * len(users)


def expected_user(user: str) -> dict[str, str]:
    return {"id": user, "email": f"{user}@example.com"}


def test_an_email_address_is_visible_only_to_its_user(server: LocalServer) -> None:
    property_id = create(server, as_user="grace")
    query = "query($id: ID!) { property(id: $id) { owner { id email } } me { id email } }"
    assert server.execute(query, as_user="mary", id=property_id).data == {
        "property": {"owner": {"id": "grace", "email": None}},
        "me": {"id": "mary", "email": "mary@example.com"},
    }


def test_one_of_two_concurrent_writers_gets_a_version_conflict(server: LocalServer) -> None:
    property_id, barrier = create(server, zipCode="44444"), threading.Barrier(2)

    def write(price: int) -> GraphQLResponse:
        barrier.wait()
        return server.execute(UPDATE, id=property_id, input={"price": price}, version=1)

    with ThreadPoolExecutor(2) as threads:
        responses = list(threads.map(write, (1, 2)))
    losers = [response for response in responses if "errors" in response.body]
    assert [response.error_types for response in losers] == [["VersionConflict"]]
    query = '{ listingsByZip(zipCode: "44444") { nodes { id price } } me { propertyCount } }'
    winning_price = next(response.data["updateProperty"]["price"] for response in responses if response not in losers)
    assert server.execute(query).data["listingsByZip"] == {"nodes": [{"id": property_id, "price": winning_price}]}


def test_two_creates_with_one_idempotency_key_create_one_property(server: LocalServer) -> None:
    key, input = str(uuid.uuid4()), {"address": "1 Elm Street", "price": 1, "zipCode": "33333"}
    first, second = (server.execute(CREATE, input=input, key=key).data["createProperty"] for _ in range(2))
    assert first == second
    assert (
        len(server.execute('{ listingsByZip(zipCode: "33333") { nodes { id } } }').data["listingsByZip"]["nodes"]) == 1
    )


@pytest.fixture
def throttled_table(server: LocalServer) -> Iterator[None]:
    for _ in range(3):
        server.proxy.fail("GetItem", proxy.error(400, "ThrottlingException"))
    yield


def test_a_throttled_table_is_a_retryable_error(server: LocalServer, throttled_table: None) -> None:
    (error,) = server.execute("{ me { id } }").errors
    assert (error["errorType"], error["message"]) == ("TryAgain", "the service is busy: try again in a moment")


def test_only_the_backend_may_publish_changes(server: LocalServer) -> None:
    publish = "mutation($input: PropertyChangeInput!) { publishPropertyChange(input: $input) { version } }"
    change = {"propertyId": "x", "kind": "CREATED", "version": 1, "at": "2026-01-01T00:00:00Z", "changes": []}
    response = server.execute(publish, groups=["admins"], input=change)
    assert response.body["data"] == {"publishPropertyChange": None}
    (error,) = response.errors
    assert error["errorType"] == "Unauthorized"
    assert error["message"] == "Not Authorized to access publishPropertyChange on type Mutation"
