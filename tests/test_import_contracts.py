"""The arrows between the rooms: who may import what. They stand in pyproject.toml, and import-linter reads them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.paths import ROOT

ROOMS = ("data", "resolvers", "local", "schema_diff", "conformance", "infra", "tools")
LINTER = Path(sys.executable).parent / "lint-imports"
FORBIDDEN = [
    ("data.keys", "resolvers.field_config"),
    ("data.keys", "local.schema.type_info"),
    ("resolvers.users", "local.schema.type_info"),
    *[("data.keys", library) for library in ("aws_cdk", "aws_lambda_powertools", "boto3", "botocore")],
    *[("data.records", library) for library in ("graphql", "pydantic", "starlette", "strawberry")],
    *[("resolvers.users", library) for library in ("aws_cdk", "boto3", "botocore")],
    *[("resolvers.users", library) for library in ("cryptography", "jwt")],
    *[("resolvers.users", module) for module in ("resolvers.authorizer", "resolvers.runtime.tokens")],
    ("resolvers.runtime.tokens", "cryptography"),
    ("resolvers.authorizer", "cryptography"),
    *[("resolvers.runtime.encoding", library) for library in ("graphql", "pydantic", "starlette", "strawberry")],
    *[
        ("infra.stages", module)
        for module in ("boto3", "data.records", "local.schema.type_info", "resolvers.runtime.caller", "strawberry")
    ],
    *[
        ("schema_diff.report", package)
        for package in ("data.keys", "infra.stages", "local.schema.type_info", "resolvers.wiring")
    ],
    *[("infra.stages", module) for module in ("local.gateway.openapi", "schema_diff.graphql.appsync_restrictions")],
    ("infra.build.openapi", "local.gateway.server"),
    ("infra.build.sdl", "schema_diff.changes"),
    ("local.server", "schema_diff.report"),
    *[("conformance.client", module) for module in ("data.keys", "resolvers.wiring", "local.tls", "infra.stages")],
    ("conformance.questions", "schema_diff"),
    *[("local.server", library) for library in ("aws_cdk", "boto3", "botocore")],
    *[
        ("tools.names", module)
        for module in ("data.keys", "infra.stages", "local.schema.type_info", "resolvers.field_config")
    ],
]


def linted(tree: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, env={"COLUMNS": "200"})


def copied(to: Path) -> None:
    """Copies the rooms and what is said of them."""
    shutil.copy(ROOT / "pyproject.toml", to)
    for room in ROOMS:
        shutil.copytree(ROOT / room, to / room, ignore=shutil.ignore_patterns("__pycache__", "graphiql"))


@pytest.fixture(scope="module")
def told_of_all(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter tells of a copy in which each forbidden import is made, each within a function."""
    tree = tmp_path_factory.mktemp("rooms")
    copied(tree)
    for importer, imported in FORBIDDEN:
        with (tree / f"{importer.replace('.', '/')}.py").open("a") as module:
            module.write(f"\n\ndef later() -> None:\n    import {imported}\n")
    return linted(tree).stdout


def test_each_room_imports_what_it_may() -> None:
    found = linted(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


def test_an_import_that_a_room_may_not_have_is_found(told_of_all: str) -> None:
    arrows = [f"{importer} -> {imported}" for importer, imported in FORBIDDEN]
    assert [arrow for arrow in arrows if f"{arrow} (l." not in told_of_all] == []


def test_one_such_import_is_enough_to_fail(tmp_path: Path) -> None:
    copied(tmp_path)
    assert linted(tmp_path).returncode == 0
    (tmp_path / "data" / "keys.py").write_text("import boto3\n")
    assert linted(tmp_path).returncode == 1
