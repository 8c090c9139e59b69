"""The engine: AppSync's event, errors, limits, and the cache during concurrent requests."""

import asyncio
from collections import Counter
from itertools import count
from typing import Any

from local import assumptions
from local.appsync.engine import AppSync
from local.appsync.graphql_request import GraphQLRequest
from local.auth.request import AuthContext
from local.lambdas.encoding import Variables
from local.lambdas.pool import MAX_PROCESSES, InvocationResult
from local.trace.model import Trace
from resolvers.field_config import COGNITO, IAM
from resolvers.wiring import LIMITS
from tests.local.appsync.engine_fixture import (
    HEADERS,
    IDENTITY,
    FakeFunctions,
    build_api,
    execute,
    return_owners,
    return_properties,
)


def test_the_function_of_a_root_field_receives_appsyncs_event() -> None:
    functions = FakeFunctions(properties=lambda event: {"ok": None})
    fragment = "fragment More on Property { owner { name } }"
    execute(functions, "query($id: ID!) { mine: property(id: $id) { id home: address ...More } } " + fragment, id="p1")
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


def test_omitted_arguments_are_absent_unless_the_schema_has_a_default() -> None:
    functions = FakeFunctions(listings=lambda event: {"ok": None})
    execute(functions, '{ listingsByZip(zipCode: "98103", filter: {status: ACTIVE, minPrice: null}) { nodes { id } } }')
    arguments = functions.events[0][1]["arguments"]
    assert arguments == {
        "zipCode": "98103",
        "filter": {"status": "ACTIVE", "minPrice": None},
        "sort": "NEWEST",
        "first": 20,
    }


def test_an_err_becomes_an_error_with_its_error_info() -> None:
    refusal = {"type": "PropertyNotFound", "message": "no property has the id x", "info": {"id": "x"}}
    body = execute(FakeFunctions(properties=lambda event: {"err": refusal}), '{ property(id: "x") { id } }')
    (error,) = body["errors"]
    assert (error["errorType"], error["message"], error["errorInfo"]) == tuple(refusal.values())


def test_a_null_in_a_non_null_field_nulls_the_nearest_nullable_parent() -> None:
    body = execute(FakeFunctions(properties=lambda event: {"ok": {"id": "x"}}), '{ property(id: "x") { id price } }')
    assert body["data"] == {"property": None}
    assert len(body["errors"]) == 1


def test_a_caller_of_another_auth_mode_is_unauthorized_without_an_invocation() -> None:
    functions = FakeFunctions(users=lambda event: {"ok": None})
    body = execute(functions, "{ me { id } }", mode=IAM)
    assert body["data"] == {"me": None}
    assert [error["errorType"] for error in body["errors"]] == ["Unauthorized"]
    assert functions.events == []


def test_a_publish_mutation_returns_its_input_to_the_backend() -> None:
    change = {"propertyId": "p", "kind": "CREATED", "version": 1, "at": "2026-01-01T00:00:00Z", "changes": []}
    publish = "mutation($input: PropertyChangeInput!) { publishPropertyChange(input: $input) { propertyId kind } }"
    body = execute(FakeFunctions(), publish, mode=IAM, input=change)
    assert body == {
        "data": {"publishPropertyChange": {"propertyId": "p", "kind": "CREATED"}},
        "extensions": {"apiCacheEntriesDeleted": 0},
    }


def test_a_request_runs_at_most_ten_thousand_resolvers() -> None:
    ids = [str(n) for n in range(6_000)]
    functions = FakeFunctions(properties=return_properties(*ids), users=return_owners)
    body = execute(functions, '{ properties(ids: ["a"]) { one: owner { id } two: owner { id } } }')
    assert sum(len(events) for name, events in functions.events if name == "users") == 9_999
    assert {error["errorType"] for error in body["errors"]} == {"ResolverExecutionLimitReached"}
    assert len(body["errors"]) == 2_001


