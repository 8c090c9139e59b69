"""The operations of the released apps: each is valid for the schema and has a name for the logs."""

import re
from itertools import groupby
from pathlib import Path

import pytest
from graphql import DocumentNode, OperationDefinitionNode, OperationType, build_schema, parse, validate

from local.paths import ROOT

SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
FILES = sorted((ROOT / "clients").glob("*/*/*.graphql"))
DOCS = (ROOT / "docs" / "clients.md").read_text()
VERSIONS = {folder: list(files) for folder, files in groupby(FILES, key=lambda file: file.parent)}


def name(folder: Path) -> str:
    return "/".join(folder.parts[-2:])


def document(folder: Path) -> DocumentNode:
    """Returns all operations of a version as one document."""
    return parse("\n".join(file.read_text() for file in VERSIONS[folder]))


def operations(folder: Path) -> list[OperationDefinitionNode]:
    return [node for node in document(folder).definitions if isinstance(node, OperationDefinitionNode)]


def test_each_app_has_version_1_0() -> None:
    assert [name(folder) for folder in VERSIONS] == ["android/1.0", "ios/1.0", "web/1.0"]


@pytest.mark.parametrize("folder", VERSIONS, ids=name)
def test_the_operations_of_a_version_are_valid_for_the_schema(folder: Path) -> None:
    assert validate(SCHEMA, document(folder)) == []


@pytest.mark.parametrize("folder", VERSIONS, ids=name)
def test_operations_have_unique_names(folder: Path) -> None:
    names = [operation.name.value if operation.name else None for operation in operations(folder)]
    assert None not in names
    assert len(set(names)) == len(names) >= 12


@pytest.mark.parametrize("folder", VERSIONS, ids=name)
def test_a_version_has_queries_mutations_and_subscriptions(folder: Path) -> None:
    assert {operation.operation for operation in operations(folder)} == set(OperationType)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(\.\./([^)]+)\)", DOCS))))
def test_each_file_linked_in_the_clients_guide_exists(path: str) -> None:
    assert (ROOT / path).exists()
