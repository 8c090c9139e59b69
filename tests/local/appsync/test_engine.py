"""How a request becomes invocations: AppSync's event, batches, and what their answers become."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from local import assumptions
from local.appsync.engine import AppSync
from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import GraphQLRequest
from local.auth.request import AuthContext
from local.lambdas.pool import Failed, Outcome
from local.schema import compiler, type_info
from local.trace.model import Trace
from resolvers.field_config import COGNITO, IAM, Mode
from resolvers.wiring import FIELDS, LIMITS

IDENTITY = {"sub": "ada", "claims": {"sub": "ada"}}
HEADERS: dict[str, str | list[str]] = {"host": "localhost", "x-a": ["1", "2"]}


class Functions:
    """Lambda functions that answer as they are told, and keep the events that they were sent."""

    def __init__(self, **answers: Callable[[Any], Any]) -> None:
        self.answers = answers
        self.events: list[tuple[str, Any]] = []

    async def invoke(self, name: str, event: Any) -> Outcome:
        self.events.append((name, event))
        answer = self.answers[name](event)
        failed = answer if isinstance(answer, Failed) else None
        return Outcome(result=None if failed else answer, failed=failed, calls=[], pid=1, ms=0)


def api() -> ExecutableSchema:
    return ExecutableSchema(compiler.build()._schema, FIELDS, type_info.reached(FIELDS), LIMITS)


def ask(
    functions: Functions,
    query: str,
    mode: Mode = COGNITO,
    mixed: bool = True,
    clock: Callable[[], float] = time.monotonic,
    **variables: Any,
) -> dict[str, Any]:
    appsync = AppSync(api(), lambda: functions.invoke, mixed, clock)
    trace = Trace("1", None, query, variables, "ada")
    body = asyncio.run(appsync.execute(GraphQLRequest(query, variables), AuthContext(mode, IDENTITY, HEADERS), trace))
    return body


def homes(*ids: str) -> Callable[[Any], Any]:
    return lambda event: {"ok": [{"id": id, "ownerId": f"owner-of-{id}"} for id in ids]}


def named(events: Any) -> Any:
    return [{"data": {"id": event["source"]["ownerId"], "name": event["source"]["id"]}} for event in events]


def test_a_root_field_is_sent_appsyncs_event() -> None:
    functions = Functions(properties=lambda event: {"ok": None})
    more = "fragment More on Property { owner { name } }"
    ask(functions, "query($id: ID!) { mine: property(id: $id) { id home: address ...More } } " + more, id="p1")
    (name, event) = functions.events[0]
    assert name == "properties"
    assert event == {
        "arguments": {"id": "p1"},
        "identity": IDENTITY,
        "source": None,
        "request": {"headers": HEADERS, "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": ["id", "home", "owner", "owner/name"],
            "selectionSetGraphQL": "{\n  id\n  home: address\n  ...More\n}",
            "parentTypeName": "Query",
            "fieldName": "property",
            "variables": {"id": "p1"},
        },
        "stash": {},
    }


def test_arguments_left_out_are_absent_unless_the_schema_has_a_default() -> None:
    functions = Functions(listings=lambda event: {"ok": None})
    ask(functions, '{ listingsByZip(zipCode: "98103", filter: {status: ACTIVE, minPrice: null}) { nodes { id } } }')
    arguments = functions.events[0][1]["arguments"]
    assert arguments == {
        "zipCode": "98103",
        "filter": {"status": "ACTIVE", "minPrice": None},
        "sort": "NEWEST",
        "first": 20,
    }


def test_siblings_go_to_their_function_in_one_list_each_with_its_parent() -> None:
    functions = Functions(properties=homes("a", "b"), users=named)
    body = ask(functions, '{ properties(ids: ["a", "b"]) { owner { id } } }')
    assert body == {"data": {"properties": [{"owner": {"id": "owner-of-a"}}, {"owner": {"id": "owner-of-b"}}]}}
    assert [event["source"]["id"] for event in functions.events[1][1]] == ["a", "b"]


def test_more_siblings_than_the_rows_size_go_in_chunks() -> None:
    ids = [str(n) for n in range(201)]
    functions = Functions(properties=homes(*ids), users=named)
    ask(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert [len(events) for name, events in functions.events if name == "users"] == [100, 100, 1]


@pytest.mark.parametrize(("mixed", "batches"), [(True, [4]), (False, [2, 2])])
def test_aliases_of_one_field_share_a_batch_or_not(mixed: bool, batches: list[int]) -> None:
    functions = Functions(properties=homes("a", "b"), users=named)
    ask(functions, '{ properties(ids: ["a"]) { one: owner { id } two: owner { name } } }', mixed=mixed)
    assert [len(events) for name, events in functions.events if name == "users"] == batches


def test_a_single_sibling_still_goes_in_a_list() -> None:
    functions = Functions(properties=homes("a"), users=named)
    ask(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert isinstance(functions.events[1][1], list)


def test_an_item_that_went_wrong_takes_no_other_along() -> None:
    wrong = {"data": None, "errorMessage": "no", "errorType": "Nope"}
    functions = Functions(properties=homes("a", "b"), users=lambda events: [wrong, named(events)[1]])
    body = ask(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert body["data"] == {"properties": [{"owner": None}, {"owner": {"id": "owner-of-b"}}]}
    assert body["errors"] == [
        {
            "path": ["properties", 0, "owner"],
            "locations": [{"line": 1, "column": 28, "sourceName": None}],
            "message": "no",
            "data": None,
            "errorType": "Nope",
            "errorInfo": None,
        }
    ]


@pytest.mark.parametrize("answer", [[], [{"data": None}] * 3, {"data": None}, None, "x"])
def test_an_answer_that_is_no_list_of_the_same_length_fails_every_sibling(answer: Any) -> None:
    functions = Functions(properties=homes("a", "b"), users=lambda events: answer)
    body = ask(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert body["data"] == {"properties": [{"owner": None}, {"owner": None}]}
    assert [error["errorType"] for error in body["errors"]] == ["Lambda:Unhandled"] * 2


def test_a_function_that_fails_is_an_error_of_each_field_that_waited_for_it() -> None:
    functions = Functions(properties=homes("a", "b"), users=lambda events: Failed("Boom", "no"))
    body = ask(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert [(error["errorType"], error["message"]) for error in body["errors"]] == [("Boom", "no")] * 2


def test_an_err_becomes_an_error_with_its_facts() -> None:
    refusal = {"type": "PropertyNotFound", "message": "no property has the id x", "info": {"id": "x"}}
    body = ask(Functions(properties=lambda event: {"err": refusal}), '{ property(id: "x") { id } }')
    (error,) = body["errors"]
    assert (error["errorType"], error["message"], error["errorInfo"]) == tuple(refusal.values())


def test_a_null_where_the_schema_has_none_blanks_the_nearest_that_may_be_null() -> None:
    body = ask(Functions(properties=lambda event: {"ok": {"id": "x"}}), '{ property(id: "x") { id price } }')
    assert body["data"] == {"property": None}
    assert len(body["errors"]) == 1


def test_a_caller_of_another_mode_is_refused_and_the_function_not_invoked() -> None:
    functions = Functions(users=lambda event: {"ok": None})
    body = ask(functions, "{ me { id } }", mode=IAM)
    assert body["data"] == {"me": None}
    assert [error["errorType"] for error in body["errors"]] == ["Unauthorized"]
    assert functions.events == []


def test_the_backend_publishes_and_hears_what_it_said() -> None:
    change = {"propertyId": "p", "kind": "CREATED", "version": 1, "at": "2026-01-01T00:00:00Z", "changes": []}
    publish = "mutation($input: PropertyChangeInput!) { publishPropertyChange(input: $input) { propertyId kind } }"
    body = ask(Functions(), publish, mode=IAM, input=change)
    assert body == {
        "data": {"publishPropertyChange": {"propertyId": "p", "kind": "CREATED"}},
        "extensions": {"apiCacheEntriesDeleted": 0},
    }


def test_a_function_that_cannot_be_reached_fails_its_fields_and_the_request_still_ends() -> None:
    def away(events: Any) -> Any:
        raise OSError("no more processes")

    body = ask(Functions(properties=homes("a", "b"), users=away), '{ properties(ids: ["a"]) { owner { id } } }')
    assert [(error["errorType"], error["message"]) for error in body["errors"]] == [
        ("InternalFailure", "the desk failed")
    ] * 2


def test_a_request_has_ten_thousand_resolvers_and_no_more() -> None:
    ids = [str(n) for n in range(6_000)]
    functions = Functions(properties=homes(*ids), users=named)
    body = ask(functions, '{ properties(ids: ["a"]) { one: owner { id } two: owner { id } } }')
    assert sum(len(events) for name, events in functions.events if name == "users") == 9_999
    assert {error["errorType"] for error in body["errors"]} == {"ResolverExecutionLimitReached"}
    assert len(body["errors"]) == 2_001


def test_fragments_that_spread_each_other_twice_are_followed_once() -> None:
    chain = " ".join(f"fragment f{n} on User {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40))
    functions = Functions(users=lambda event: {"ok": {"id": "ada"}})
    ask(functions, f"{{ me {{ ...f0 }} }} {chain} fragment f40 on User {{ id }}")
    assert functions.events[0][1]["info"]["selectionSetList"] == ["id"]


@pytest.mark.parametrize(
    ("item", "name", "error"),
    [
        ({"data": {"name": "Ada"}}, "Ada", None),
        (None, None, None),
        ({}, None, None),
        ({"errorMessage": "gone", "errorType": "Gone"}, None, ("Gone", "gone")),
        ({"errorMessage": "gone"}, None, ("Lambda:Unhandled", "gone")),
        ({"errorMessage": 7, "errorType": 8}, None, ("8", "7")),
    ],
)
def test_an_item_is_its_data_its_error_or_null_whatever_else_it_lacks(item: Any, name: Any, error: Any) -> None:
    functions = Functions(properties=homes("p1"), users=lambda events: [item for _ in events])
    body = ask(functions, '{ properties(ids: ["p1"]) { id owner { name } } }')
    (home,) = body["data"]["properties"]
    assert home == {"id": "p1", "owner": name and {"name": name}}
    assert [(one["errorType"], one["message"]) for one in body.get("errors", [])] == [error for _ in [1] if error]


@pytest.mark.parametrize("item", [[], [{"name": "Ada"}], "Ada", 7])
def test_an_item_that_is_no_object_is_the_value_itself(item: Any) -> None:
    functions = Functions(properties=homes("p1"), users=lambda events: [item for _ in events])
    body = ask(functions, '{ properties(ids: ["p1"]) { owner { name } } }')
    assert body["data"] == {"properties": [{"owner": None}]}
    assert "type mismatch error, expected type OBJECT" in body["errors"][0]["message"]


def test_places_that_share_a_fragment_are_each_told_their_own_selection() -> None:
    functions = Functions(properties=lambda event: {"ok": {"id": "p1", "ownerId": "ada"}}, users=named)
    ask(
        functions,
        '{ a: property(id: "p1") { ...F } b: property(id: "p2") { ...F owner { propertyCount } } }'
        " fragment F on Property { owner { name } }",
    )
    (batch,) = [event for name, event in functions.events if name == "users"]
    selected = [event["info"]["selectionSetList"] for event in batch]
    assert selected == [["name"], ["name", "propertyCount"]]


def test_what_was_read_before_an_eviction_and_arrives_after_it_is_not_kept() -> None:
    """The writer, who asks once more, must not be told what somebody else began to read before the write."""
    prices, slow = {"p1": 100.0}, asyncio.Event()
    reads: list[str] = []

    async def invoke(name: str, event: Any) -> Outcome:
        if event["info"]["fieldName"] == "updateProperty":
            prices["p1"] = 250.0
        elif not reads:
            reads.append("slow")
            price = prices["p1"]
            await slow.wait()
            return Outcome({"ok": {"id": "p1", "price": price}}, None, [], 1, 0)
        return Outcome({"ok": {"id": "p1", "price": prices["p1"]}}, None, [], 1, 0)

    async def raced() -> list[Any]:
        appsync = AppSync(api(), lambda: invoke)

        async def told(query: str) -> Any:
            trace, caller = Trace("1", None, query, {}, "ada"), AuthContext(COGNITO, IDENTITY, HEADERS)
            return (await appsync.execute(GraphQLRequest(query, {}), caller, trace))["data"]

        reading = asyncio.create_task(told('{ property(id: "p1") { price } }'))
        await asyncio.sleep(0)
        while not reads:
            await asyncio.sleep(0)
        changed = await told('mutation { updateProperty(id: "p1", input: {price: 250}, expectedVersion: 1) { price } }')
        slow.set()
        return [changed, await reading, await told('{ property(id: "p1") { price } }')]

    changed, before, after = asyncio.run(raced())
    assert changed == {"updateProperty": {"price": 250.0}}
    assert before == {"property": {"price": 100.0}}
    assert after == {"property": {"price": 250.0}}


def test_what_the_desk_itself_does_takes_of_the_requests_time() -> None:
    """As where a short document asks for a hundred thousand fields that need no function. Each reads the clock once."""
    functions = Functions(properties=homes(*(f"p{n}" for n in range(100))))
    body = ask(functions, '{ properties(ids: ["p"]) { id } }', clock=count().__next__)
    errors = Counter(one["errorType"] for one in body["errors"])
    in_time = LIMITS.seconds - 2  # the root field and its function have read the clock before
    assert errors == {assumptions.TIMED_OUT[0]: 100 - in_time}
