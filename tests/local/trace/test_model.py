"""Traces of requests: their invocations, DynamoDB requests, cache hits and texts."""

import json

import pytest

from local.lambdas.pool import FunctionError, InvocationResult
from local.trace.model import MAX_RESPONSE_CHARACTERS, Trace, Traces
from tests.local.server_fixture import LocalServer
from tests.local.trace.sample_traces import NESTED, PAGE, make_trace


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
        invocation = trace["resolvers"][call["invocation"]]
        assert 0 < invocation["at"] < invocation["start"] < call["at"]
        assert call["at"] + call["ms"] < invocation["start"] + invocation["ms"] < invocation["end"] < trace["ms"]


def test_an_invocation_has_its_batch_size_and_the_maximum(traced_server: LocalServer) -> None:
    batches = {
        entry["field"]: (entry["batch"], entry["maxBatch"]) for entry in traced_server.execute(PAGE).trace["resolvers"]
    }
    assert (batches["Query.listingsByZip"], batches["Property.owner"]) == ((1, 1), (5, 100))


def test_the_id_of_a_trace_is_the_request_id_of_the_response(traced_server: LocalServer) -> None:
    headers = {"authorization": traced_server.token("ada"), "x-trace": "1"}
    response = traced_server.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert response.headers["x-amzn-requestid"] == response.json()["extensions"]["trace"]["id"]


def test_a_cache_hit_is_recorded_and_takes_no_invocation(traced_server: LocalServer) -> None:
    query = '{ listingsByZip(zipCode: "10001", first: 5) { nodes { id } } }'
    traced_server.execute(query)
    trace = traced_server.execute(query).trace
    assert [hit["field"] for hit in trace["cache"]] == ["Query.listingsByZip"]
    assert (trace["resolvers"], trace["dynamodb"]) == ([], [])


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        (NESTED % '"10001"', ["listingsByZip.nodes[].property.owner"]),
        (
            """{ zip: listingsByZip(zipCode: "10001") { nodes { a: property { ...P } b: property { ...P } } } }
            fragment P on Property { owner { id } }""",
            ["zip.nodes[].a.owner", "zip.nodes[].b.owner"],
        ),
    ],
)
def test_an_invocation_has_the_paths_of_its_field(traced_server: LocalServer, query: str, paths: list[str]) -> None:
    trace = traced_server.execute(query).trace
    assert [entry["paths"] for entry in trace["resolvers"] if entry["field"] == "Property.owner"] == [paths]


def test_an_invocation_with_a_traceback_has_failed() -> None:
    trace = make_trace(
        InvocationResult({"ok": None}, None, [], 1, 5),
        InvocationResult({"err": {}}, None, [], 1, 5, None, ["Traceback …"]),
        InvocationResult(None, FunctionError("Lambda:Unhandled", "the process ended"), [], 1, 5),
    )
    assert trace.failed_invocations == {1, 2}
    assert trace.tracebacks == [{"invocation": 1, "text": "Traceback …"}]


def test_a_traceback_is_not_in_the_extensions_of_a_response() -> None:
    trace = make_trace(InvocationResult({"err": {}}, None, [], 1, 5, None, ["Traceback …"]))
    assert "Traceback" not in str(trace.to_dict())


@pytest.mark.parametrize(
    ("query", "is_introspection"),
    [("{ __schema { types { name } } }", True), ('{ __type(name: "User") { name } }', True), ("{ __typename }", False)],
)
def test_a_request_that_reads_only_the_schema_is_introspection(query: str, is_introspection: bool) -> None:
    assert Trace("1", None, query, {}, "ada").is_introspection is is_introspection


def test_a_request_that_also_reads_data_is_not_introspection() -> None:
    trace = make_trace(InvocationResult({"ok": None}, None, [], 1, 5))
    trace.query = "{ __schema { types { name } } me { id } }"
    assert not trace.is_introspection


def test_a_long_response_is_recorded_in_part() -> None:
    trace = make_trace()
    trace.respond("x" * (MAX_RESPONSE_CHARACTERS + 1))
    assert (len(trace.response), trace.response_characters) == (MAX_RESPONSE_CHARACTERS, MAX_RESPONSE_CHARACTERS + 1)


def test_a_failed_invocation_has_its_error() -> None:
    trace = make_trace(InvocationResult(None, FunctionError("Lambda:Unhandled", "the process ended"), [], 1, 5))
    assert trace.to_dict()["resolvers"][0]["error"] == "Lambda:Unhandled: the process ended"


def test_traces_holds_the_latest_200_newest_first() -> None:
    traces = Traces()
    for n in range(201):
        traces.add(Trace(str(n), None, "", {}, "ada"))
    assert [trace.id for trace in traces.latest()] == [str(n) for n in range(200, 0, -1)]
    assert (traces.get("0"), traces.get("200")) == (None, traces.latest()[0])


def test_traces_are_the_same_after_they_were_written_as_json_and_read() -> None:
    traces = Traces()
    for id in ("a", "b"):
        trace = Trace(id, "Operation", "{ field }", {"x": 1}, "ada")
        trace.end([{"message": "an error"}])
        traces.add(trace)
    restored = Traces.from_json(json.loads(json.dumps(traces.to_json())))
    assert [vars(trace) for trace in restored.latest()] == [vars(trace) for trace in traces.latest()]
    assert restored.characters == traces.characters
