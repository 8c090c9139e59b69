"""contracts/*.json match the code and cover all of it."""

import inspect
from dataclasses import dataclass
from typing import Any, get_type_hints

import pytest
from graphql import parse

from data import keys, records
from data.errors import ApiError
from data.keys import Key
from local.schema import contracts
from resolvers.field_config import FieldConfig
from resolvers.runtime.etags import PreconditionFailed
from resolvers.wiring import FIELDS
from tests import returned_errors

REST_ONLY_ERRORS = {PreconditionFailed}


@pytest.mark.parametrize("name", contracts.render_files())
def test_a_committed_contract_matches_the_code(name: str) -> None:
    text = (contracts.FOLDER / name).read_text()
    assert text == contracts.render_files()[name], f"contracts/{name} is stale: run `make schema`"


def test_the_folder_has_no_other_file() -> None:
    assert {file.name for file in contracts.FOLDER.iterdir()} == contracts.render_files().keys()


def test_each_key_function_has_an_example_in_the_table_contract() -> None:
    key_functions = [
        function
        for _, function in inspect.getmembers(keys, inspect.isfunction)
        if function.__module__ == keys.__name__ and get_type_hints(function)["return"] is Key
    ]
    assert len(contracts.example_items()) == len(key_functions)


def test_an_example_has_its_key_attributes() -> None:
    items = contracts.example_items()
    assert items["historyEvent"] == {"pk": "PROP#property-1", "sk": "HIST#2026-01-31T12:00:00.000Z#0000000007"}
    assert items["ownership"] == {
        "pk": "USER#user-1",
        "sk": "PROP#property-1",
        "inverse_pk": "PROP#property-1",
        "inverse_sk": "USER#user-1",
    }


def test_an_attribute_without_a_default_is_reported_with_its_class_and_file() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Property(records.Property):
        parking_spaces: int

    with pytest.raises(contracts.MissingDefault) as raised:
        contracts.example_property(Property)
    assert str(raised.value) == (
        "Property.parking_spaces has no default, and existing items lack it: give it a default in data/records.py"
    )


def test_each_index_has_an_example_item() -> None:
    attribute_names = {name for item in contracts.example_items().values() for name in item}
    assert {key.name for index in keys.INDEXES for key in (index.partition, index.sort)} <= attribute_names


def test_each_api_error_is_declared_by_a_field() -> None:
    declared = {error for config in FIELDS for error in contracts.possible_errors(config)}
    assert set(ApiError.__subclasses__()) - REST_ONLY_ERRORS - declared == set()


def test_an_error_has_the_types_of_its_error_info() -> None:
    assert contracts.errors_contract()["errors"]["VersionConflict"] == {
        "errorInfo": {"id": "string", "expectedVersion": "integer", "currentVersion": "integer"},
        "retryable": False,
        "fields": ["Mutation.deleteProperty", "Mutation.updateProperty"],
    }


def test_only_try_again_is_retryable() -> None:
    assert [type for type, error in contracts.errors_contract()["errors"].items() if error["retryable"]] == ["TryAgain"]


@pytest.mark.parametrize(
    "config", [config for config in FIELDS if config.none_data_source], ids=lambda config: config.path
)
def test_a_field_without_a_function_declares_no_api_error(config: FieldConfig) -> None:
    assert contracts.possible_errors(config) == ()


def test_an_undeclared_error_is_reported() -> None:
    assert returned_errors.problems({("Query.me", "LimitExceeded")}, complete=False) == [
        "Query.me returned LimitExceeded: add it to `errors` of its entry in resolvers/wiring.py"
    ]


def test_a_declared_error_without_a_test_is_reported_after_a_full_run() -> None:
    declared = {(config.path, error.__name__) for config in FIELDS for error in contracts.possible_errors(config)}
    assert returned_errors.problems(declared, complete=True) == []
    unseen = declared - {("Query.properties", "LimitExceeded")}
    assert returned_errors.problems(unseen, complete=False) == []
    assert returned_errors.problems(unseen, complete=True) == [
        "Query.properties declares LimitExceeded, which no test has seen: "
        "provoke it in a test of the field, or remove it from `errors` of its entry in resolvers/wiring.py"
    ]


def test_an_error_that_every_field_may_return_needs_one_test() -> None:
    declared = {(config.path, error.__name__) for config in FIELDS for error in contracts.possible_errors(config)}
    observed = {(path, type) for path, type in declared if type != "TryAgain"}
    assert returned_errors.problems(observed | {("Query.property", "TryAgain")}, complete=True) == []
    assert returned_errors.problems(observed, complete=True) == [
        "no test has seen TryAgain: "
        "provoke it in a test, or remove it from FUNCTION_ERRORS or CALLER_ERRORS in resolvers/wiring.py"
    ]


def test_the_coordinate_of_an_error_path_resolves_aliases_and_fragments() -> None:
    query = "{ a: property(id: 1) { ...F } } fragment F on Property { ... { b: history { nodes { at } } } }"
    document: Any = parse(query)
    operation, fragment = document.definitions
    field = returned_errors.coordinate(returned_errors.SCHEMA.query_type, [operation], ["a", "b"], {"F": fragment})
    assert field == "Property.history"