def test_fragments_that_spread_each_other_twice_are_expanded_once() -> None:
    chain = " ".join(f"fragment f{n} on User {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40))
    functions = FakeFunctions(users=lambda event: {"ok": {"id": "ada"}})
    execute(functions, f"{{ me {{ ...f0 }} }} {chain} fragment f40 on User {{ id }}")
    assert functions.events[0][1]["info"]["selectionSetList"] == ["id"]


def test_a_value_read_before_an_eviction_is_not_cached_after_it() -> None:
    """The writer must not read a value that another request read before the write."""
    prices, slow = {"p1": 100.0}, asyncio.Event()
    reads: list[str] = []

    async def invoke(name: str, event: Any) -> InvocationResult:
        if event["info"]["fieldName"] == "updateProperty":
            prices["p1"] = 250.0
        elif not reads:
            reads.append("slow")
            price = prices["p1"]
            await slow.wait()
            return InvocationResult({"ok": {"id": "p1", "price": price}}, None, [], 1, 0)
        return InvocationResult({"ok": {"id": "p1", "price": prices["p1"]}}, None, [], 1, 0)

    async def run_race() -> list[Any]:
        appsync = AppSync(build_api(), lambda: invoke)

        async def execute_query(query: str) -> Any:
            trace, caller = Trace("1", None, query, {}, "ada"), AuthContext(COGNITO, IDENTITY, HEADERS)
            return (await appsync.execute(GraphQLRequest(query, Variables()), caller, trace, invoke))["data"]

        slow_read = asyncio.create_task(execute_query('{ property(id: "p1") { price } }'))
        await asyncio.sleep(0)
        while not reads:
            await asyncio.sleep(0)
        mutation_data = await execute_query(
            'mutation { updateProperty(id: "p1", input: {price: 250}, expectedVersion: 1) { price } }'
        )
        slow.set()
        return [mutation_data, await slow_read, await execute_query('{ property(id: "p1") { price } }')]

    mutation_data, before, after = asyncio.run(run_race())
    assert mutation_data == {"updateProperty": {"price": 250.0}}
    assert before == {"property": {"price": 100.0}}
    assert after == {"property": {"price": 250.0}}


def test_fields_without_functions_count_toward_the_request_timeout() -> None:
    """A short document may select a hundred thousand fields without a function. Each reads the clock once."""
    functions = FakeFunctions(properties=return_properties(*(f"p{n}" for n in range(100))))
    body = execute(functions, '{ properties(ids: ["p"]) { id } }', clock=count().__next__)
    errors = Counter(error["errorType"] for error in body["errors"])
    in_time = LIMITS.seconds - 2  # the root field and its function have read the clock before
    assert errors == {assumptions.TIMED_OUT[0]: 100 - in_time}


def test_one_request_leaves_a_process_of_each_function_to_other_requests() -> None:
    """A request may have thousands of resolvers; another one would wait until all of them have run."""
    running = Counter[str]()
    maxima: dict[str, int] = {}

    async def invoke(name: str, event: Any) -> InvocationResult:
        running[name] += 1
        maxima[name] = max(maxima.get(name, 0), running[name])
        await asyncio.sleep(0)
        running[name] -= 1
        return InvocationResult({"ok": {"id": "1"}}, None, [], 1, 0)

    query = (
        "{ " + " ".join(f'u{n}: user(id: "1") {{ id }} p{n}: property(id: "{n}") {{ id }}' for n in range(20)) + " }"
    )

    async def run() -> Any:
        trace, caller = Trace("1", None, query, {}, "ada"), AuthContext(COGNITO, IDENTITY, HEADERS)
        return await AppSync(build_api(), lambda: invoke).execute(
            GraphQLRequest(query, Variables()), caller, trace, invoke
        )

    assert len(asyncio.run(run())["data"]) == 40
    assert maxima == {"users": MAX_PROCESSES - 1, "properties": MAX_PROCESSES - 1}
