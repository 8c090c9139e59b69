"""What is noted of a request, and what is said of it: its waste in words, its cost in dollars."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from data.records import ID
from local.lambdas.pool import Failed, Outcome
from local.trace import findings, pricing
from local.trace.findings import Finding
from local.trace.model import Trace, Traces
from resolvers.field_config import Batch
from resolvers.wiring import MEMORY_MB, ROWS
from tests.local import dataset
from tests.local import server_fixture as desks
from tests.local.server_fixture import Answer, Desk
from tests.shared_processes import Shared

NESTED = "{ listingsByZip(zipCode: %s, first: 5) { nodes { id property { owner { name } images { url } } } } }"
HISTORIES = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { id property { history { nodes { id } } } } } }'
CHANGED_BY = '{ property(id: "%s") { owner { name } history(first: 1) { nodes { changedBy { name } } } } }'
OWNER = ROWS["Property.owner"]
CROWDED = "10009"
PAGE = NESTED % '"10001"'


@pytest.fixture(scope="module")
def desk(shared: Shared) -> Iterator[Desk]:
    """A desk of this file's own: what a page of a ZIP costs depends on whose homes others have made there."""
    with desks.running(shared) as running:
        yield running


@pytest.fixture(scope="module")
def full(desk: Desk) -> Desk:
    """The desk with homes in it, 30 of them in one ZIP."""
    homes = [replace(home, id=ID(f"{home.id}-crowded"), zip_code=CROWDED) for home in dataset.ALL]
    desk.put([*dataset.items(), *(item for home in homes for item in dataset.items_of(home))])
    return desk


@pytest.fixture
def told(full: Desk) -> Desk:
    """The same, with nothing in its cache."""
    full.forget()
    return full


def found(desk: Desk, answer: Answer) -> list[dict[str, Any]]:
    """What is wasteful in the request that this answers."""
    findings: list[dict[str, Any]] = desk.http.get(f"/trace/{answer.trace['id']}.json").json()["findings"]
    return findings


def a_trace(*outcomes: Outcome) -> Trace:
    """A request whose one field was invoked with these outcomes, one after the other."""
    trace = Trace("1", None, "{ me { id } }", {}, "ada")
    for outcome in outcomes:
        trace.add(ROWS["Query.me"], 1, outcome, trace.begun)
    trace.end([])
    return trace


def a_call(trace_begun: float = 0, **told: Any) -> dict[str, Any]:
    call = {"operation": "GetItem", "index": None, "keys": 1, "where": ["a / b"], "items": 1, "scanned": 1}
    return call | {"read_units": 1, "write_units": 0, "at": trace_begun, "ms": 1, "error": None} | told


def test_a_page_of_homes_takes_four_invocations_and_a_call_in_each(told: Desk) -> None:
    trace = told.ask(PAGE).trace
    fields = ["Query.listingsByZip", "Listing.property", "Property.owner", "Property.images"]
    assert sorted(one["field"] for one in trace["resolvers"]) == sorted(fields)
    assert sorted(call["invocation"] for call in trace["dynamodb"]) == [0, 1, 2, 3]
    assert {call["resolver"]: call["operation"] for call in trace["dynamodb"]} == {
        "Query.listingsByZip": "Query",
        "Listing.property": "BatchGetItem",
        "Property.owner": "BatchGetItem",
        "Property.images": "BatchGetItem",
    }


def test_each_call_lies_within_its_invocation_and_each_invocation_within_the_request(told: Desk) -> None:
    trace = told.ask(PAGE).trace
    for call in trace["dynamodb"]:
        of = trace["resolvers"][call["invocation"]]
        assert 0 < of["at"] < of["began"] < call["at"]
        assert call["at"] + call["ms"] < of["began"] + of["ms"] < of["end"] < trace["ms"]


def test_an_invocation_tells_its_batch_and_what_a_batch_may_hold(told: Desk) -> None:
    batches = {one["field"]: (one["batch"], one["most"]) for one in told.ask(PAGE).trace["resolvers"]}
    assert (batches["Query.listingsByZip"], batches["Property.owner"]) == ((1, 1), (5, 100))


def test_its_id_is_the_answers_request_id(told: Desk) -> None:
    headers = {"authorization": told.token("ada"), "x-trace": "1"}
    answer = told.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert answer.headers["x-amzn-requestid"] == answer.json()["extensions"]["trace"]["id"]


def test_an_answer_out_of_the_cache_is_noted_and_takes_no_invocation(told: Desk) -> None:
    query = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { id } } }'
    told.ask(query)
    trace = told.ask(query).trace
    assert [hit["field"] for hit in trace["cache"]] == ["Query.listingsByZip"]
    assert (trace["resolvers"], trace["dynamodb"]) == ([], [])


def test_a_failed_invocation_says_why() -> None:
    trace = a_trace(Outcome(None, Failed("Lambda:Unhandled", "the process ended"), [], 1, 5))
    assert trace.told()["resolvers"][0]["failed"] == "Lambda:Unhandled: the process ended"


def test_the_latest_200_are_kept_the_newest_first() -> None:
    traces = Traces()
    for n in range(201):
        traces.add(Trace(str(n), None, "", {}, "ada"))
    assert [trace.id for trace in traces.latest()] == [str(n) for n in range(200, 0, -1)]
    assert (traces.get("0"), traces.get("200")) == (None, traces.latest()[0])


def test_nothing_is_wasteful_in_a_page_of_homes(told: Desk) -> None:
    assert found(told, told.ask(PAGE)) == []


