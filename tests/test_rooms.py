"""The arrows between the rooms: who may import what. They stand in pyproject.toml, and import-linter reads them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.dynamodb import ROOT

ROOMS = ("data", "resolvers", "local")
LINTER = Path(sys.executable).parent / "lint-imports"
FORBIDDEN = [
    ("data.keys", "resolvers.field"),
    ("data.keys", "local.kinds"),
    ("resolvers.users", "local.kinds"),
    *[("data.keys", library) for library in ("aws_cdk", "aws_lambda_powertools", "boto3", "botocore")],
    *[("data.records", library) for library in ("graphql", "pydantic", "starlette", "strawberry")],
    *[("resolvers.users", library) for library in ("aws_cdk", "boto3", "botocore")],
    *[("resolvers.encoding", library) for library in ("graphql", "pydantic", "starlette", "strawberry")],
    *[("local.server", library) for library in ("aws_cdk", "boto3", "botocore")],
]


def linted(tree: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, env={"COLUMNS": "200"})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the rooms and of what is said of them."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    unneeded = shutil.ignore_patterns("__pycache__", "graphiql")
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=unneeded)
    return tmp_path


def test_each_room_imports_what_it_may() -> None:
    found = linted(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(("importer", "imported"), FORBIDDEN)
def test_an_import_that_a_room_may_not_have_is_found(tree: Path, importer: str, imported: str) -> None:
    module = tree / f"{importer.replace('.', '/')}.py"
    module.write_text(f"{module.read_text()}\n\ndef later() -> None:\n    import {imported}\n")
    found = linted(tree)
    assert (found.returncode, f"{importer} -> {imported} (l." in found.stdout) == (1, True), found.stdout + found.stderr


def test_a_copy_without_such_an_import_is_in_order(tree: Path) -> None:
    assert linted(tree).returncode == 0
