"""What an app asks of the desk, and what it costs."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests import proxy as trouble
from tests.local.server_fixture import Answer, Desk

CREATE = """
mutation($input: CreatePropertyInput!, $key: String) {
  createProperty(input: $input, idempotencyKey: $key) { id version }
}"""
UPDATE = """
mutation($id: ID!, $input: UpdatePropertyInput!, $version: Int!) {
  updateProperty(id: $id, input: $input, expectedVersion: $version) { version price }
}"""
ADD = "mutation($id: ID!, $url: AWSURL!) { addImage(propertyId: $id, input: {url: $url}) { images { id url } } }"
WITH_ALL = """
query($zip: String!, $first: Int!) {
  listingsByZip(zipCode: $zip, first: $first) {
    nodes { address property { description owner { name } images { url } } }
  }
}"""
HISTORIES = """
query($zip: String!) {
  listingsByZip(zipCode: $zip, first: 19) { nodes { property { history { nodes { kind } } } } }
}"""


def create(desk: Desk, as_: str = "ada", **input: Any) -> str:
    home = {"address": "1 Elm Street", "price": 100.5, **input}
    return str(desk.ask(CREATE, as_, input=home).data["createProperty"]["id"])


@pytest.fixture(scope="module")
def zip_code(desk: Desk) -> str:
    """A ZIP of 30 homes, each with a picture."""
    for n in range(30):
        home = create(desk, as_=("ada", "grace")[n % 2], address=f"{n + 1} Main Street", zipCode="55555")
        desk.ask(ADD, ("ada", "grace")[n % 2], id=home, url=f"https://images.example.com/{n}")
    return "55555"


def test_a_page_of_listings_with_homes_owners_and_pictures_takes_four_calls_and_four_invocations(
    desk: Desk, zip_code: str
) -> None:
    desk.forget()
    answer = desk.ask(WITH_ALL, zip=zip_code, first=25)
    assert answer.operations == ["Query", "BatchGetItem", "BatchGetItem", "BatchGetItem"]
    assert sorted(answer.invocations) == [
        ("Listing.property", 25),
        ("Property.images", 25),
        ("Property.owner", 25),
        ("Query.listingsByZip", 1),
    ]


def test_a_page_of_five_takes_as_many_calls_as_a_page_of_25(desk: Desk, zip_code: str) -> None:
    desk.forget()
    small, large = (desk.ask(WITH_ALL, zip=zip_code, first=first) for first in (5, 25))
    assert len(small.operations) == len(large.operations)
    assert len(small.invocations) == len(large.invocations)


def test_a_home_with_its_pictures_takes_one_query(desk: Desk) -> None:
    home = create(desk)
    desk.ask(ADD, id=home, url="https://images.example.com/1")
    answer = desk.ask("query($id: ID!) { property(id: $id) { address images { url } coverImage { url } } }", id=home)
    assert answer.data["property"]["images"] == [{"url": "https://images.example.com/1"}]
    assert answer.operations == ["Query"]


def test_histories_of_many_homes_are_queried_at_once_not_one_by_one(desk: Desk, zip_code: str) -> None:
    desk.forget()
    eight = threading.Barrier(8)
    desk.proxy.fail("Query", trouble.after(lambda: None))  # that of the page
    desk.proxy.fail("Query", trouble.after(lambda: eight.wait(20)), times=8)
    answer = desk.ask(HISTORIES, zip=zip_code)
    assert (answer.operations.count("Query"), eight.broken) == (20, False)


def test_each_function_has_a_process_of_its_own(desk: Desk, zip_code: str) -> None:
    desk.forget()
    answer = desk.ask(WITH_ALL, zip=zip_code, first=5)
    pids = {call["function"]: call["pid"] for call in answer.trace["resolvers"]}
    assert sorted(pids) == ["images", "listings", "properties", "users"]
    assert len(set(pids.values())) == 4


def test_the_trace_counts_retries_as_the_requests_that_they_are(desk: Desk) -> None:
    home = create(desk)
    desk.proxy.fail("Query", trouble.error(500, "InternalServerError"))
    before = len(desk.proxy.seen)
    answer = desk.ask("query($id: ID!) { property(id: $id) { id } }", id=home)
    assert answer.data["property"] == {"id": home}
    assert answer.operations == desk.proxy.seen[before:] == ["Query", "Query"]
    assert [call["items"] for call in answer.trace["dynamodb"]] == [0, 1]


def test_the_trace_tells_of_each_call_its_keys_items_and_units(desk: Desk, zip_code: str) -> None:
    cheapest = "query($zip: String!) { listingsByZip(zipCode: $zip, first: 5, sort: PRICE_ASC) { nodes { id } } }"
    answer = desk.ask(cheapest, zip=zip_code)
    (call,) = answer.trace["dynamodb"]
    assert call.pop("at") > 0
    assert call.pop("ms") > 0
    assert call == {
        "operation": "Query",
        "index": "by_price",
        "keys": 1,
        "where": ["ZIP#55555 / 0 … 1000000000000.0"],
        "items": 6,
        "scanned": 6,
        "error": None,
        "readUnits": 0.5,
        "writeUnits": 0,
        "resolver": "Query.listingsByZip",
        "invocation": 0,
    }


def test_without_the_header_there_is_no_trace(desk: Desk) -> None:
    answer = desk.http.post("/graphql", json={"query": "{ me { id } }"}, headers={"authorization": desk.token("ada")})
    assert answer.json() == {"data": {"me": {"id": "ada"}}}


def test_whoever_changed_a_home_reads_it_changed_at_once(desk: Desk) -> None:
    home = create(desk)
    assert desk.ask(UPDATE, id=home, input={"price": 99.99}, version=1).data["updateProperty"]["version"] == 2
    answer = desk.ask("query($id: ID!) { property(id: $id) { price version } }", id=home)
    assert answer.data["property"] == {"price": 99.99, "version": 2}


def test_a_refusal_carries_its_name_and_its_facts(desk: Desk) -> None:
    home = create(desk)
    (error,) = desk.ask(UPDATE, id=home, input={"price": 1}, version=7).errors
    assert error == {
        "path": ["updateProperty"],
        "data": None,
        "errorType": "VersionConflict",
        "errorInfo": {"id": home, "expectedVersion": 7, "currentVersion": 1},
        "locations": [{"line": 3, "column": 3, "sourceName": None}],
        "message": f"the property {home} is at version 1, not 7: read it again",
    }


def test_a_bad_field_blanks_itself_alone(desk: Desk) -> None:
    home = create(desk)
    answer = desk.ask('query($id: ID!) { property(id: $id) { address history(after: "x") { nodes { id } } } }', id=home)
    assert answer.body["data"] == {"property": {"address": "1 Elm Street", "history": None}}
    assert answer.error_types == ["BadCursor"]


def test_two_callers_at_once_never_see_each_others_identity(desk: Desk) -> None:
    people = [f"person-{n}" for n in range(8)]

    def asks(person: str) -> bool:
        return all(desk.ask("{ me { id email } }", as_=person).data["me"] == seen(person) for _ in range(15))

    with ThreadPoolExecutor(len(people)) as threads:
        assert list(threads.map(asks, people)) == [True] * len(people)


def seen(person: str) -> dict[str, str]:
    return {"id": person, "email": f"{person}@example.com"}


def test_an_e_mail_address_is_for_its_user_alone(desk: Desk) -> None:
    home = create(desk, as_="grace")
    query = "query($id: ID!) { property(id: $id) { owner { id email } } me { id email } }"
    assert desk.ask(query, as_="mary", id=home).data == {
        "property": {"owner": {"id": "grace", "email": None}},
        "me": {"id": "mary", "email": "mary@example.com"},
    }


def test_of_two_writers_at_once_one_wins_and_the_other_is_told_so(desk: Desk) -> None:
    home, gate = create(desk, zipCode="44444"), threading.Barrier(2)

    def write(price: int) -> Answer:
        gate.wait()
        return desk.ask(UPDATE, id=home, input={"price": price}, version=1)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(write, (1, 2)))
    lost = [answer for answer in answers if "errors" in answer.body]
    assert [answer.error_types for answer in lost] == [["VersionConflict"]]
    card = '{ listingsByZip(zipCode: "44444") { nodes { id price } } me { propertyCount } }'
    won = next(answer.data["updateProperty"]["price"] for answer in answers if answer not in lost)
    assert desk.ask(card).data["listingsByZip"] == {"nodes": [{"id": home, "price": won}]}


def test_a_create_sent_twice_under_one_key_makes_one_home(desk: Desk) -> None:
    key, input = str(uuid.uuid4()), {"address": "1 Elm Street", "price": 1, "zipCode": "33333"}
    first, second = (desk.ask(CREATE, input=input, key=key).data["createProperty"] for _ in range(2))
    assert first == second
    assert len(desk.ask('{ listingsByZip(zipCode: "33333") { nodes { id } } }').data["listingsByZip"]["nodes"]) == 1


@pytest.fixture
def table_away(desk: Desk) -> Iterator[None]:
    for _ in range(3):
        desk.proxy.fail("GetItem", trouble.error(400, "ThrottlingException"))
    yield


def test_a_table_that_throttles_is_an_error_worth_trying_again(desk: Desk, table_away: None) -> None:
    (error,) = desk.ask("{ me { id } }").errors
    assert (error["errorType"], error["message"]) == ("TryAgain", "the service is busy: try again in a moment")


def test_published_changes_are_for_the_backend_alone(desk: Desk) -> None:
    publish = "mutation($input: PropertyChangeInput!) { publishPropertyChange(input: $input) { version } }"
    change = {"propertyId": "x", "kind": "CREATED", "version": 1, "at": "2026-01-01T00:00:00Z", "changes": []}
    answer = desk.ask(publish, groups=["admins"], input=change)
    assert answer.body["data"] == {"publishPropertyChange": None}
    (error,) = answer.errors
    assert error["errorType"] == "Unauthorized"
    assert error["message"] == "Not Authorized to access publishPropertyChange on type Mutation"
