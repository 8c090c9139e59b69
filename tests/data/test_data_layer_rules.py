"""Rules of the whole room: who builds keys, who speaks to DynamoDB, who scans, and what never leaves."""

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

ROOM = Path(data.__file__).parent
MODULES = sorted(ROOM.glob("*.py"))
RESOLVERS = sorted((ROOM.parent / "resolvers").glob("*.py"))
PREFIXES = ("PROP", "IMG", "HIST", "USER", "ZIP", "IDEM")
SORT_KEYS = {"METADATA", "PROFILE", "CREATE"}


def imported(module: Path) -> set[str]:
    """The packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def texts(module: Path) -> set[str]:
    """The texts in a module, its docstrings aside."""
    tree = ast.parse(module.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said]
    return {node.value for node in constants if isinstance(node.value, str)}


def spelled(module: Path) -> set[str]:
    """The keys, or parts of keys, that a module spells."""
    parts = re.findall(rf"(?:{'|'.join(PREFIXES)})#|[A-Z}}]#\{{", module.read_text())
    return {*parts} | texts(module) & SORT_KEYS


def scans(module: Path) -> bool:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return "scan" in named | {node.name for node in nodes if isinstance(node, ast.alias)}


def everything_in(answer: Any) -> Iterator[Any]:
    """An answer and all that is in it, to the last member."""
    yield answer
    if is_dataclass(answer):
        answer = [getattr(answer, field.name) for field in fields(answer)]
    if isinstance(answer, dict):
        answer = [*answer, *answer.values()]
    if isinstance(answer, (list, tuple)):
        for member in answer:
            yield from everything_in(member)


def test_only_keys_py_spells_keys() -> None:
    assert [module.name for module in MODULES if spelled(module)] == ["keys.py"]


def test_only_the_table_and_its_client_import_botocore_and_nobody_boto3() -> None:
    found = {module.name: imported(module) & {"boto3", "botocore"} for module in MODULES}
    assert {name: libraries for name, libraries in found.items() if libraries} == {
        "client.py": {"botocore"},
        "table.py": {"botocore"},
    }


def test_nobody_scans_the_table_but_who_verifies_it() -> None:
    assert [module.name for module in (*MODULES, *RESOLVERS) if scans(module)] == ["table.py", "verify.py"]


def test_the_room_imports_no_other_room() -> None:
    found = {module.name: imported(module) & {"resolvers", "local", "infra", "tests"} for module in MODULES}
    assert {name: rooms for name, rooms in found.items() if rooms} == {}


@pytest.mark.usefixtures("table")
def test_nothing_of_dynamodbs_own_leaves_the_room() -> None:
    home = actions.changed(factories.a_home(pictures=2, latitude=47.5), price=0.01, bedrooms=None, bathrooms=2)
    users.update(factories.a_profile(), {"email": None})
    answers = [
        [properties.by_id(home.id), properties.with_images(home.id), properties.by_ids([home.id, ID("nowhere")])],
        [properties.of_users([factories.ADA], 1, None), properties.appearances(home.id)],
        [listings.by_zip(factories.ZIP, ListingFilter(), sort, 1, None) for sort in ListingSort],
        [history.of_properties([home.id], 1, None), images.of_properties([home]), images.covers([home])],
        [users.by_id(factories.ADA), users.by_ids([factories.ADA])],
        [table.get(keys.property(home.id)), table.get_many([keys.property(home.id)]), assertions.everything()],
        [table.query(Query(keys.property(home.id).pk, " ", "~"), limit=1)],
    ]
    found = list(everything_in(answers))
    plain = (str, int, float, type(None), list, tuple, dict, Enum)
    assert {type(one) for one in found if not is_dataclass(one) and not isinstance(one, plain)} == set()
    assert [one for one in found if isinstance(one, dict) and set(one) & {"S", "N", "L", "M", "BOOL", "NULL"}] == []
