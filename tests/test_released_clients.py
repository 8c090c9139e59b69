"""What the apps ask for: each operation of a shipped version fits the schema, and is one that a log can name."""

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
    """All that a version of an app asks, in one."""
    return parse("\n".join(file.read_text() for file in VERSIONS[folder]))


def operations(folder: Path) -> list[OperationDefinitionNode]:
    return [node for node in document(folder).definitions if isinstance(node, OperationDefinitionNode)]


def test_each_app_has_its_first_version() -> None:
    assert [name(folder) for folder in VERSIONS] == ["android/1.0", "ios/1.0", "web/1.0"]


@pytest.mark.parametrize("folder", VERSIONS, ids=name)
def test_all_that_a_version_asks_fits_the_schema(folder: Path) -> None:
    assert validate(SCHEMA, document(folder)) == []


@pytest.mark.parametrize("folder", VERSIONS, ids=name)
def test_each_operation_has_a_name_of_its_own(folder: Path) -> None:
    names = [operation.name.value if operation.name else None for operation in operations(folder)]
    assert None not in names
    assert len(set(names)) == len(names) >= 12


@pytest.mark.parametrize("folder", VERSIONS, ids=name)
def test_a_version_reads_writes_and_follows(folder: Path) -> None:
    assert {operation.operation for operation in operations(folder)} == set(OperationType)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(\.\./([^)]+)\)", DOCS))))
def test_what_their_documentation_links_is_there(path: str) -> None:
    assert (ROOT / path).exists()
