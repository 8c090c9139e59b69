"""Rules of the data layer: where keys, botocore and scans are allowed, and which types it returns."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import data
from data import history, images, keys, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Query
from data.records import ID, ListingFilter, ListingSort
from tests.data import actions, assertions, factories

DATA_FOLDER = Path(data.__file__).parent
MODULES = sorted(DATA_FOLDER.rglob("*.py"))
RESOLVERS = sorted((DATA_FOLDER.parent / "resolvers").rglob("*.py"))
PREFIXES = ("PROP", "IMG", "HIST", "USER", "ZIP", "IDEM")
SORT_KEYS = {"METADATA", "PROFILE", "CREATE"}


def imported_packages(module: Path) -> set[str]:
    """Returns the packages that a module imports at any place."""
    result = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            result |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            result.add(node.module.partition(".")[0])
    return result


def string_constants(module: Path) -> set[str]:
    """Returns the string constants of a module, except docstrings."""
    tree = ast.parse(module.read_text())
    docstring_ids = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstring_ids]
    return {node.value for node in constants if isinstance(node.value, str)}


def key_literals(module: Path) -> set[str]:
    """Returns the keys and key prefixes that are literals in a module."""
    parts = re.findall(rf"(?:{'|'.join(PREFIXES)})#|[A-Z}}]#\{{", module.read_text())
    return {*parts} | string_constants(module) & SORT_KEYS


def uses_scan(module: Path) -> bool:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    attribute_names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return "scan" in attribute_names | {node.name for node in nodes if isinstance(node, ast.alias)}


def nested_values(value: Any) -> Iterator[Any]:
    """Yields a value and all values nested in it."""
    yield value
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple)):
        for member in value:
            yield from nested_values(member)


def test_only_keys_py_builds_keys() -> None:
    assert [module.name for module in MODULES if key_literals(module)] == ["keys.py"]


def test_only_the_table_and_its_client_import_botocore() -> None:
    result = {module.name: imported_packages(module) & {"boto3", "botocore"} for module in MODULES}
    assert {name: libraries for name, libraries in result.items() if libraries} == {
        "client.py": {"botocore"},
        "table.py": {"botocore"},
    }


def test_only_the_verification_scans_the_table() -> None:
    assert [module.name for module in (*MODULES, *RESOLVERS) if uses_scan(module)] == ["table.py", "verify.py"]


def test_the_data_layer_imports_no_other_package() -> None:
    result = {module.name: imported_packages(module) & {"resolvers", "local", "infra", "tests"} for module in MODULES}
    assert {name: packages for name, packages in result.items() if packages} == {}


@pytest.mark.usefixtures("table")
def test_access_patterns_return_no_dynamodb_types() -> None:
    property_ = actions.change_property(
        factories.create_property(image_count=2, latitude=47.5), price=0.01, bedrooms=None, bathrooms=2
    )
    users.update(factories.unsaved_user(), {"email": None})
    results = [
        [
            properties.by_id(property_.id),
            properties.with_images(property_.id),
            properties.by_ids([property_.id, ID("nowhere")]),
        ],
        [properties.of_users([factories.ADA], 1, None), properties.related_keys(property_.id)],
        [listings.by_zip(factories.ZIP, ListingFilter(), sort, 1, None) for sort in ListingSort],
        [
            history.of_properties([property_.id], 1, None),
            images.of_properties([property_]),
            images.cover_images([property_]),
        ],
        [users.by_id(factories.ADA), users.by_ids([factories.ADA])],
        [table.get(keys.property(property_.id)), table.get_many([keys.property(property_.id)]), assertions.all_items()],
        [table.query(Query(keys.property(property_.id).pk, " ", "~"), limit=1)],
    ]
    result = list(nested_values(results))
    plain = (str, int, float, type(None), list, tuple, dict, Enum)
    assert {type(value) for value in result if not is_dataclass(value) and not isinstance(value, plain)} == set()
    assert [
        value for value in result if isinstance(value, dict) and set(value) & {"S", "N", "L", "M", "BOOL", "NULL"}
    ] == []
