"""Findings of waste in traces."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.lambdas.pool import InvocationResult
from local.trace import findings
from local.trace.findings import WasteFinding
from local.trace.model import Trace
from resolvers.field_config import Batch
from resolvers.wiring import FIELD_BY_PATH
from tests.local import dataset
from tests.local.server_fixture import GraphQLResponse, LocalServer
from tests.local.trace.sample_traces import CROWDED, PAGE, make_call, make_trace

HISTORIES = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { id property { history { nodes { id } } } } } }'
CHANGED_BY = '{ property(id: "%s") { owner { name } history(first: 1) { nodes { changedBy { name } } } } }'
OWNER = FIELD_BY_PATH["Property.owner"]


def findings_of(server: LocalServer, response: GraphQLResponse) -> list[dict[str, Any]]:
    """Returns the findings of the request of this response."""
    findings: list[dict[str, Any]] = server.http.get(f"/trace/{response.trace['id']}.json").json()["findings"]
    return findings


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


def test_one_query_for_each_parent_is_not_n_plus_1(traced_server: LocalServer) -> None:
    response = traced_server.execute(HISTORIES)
    assert [call["operation"] for call in response.trace["dynamodb"]].count("Query") == 1 + 5
    assert findings_of(traced_server, response) == []


def test_one_get_item_for_each_parent_is_n_plus_1() -> None:
    trace = Trace("1", None, "{ me { id } }", {}, "ada")
    calls = [make_call(key_names=[f"USER#{n} / PROFILE"]) for n in range(3)]
    trace.add(OWNER, 3, InvocationResult(None, None, calls, 1, 5), trace.started)
    text = "Property.owner sent 3 GetItem requests for 3 parents, one for each key: one BatchGetItem reads 100 keys."
    assert findings.analyze(trace) == [WasteFinding("N+1", ("Property.owner",), text)]


def test_a_key_that_two_fields_read_is_reported_with_both_fields(traced_server: LocalServer) -> None:
    home = dataset.PROPERTIES[9]
    (finding,) = findings_of(traced_server, traced_server.execute(CHANGED_BY % home.id))
    assert finding == {
        "name": "repeated read",
        "fields": ["Property.owner", "HistoryEvent.changedBy"],
        "text": "USER#grace / PROFILE was read more than once, by Property.owner and by HistoryEvent.changedBy: "
        "AppSync shares no results between the invocations of different fields.",
    }


def test_a_request_that_writes_may_read_the_same_key_again(traced_server: LocalServer) -> None:
    update = 'updateProperty(id: "%s", input: {description: "%%s"}, expectedVersion: %d) { id }'
    home = dataset.PROPERTIES[0]
    both = update % (home.id, home.version), update % (home.id, home.version + 1)
    response = traced_server.execute(f"mutation {{ a: {both[0] % 'one'} b: {both[1] % 'two'} }}", as_user=home.owner_id)
    assert response.data["a"] == response.data["b"] == {"id": home.id}
    assert findings_of(traced_server, response) == []


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
