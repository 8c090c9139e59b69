"""contracts/*.json: that they are what the code makes, and that they cover all of it."""

import inspect
from typing import Any, get_type_hints

import pytest
from graphql import parse

from data import keys
from data.errors import Refusal
from data.keys import Key
from local.schema import contracts
from resolvers.field_config import Field
from resolvers.runtime.etags import Changed
from resolvers.wiring import FIELDS
from tests import returned_errors

NOT_GRAPHQL = {Changed}  # errors of REST alone


@pytest.mark.parametrize("name", contracts.files())
def test_a_file_is_what_the_code_makes(name: str) -> None:
    text = (contracts.FOLDER / name).read_text()
    assert text == contracts.files()[name], f"contracts/{name} is stale: run `make schema`"


def test_there_are_no_other_files() -> None:
    assert {file.name for file in contracts.FOLDER.iterdir()} == contracts.files().keys()


def test_each_function_that_makes_a_key_has_an_example_in_the_table_contract() -> None:
    makers = [
        function
        for _, function in inspect.getmembers(keys, inspect.isfunction)
        if function.__module__ == keys.__name__ and get_type_hints(function)["return"] is Key
    ]
    assert len(contracts.items()) == len(makers)


def test_an_example_has_the_attributes_of_its_keys() -> None:
    items = contracts.items()
    assert items["historyEvent"] == {"pk": "PROP#property-1", "sk": "HIST#2026-01-31T12:00:00.000Z#0000000007"}
    assert items["ownership"] == {
        "pk": "USER#user-1",
        "sk": "PROP#property-1",
        "inverse_pk": "PROP#property-1",
        "inverse_sk": "USER#user-1",
    }


def test_each_index_has_an_item() -> None:
    held = {name for item in contracts.items().values() for name in item}
    assert {key.name for index in keys.INDEXES for key in (index.partition, index.sort)} <= held


def test_each_error_of_ours_is_returned_by_some_field() -> None:
    declared = {error for row in FIELDS for error in contracts.possible_errors(row)}
    assert set(Refusal.__subclasses__()) - NOT_GRAPHQL - declared == set()


def test_an_error_names_its_facts_with_their_types() -> None:
    assert contracts.errors()["errors"]["VersionConflict"] == {
        "errorInfo": {"id": "string", "expectedVersion": "integer", "currentVersion": "integer"},
        "retryable": False,
        "fields": ["Mutation.deleteProperty", "Mutation.updateProperty"],
    }


def test_only_try_again_may_be_sent_again_as_it_is() -> None:
    assert [type for type, error in contracts.errors()["errors"].items() if error["retryable"]] == ["TryAgain"]


@pytest.mark.parametrize("row", [row for row in FIELDS if row.local], ids=lambda row: row.path)
def test_a_field_without_a_function_returns_no_error_of_ours(row: Field) -> None:
    assert contracts.possible_errors(row) == ()


def test_an_error_that_a_field_does_not_declare_is_reported() -> None:
    assert returned_errors.problems({("Query.me", "TooMany")}, whole=False) == [
        "Query.me returned TooMany: add it to `errors` of its entry"
    ]


def test_a_declared_error_that_no_test_has_seen_is_reported_after_a_whole_run() -> None:
    declared = {(row.path, error.__name__) for row in FIELDS for error in contracts.possible_errors(row)}
    assert returned_errors.problems(declared, whole=True) == []
    unseen = declared - {("Query.properties", "TooMany")}
    assert returned_errors.problems(unseen, whole=False) == []
    assert returned_errors.problems(unseen, whole=True) == ["Query.properties declares TooMany, which no test has seen"]


def test_an_error_of_any_field_is_to_be_seen_once() -> None:
    declared = {(row.path, error.__name__) for row in FIELDS for error in contracts.possible_errors(row)}
    once = {(path, type) for path, type in declared if type != "TryAgain"}
    assert returned_errors.problems(once | {("Query.property", "TryAgain")}, whole=True) == []
    assert returned_errors.problems(once, whole=True) == ["no test has seen TryAgain"]


def test_the_field_at_a_path_of_a_response_is_found_below_aliases_and_fragments() -> None:
    query = "{ a: property(id: 1) { ...F } } fragment F on Property { ... { b: history { nodes { at } } } }"
    document: Any = parse(query)
    operation, fragment = document.definitions
    found = returned_errors.coordinate(returned_errors.SCHEMA.query_type, [operation], ["a", "b"], {"F": fragment})
    assert found == "Property.history"
