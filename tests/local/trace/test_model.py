"""Traces of requests, their findings of waste, and their cost in dollars."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from data.records import ID
from local.lambdas.pool import FunctionError, InvocationResult
from local.trace import findings, pricing
from local.trace.findings import WasteFinding
from local.trace.model import Trace, Traces
from resolvers.field_config import Batch
from resolvers.wiring import FIELD_BY_PATH, MEMORY_MB
from tests.local import dataset, server_fixture
from tests.local.server_fixture import GraphQLResponse, LocalServer
from tests.shared_processes import SharedProcesses

NESTED = "{ listingsByZip(zipCode: %s, first: 5) { nodes { id property { owner { name } images { url } } } } }"
HISTORIES = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { id property { history { nodes { id } } } } } }'
CHANGED_BY = '{ property(id: "%s") { owner { name } history(first: 1) { nodes { changedBy { name } } } } }'
OWNER = FIELD_BY_PATH["Property.owner"]
CROWDED = "10009"
PAGE = NESTED % '"10001"'


@pytest.fixture(scope="module")
def own_server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A server for this module alone: the cost of a page depends on the properties that other tests add to its ZIP."""
    with server_fixture.run_server(shared_processes) as running:
        yield running


@pytest.fixture(scope="module")
def filled_server(own_server: LocalServer) -> LocalServer:
    """The server with properties, 30 of them in one ZIP code."""
    properties = [
        replace(property, id=ID(f"{property.id}-crowded"), zip_code=CROWDED) for property in dataset.PROPERTIES
    ]
    own_server.put_items(
        [*dataset.table_items(), *(item for property in properties for item in dataset.items_of(property))]
    )
    return own_server


@pytest.fixture
def traced_server(filled_server: LocalServer) -> LocalServer:
    """The same server with an empty cache."""
    filled_server.clear_cache()
    return filled_server


def findings_of(server: LocalServer, answer: GraphQLResponse) -> list[dict[str, Any]]:
    """Returns the findings of the request of this response."""
    findings: list[dict[str, Any]] = server.http.get(f"/trace/{answer.trace['id']}.json").json()["findings"]
    return findings


def make_trace(*outcomes: InvocationResult) -> Trace:
    """Returns the trace of a request whose only field was invoked once for each result, one after another."""
    trace = Trace("1", None, "{ me { id } }", {}, "ada")
    for outcome in outcomes:
        trace.add(FIELD_BY_PATH["Query.me"], 1, outcome, trace.started)
    trace.end([])
    return trace


def make_call(started: float = 0, **attributes: Any) -> dict[str, Any]:
    call = {"operation": "GetItem", "index": None, "keys": 1, "key_names": ["a / b"], "items": 1, "scanned": 1}
    return call | {"read_units": 1, "write_units": 0, "at": started, "ms": 1, "error": None} | attributes


def test_a_nested_page_takes_four_invocations_with_one_dynamodb_request_each(traced_server: LocalServer) -> None:
    trace = traced_server.execute(PAGE).trace
    fields = ["Query.listingsByZip", "Listing.property", "Property.owner", "Property.images"]
    assert sorted(entry["field"] for entry in trace["resolvers"]) == sorted(fields)
    assert sorted(call["invocation"] for call in trace["dynamodb"]) == [0, 1, 2, 3]
    assert {call["resolver"]: call["operation"] for call in trace["dynamodb"]} == {
        "Query.listingsByZip": "Query",
        "Listing.property": "BatchGetItem",
        "Property.owner": "BatchGetItem",
        "Property.images": "BatchGetItem",
    }


def test_times_of_calls_nest_in_invocations_and_those_in_the_request(traced_server: LocalServer) -> None:
    trace = traced_server.execute(PAGE).trace
    for call in trace["dynamodb"]:
        of = trace["resolvers"][call["invocation"]]
        assert 0 < of["at"] < of["began"] < call["at"]
        assert call["at"] + call["ms"] < of["began"] + of["ms"] < of["end"] < trace["ms"]


def test_an_invocation_has_its_batch_size_and_the_maximum(traced_server: LocalServer) -> None:
    batches = {
        entry["field"]: (entry["batch"], entry["most"]) for entry in traced_server.execute(PAGE).trace["resolvers"]
    }
    assert (batches["Query.listingsByZip"], batches["Property.owner"]) == ((1, 1), (5, 100))


