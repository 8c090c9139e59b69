"""Batched fields: how their instances become invocations, and which item of the result each receives."""

from typing import Any

import pytest

from local.lambdas.pool import FunctionError
from tests.local.appsync.engine_fixture import FakeFunctions, execute, return_owners, return_properties


def test_sibling_fields_are_sent_in_one_list_each_with_its_own_source() -> None:
    functions = FakeFunctions(properties=return_properties("a", "b"), users=return_owners)
    body = execute(functions, '{ properties(ids: ["a", "b"]) { owner { id } } }')
    assert body == {"data": {"properties": [{"owner": {"id": "owner-of-a"}}, {"owner": {"id": "owner-of-b"}}]}}
    assert [event["source"]["id"] for event in functions.events[1][1]] == ["a", "b"]


def test_more_siblings_than_the_batch_size_are_sent_in_chunks() -> None:
    ids = [str(n) for n in range(201)]
    functions = FakeFunctions(properties=return_properties(*ids), users=return_owners)
    execute(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert [len(events) for name, events in functions.events if name == "users"] == [100, 100, 1]


@pytest.mark.parametrize(("aliases_share_batch", "batches"), [(True, [4]), (False, [2, 2])])
def test_aliases_of_one_field_share_a_batch_only_if_configured(aliases_share_batch: bool, batches: list[int]) -> None:
    functions = FakeFunctions(properties=return_properties("a", "b"), users=return_owners)
    execute(
        functions,
        '{ properties(ids: ["a"]) { one: owner { id } two: owner { name } } }',
        aliases_share_batch=aliases_share_batch,
    )
    assert [len(events) for name, events in functions.events if name == "users"] == batches


def test_a_single_instance_of_a_batched_field_is_sent_in_a_list() -> None:
    functions = FakeFunctions(properties=return_properties("a"), users=return_owners)
    execute(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert isinstance(functions.events[1][1], list)


def test_a_failed_item_does_not_fail_the_other_items() -> None:
    failed_item = {"data": None, "errorMessage": "no", "errorType": "Nope"}
    functions = FakeFunctions(
        properties=return_properties("a", "b"), users=lambda events: [failed_item, return_owners(events)[1]]
    )
    body = execute(functions, '{ properties(ids: ["a"]) { owner { id } } }')
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


@pytest.mark.parametrize("result", [[], [{"data": None}] * 3, {"data": None}, None, "x"])
def test_a_result_that_is_not_a_list_of_the_same_length_fails_every_sibling(result: Any) -> None:
    functions = FakeFunctions(properties=return_properties("a", "b"), users=lambda events: result)
    body = execute(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert body["data"] == {"properties": [{"owner": None}, {"owner": None}]}
    assert [error["errorType"] for error in body["errors"]] == ["Lambda:Unhandled"] * 2


def test_a_failed_function_is_an_error_of_each_field_in_the_batch() -> None:
    functions = FakeFunctions(properties=return_properties("a", "b"), users=lambda events: FunctionError("Boom", "no"))
    body = execute(functions, '{ properties(ids: ["a"]) { owner { id } } }')
    assert [(error["errorType"], error["message"]) for error in body["errors"]] == [("Boom", "no")] * 2


def test_an_unreachable_function_fails_its_fields_and_the_request_completes() -> None:
    def raise_os_error(events: Any) -> Any:
        raise OSError("no more processes")

    body = execute(
        FakeFunctions(properties=return_properties("a", "b"), users=raise_os_error),
        '{ properties(ids: ["a"]) { owner { id } } }',
    )
    assert [(error["errorType"], error["message"]) for error in body["errors"]] == [
        ("InternalFailure", "internal server error")
    ] * 2


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
def test_an_item_is_resolved_to_its_data_its_error_or_null(item: Any, name: Any, error: Any) -> None:
    functions = FakeFunctions(properties=return_properties("p1"), users=lambda events: [item for _ in events])
    body = execute(functions, '{ properties(ids: ["p1"]) { id owner { name } } }')
    (property_,) = body["data"]["properties"]
    assert property_ == {"id": "p1", "owner": name and {"name": name}}
    assert [(actual["errorType"], actual["message"]) for actual in body.get("errors", [])] == [
        error for _ in [1] if error
    ]


@pytest.mark.parametrize("item", [[], [{"name": "Ada"}], "Ada", 7])
def test_an_item_that_is_not_an_object_is_the_value_itself(item: Any) -> None:
    functions = FakeFunctions(properties=return_properties("p1"), users=lambda events: [item for _ in events])
    body = execute(functions, '{ properties(ids: ["p1"]) { owner { name } } }')
    assert body["data"] == {"properties": [{"owner": None}]}
    assert "type mismatch error, expected type OBJECT" in body["errors"][0]["message"]


def test_fields_that_share_a_fragment_each_receive_their_own_selection_set() -> None:
    functions = FakeFunctions(properties=lambda event: {"ok": {"id": "p1", "ownerId": "ada"}}, users=return_owners)
    execute(
        functions,
        '{ a: property(id: "p1") { ...F } b: property(id: "p2") { ...F owner { propertyCount } } }'
        " fragment F on Property { owner { name } }",
    )
    (batch,) = [event for name, event in functions.events if name == "users"]
    selection_sets = [event["info"]["selectionSetList"] for event in batch]
    assert selection_sets == [["name"], ["name", "propertyCount"]]