@pytest.fixture
def owners_one_by_one(told: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The desk as it is where the row of Property.owner says a batch of one."""
    monkeypatch.setitem(told.appsync.api.fields, ("Property", "owner"), replace(OWNER, batch=Batch(1, by="owner_id")))
    yield told


def test_a_field_invoked_once_a_parent_is_n_plus_1(owners_one_by_one: Desk) -> None:
    n_plus_1, again = found(owners_one_by_one, owners_one_by_one.ask(PAGE))
    assert n_plus_1 == {
        "name": "N+1",
        "fields": ["Property.owner"],
        "text": "Property.owner was invoked 5 times for 5 parents, each with a batch of one.",
    }
    assert again["text"] == "USER#ada / PROFILE and 1 more were read more than once, by Property.owner."


def test_a_batch_of_one_is_none_where_there_is_one_parent(owners_one_by_one: Desk) -> None:
    query = '{ property(id: "%s") { owner { id } } }'
    assert found(owners_one_by_one, owners_one_by_one.ask(query % dataset.ALL[0].id)) == []


def test_the_same_field_on_two_levels_is_not_n_plus_1(told: Desk) -> None:
    deep = "{ me { properties { nodes { owner { properties { nodes { owner { id } } } } } } } }"
    assert "N+1" not in [one["name"] for one in found(told, told.ask(deep))]


def test_root_fields_have_no_parents_to_be_batched_for(told: Desk) -> None:
    assert found(told, told.ask('{ a: user(id: "ada") { id } b: user(id: "grace") { id } }')) == []


def test_more_batches_than_the_parents_fill_are_n_plus_1(splitting_desk: Desk) -> None:
    splitting_desk.put(dataset.items())
    query = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { a: property { id } b: property { id } } } }'
    (n_plus_1, _) = found(splitting_desk, splitting_desk.ask(query))
    assert n_plus_1["text"] == "Listing.property was invoked 2 times for 10 parents, where a batch may hold 100."


def test_one_query_for_each_parent_is_n_plus_1(told: Desk) -> None:
    (n_plus_1,) = found(told, told.ask(HISTORIES))
    one_by_one = "Property.history asked one by one for 5 parents"
    text = f"{one_by_one}: 5 Query requests, and one more for each further parent."
    assert n_plus_1 == {"name": "N+1", "fields": ["Property.history"], "text": text}


def test_a_key_that_two_fields_read_is_told_with_both(told: Desk) -> None:
    home = dataset.ALL[9]
    (again,) = found(told, told.ask(CHANGED_BY % home.id))
    assert again == {
        "name": "read again",
        "fields": ["Property.owner", "HistoryEvent.changedBy"],
        "text": "USER#grace / PROFILE was read more than once, by Property.owner and by HistoryEvent.changedBy.",
    }


def test_a_request_that_writes_may_read_again_what_it_wrote(told: Desk) -> None:
    update = 'updateProperty(id: "%s", input: {description: "%%s"}, expectedVersion: %d) { id }'
    home = dataset.ALL[0]
    both = update % (home.id, home.version), update % (home.id, home.version + 1)
    answer = told.ask(f"mutation {{ a: {both[0] % 'one'} b: {both[1] % 'two'} }}", as_=home.owner_id)
    assert answer.data["a"] == answer.data["b"] == {"id": home.id}
    assert found(told, answer) == []


def test_what_a_filter_throws_away_is_told_with_its_numbers(told: Desk) -> None:
    query = '{ listingsByZip(zipCode: "%s", first: 50, filter: {minBedrooms: 3}) { nodes { id } } }'
    (wasted,) = found(told, told.ask(query % CROWDED))
    assert wasted == {
        "name": "filtered away",
        "fields": ["Query.listingsByZip"],
        "text": "Query.listingsByZip read, and paid for, 30 items, of which its filter let 7 through.",
    }


def test_a_scan_is_wasteful() -> None:
    (scan,) = findings.of(a_trace(Outcome(None, None, [a_call(operation="Scan", where=[])], 1, 5)))
    text = "Query.me made a Scan, which reads, and pays for, all that there is."
    assert scan == Finding("Scan", ("Query.me",), text)


def test_a_read_that_failed_and_was_asked_again_is_no_waste() -> None:
    calls = [a_call(error="ThrottlingException", read_units=0), a_call()]
    assert findings.of(a_trace(Outcome(None, None, calls, 1, 5))) == []


def test_a_million_cost_what_each_takes_at_the_list_prices() -> None:
    calls = [a_call(read_units=4), a_call(operation="TransactWriteItems", read_units=0, write_units=10)]
    trace = a_trace(Outcome(None, None, calls, 1, 10.2), Outcome(None, None, [], 1, 20.0))
    bill = {line.price.of: (line.quantity, round(line.usd, 6)) for line in pricing.of_a_million(trace, MEMORY_MB)}
    assert bill == {
        "AppSync queries and mutations": (1, 4.0),
        "Lambda invocations": (2, 0.4),
        "Lambda GB-seconds, arm64": (0.031 * 256 / 1024, 0.103334),
        "DynamoDB read units": (4, 0.5),
        "DynamoDB write units": (10, 6.25),
    }


def test_a_request_that_reaches_no_function_costs_appsyncs_price_alone(told: Desk) -> None:
    trace = told.ask("{ nothing }").trace
    assert told.http.get(f"/trace/{trace['id']}.json").json()["usdForAMillion"] == 4.0