def test_the_id_of_a_trace_is_the_request_id_of_the_response(traced_server: LocalServer) -> None:
    headers = {"authorization": traced_server.token("ada"), "x-trace": "1"}
    answer = traced_server.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert answer.headers["x-amzn-requestid"] == answer.json()["extensions"]["trace"]["id"]


def test_a_cache_hit_is_recorded_and_takes_no_invocation(traced_server: LocalServer) -> None:
    query = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { id } } }'
    traced_server.execute(query)
    trace = traced_server.execute(query).trace
    assert [hit["field"] for hit in trace["cache"]] == ["Query.listingsByZip"]
    assert (trace["resolvers"], trace["dynamodb"]) == ([], [])


def test_a_failed_invocation_has_its_error() -> None:
    trace = make_trace(InvocationResult(None, FunctionError("Lambda:Unhandled", "the process ended"), [], 1, 5))
    assert trace.to_dict()["resolvers"][0]["failed"] == "Lambda:Unhandled: the process ended"


def test_traces_holds_the_latest_200_newest_first() -> None:
    traces = Traces()
    for n in range(201):
        traces.add(Trace(str(n), None, "", {}, "ada"))
    assert [trace.id for trace in traces.latest()] == [str(n) for n in range(200, 0, -1)]
    assert (traces.get("0"), traces.get("200")) == (None, traces.latest()[0])


def test_a_nested_page_has_no_findings(traced_server: LocalServer) -> None:
    assert findings_of(traced_server, traced_server.execute(PAGE)) == []


@pytest.fixture
def owners_one_by_one(traced_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """The server if Property.owner has a batch size of one."""
    monkeypatch.setitem(
        traced_server.appsync.api.fields, ("Property", "owner"), replace(OWNER, batch=Batch(1, by="owner_id"))
    )
    yield traced_server


def test_a_field_that_is_invoked_once_per_parent_is_n_plus_1(owners_one_by_one: LocalServer) -> None:
    n_plus_1, read_again = findings_of(owners_one_by_one, owners_one_by_one.execute(PAGE))
    assert n_plus_1 == {
        "name": "N+1",
        "fields": ["Property.owner"],
        "text": "Property.owner was invoked 5 times for 5 parents, each with a batch of one.",
    }
    assert read_again["text"] == "USER#ada / PROFILE and 1 more were read more than once, by Property.owner."


def test_a_batch_size_of_one_is_not_n_plus_1_for_a_single_parent(owners_one_by_one: LocalServer) -> None:
    query = '{ property(id: "%s") { owner { id } } }'
    assert findings_of(owners_one_by_one, owners_one_by_one.execute(query % dataset.PROPERTIES[0].id)) == []


def test_the_same_field_on_two_levels_is_not_n_plus_1(traced_server: LocalServer) -> None:
    deep = "{ me { properties { nodes { owner { properties { nodes { owner { id } } } } } } } }"
    assert "N+1" not in [finding["name"] for finding in findings_of(traced_server, traced_server.execute(deep))]


def test_root_fields_have_no_parents_and_are_never_n_plus_1(traced_server: LocalServer) -> None:
    assert (
        findings_of(traced_server, traced_server.execute('{ a: user(id: "ada") { id } b: user(id: "grace") { id } }'))
        == []
    )


def test_more_batches_than_the_parents_fill_are_n_plus_1(server_without_alias_batching: LocalServer) -> None:
    server_without_alias_batching.put_items(dataset.table_items())
    query = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { a: property { id } b: property { id } } } }'
    (n_plus_1, _) = findings_of(server_without_alias_batching, server_without_alias_batching.execute(query))
    assert n_plus_1["text"] == "Listing.property was invoked 2 times for 10 parents, where a batch may hold 100."


def test_one_query_for_each_parent_is_n_plus_1(traced_server: LocalServer) -> None:
    (n_plus_1,) = findings_of(traced_server, traced_server.execute(HISTORIES))
    one_by_one = "Property.history read one by one for 5 parents"
    text = f"{one_by_one}: 5 Query requests, and one more for each further parent."
    assert n_plus_1 == {"name": "N+1", "fields": ["Property.history"], "text": text}


