"""How a request becomes invocations: AppSync's event, batches, and what their answers become."""

import asyncio
from collections import Counter
from itertools import count
from typing import Any

from local import assumptions
from local.appsync.engine import AppSync
from local.appsync.graphql_request import GraphQLRequest
from local.auth.request import AuthContext
from local.lambdas.pool import Outcome
from local.trace.model import Trace
from resolvers.field_config import COGNITO, IAM
from resolvers.wiring import LIMITS
from tests.local.appsync.engine_fixture import HEADERS, IDENTITY, Functions, api, ask, homes, named


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
