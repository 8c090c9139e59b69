"""How instances of a batched field become invocations, and what each gets of their results."""

from typing import Any

import pytest

from local.lambdas.pool import Failed
from tests.local.appsync.engine_fixture import Functions, ask, homes, named


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


def test_a_function_that_cannot_be_reached_fails_its_fields_and_the_request_still_ends() -> None:
    def away(events: Any) -> Any:
        raise OSError("no more processes")

    body = ask(Functions(properties=homes("a", "b"), users=away), '{ properties(ids: ["a"]) { owner { id } } }')
    assert [(error["errorType"], error["message"]) for error in body["errors"]] == [
        ("InternalFailure", "the desk failed")
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