def test_a_key_that_two_fields_read_is_reported_with_both_fields(traced_server: LocalServer) -> None:
    home = dataset.PROPERTIES[9]
    (finding,) = findings_of(traced_server, traced_server.execute(CHANGED_BY % home.id))
    assert finding == {
        "name": "read again",
        "fields": ["Property.owner", "HistoryEvent.changedBy"],
        "text": "USER#grace / PROFILE was read more than once, by Property.owner and by HistoryEvent.changedBy.",
    }


def test_a_request_that_writes_may_read_the_same_key_again(traced_server: LocalServer) -> None:
    update = 'updateProperty(id: "%s", input: {description: "%%s"}, expectedVersion: %d) { id }'
    home = dataset.PROPERTIES[0]
    both = update % (home.id, home.version), update % (home.id, home.version + 1)
    answer = traced_server.execute(f"mutation {{ a: {both[0] % 'one'} b: {both[1] % 'two'} }}", as_user=home.owner_id)
    assert answer.data["a"] == answer.data["b"] == {"id": home.id}
    assert findings_of(traced_server, answer) == []


def test_items_that_a_filter_discards_are_reported_with_their_number(traced_server: LocalServer) -> None:
    query = '{ listingsByZip(zipCode: "%s", first: 50, filter: {minBedrooms: 3}) { nodes { id } } }'
    (wasted,) = findings_of(traced_server, traced_server.execute(query % CROWDED))
    assert wasted == {
        "name": "filtered away",
        "fields": ["Query.listingsByZip"],
        "text": "Query.listingsByZip read, and paid for, 30 items, of which its filter let 7 through.",
    }


def test_a_scan_is_wasteful() -> None:
    (scan,) = findings.analyze(
        make_trace(InvocationResult(None, None, [make_call(operation="Scan", key_names=[])], 1, 5))
    )
    text = "Query.me sent a Scan, which reads, and pays for, every item."
    assert scan == WasteFinding("Scan", ("Query.me",), text)


def test_a_retry_of_a_failed_read_is_not_wasteful() -> None:
    calls = [make_call(error="ThrottlingException", read_units=0), make_call()]
    assert findings.analyze(make_trace(InvocationResult(None, None, calls, 1, 5))) == []


def test_a_million_requests_cost_their_quantities_at_list_prices() -> None:
    calls = [make_call(read_units=4), make_call(operation="TransactWriteItems", read_units=0, write_units=10)]
    trace = make_trace(InvocationResult(None, None, calls, 1, 10.2), InvocationResult(None, None, [], 1, 20.0))
    bill = {line.price.of: (line.quantity, round(line.usd, 6)) for line in pricing.cost_per_million(trace, MEMORY_MB)}
    assert bill == {
        "AppSync queries and mutations": (1, 4.0),
        "Lambda invocations": (2, 0.4),
        "Lambda GB-seconds, arm64": (0.031 * 256 / 1024, 0.103334),
        "DynamoDB read units": (4, 0.5),
        "DynamoDB write units": (10, 6.25),
    }


def test_a_request_that_invokes_no_function_costs_the_appsync_price_only(traced_server: LocalServer) -> None:
    trace = traced_server.execute("{ nothing }").trace
    assert traced_server.http.get(f"/trace/{trace['id']}.json").json()["usdForAMillion"] == 4.0


def test_traces_are_the_same_after_they_were_written_as_json_and_read() -> None:
    traces = Traces()
    for id in ("a", "b"):
        trace = Trace(id, "Operation", "{ field }", {"x": 1}, "ada")
        trace.end([{"message": "an error"}])
        traces.add(trace)
    restored = Traces.from_json(json.loads(json.dumps(traces.to_json())))
    assert [vars(trace) for trace in restored.latest()] == [vars(trace) for trace in traces.latest()]
    assert restored.characters == traces.characters


def test_a_trace_of_another_version_of_the_code_is_discarded() -> None:
    trace = Trace("a", None, "{ field }", {}, "ada")
    assert Traces.from_json([{**vars(trace), "unknown": 1}, vars(trace)]).by_id.keys() == {"a"}
    assert Traces.from_json([{"id": "a"}]).by_id == {}
