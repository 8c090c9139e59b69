"""The import contracts between packages. They are in pyproject.toml, and import-linter checks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.paths import ROOT

PACKAGES = ("data", "resolvers", "local", "schema_diff", "conformance", "infra", "tools")
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


def run_linter(tree: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(LINTER), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, env={"COLUMNS": "200"})


def copy_packages(to: Path) -> None:
    """Copies the packages and the import contracts."""
    shutil.copy(ROOT / "pyproject.toml", to)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, to / package, ignore=shutil.ignore_patterns("__pycache__", "graphiql"))


@pytest.fixture(scope="module")
def lint_output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Returns the linter's output for a copy with every forbidden import, each within a function."""
    tree = tmp_path_factory.mktemp("packages")
    copy_packages(tree)
    for importer, forbidden in FORBIDDEN:
        with (tree / f"{importer.replace('.', '/')}.py").open("a") as module:
            module.write(f"\n\ndef later() -> None:\n    import {forbidden}\n")
    return run_linter(tree).stdout


def test_each_package_keeps_the_import_contracts() -> None:
    completed = run_linter(ROOT)
    assert completed.returncode == 0, completed.stdout + completed.stderr


def test_each_forbidden_import_is_reported(lint_output: str) -> None:
    lines = [f"{importer} -> {forbidden}" for importer, forbidden in FORBIDDEN]
    assert [line for line in lines if f"{line} (l." not in lint_output] == []


def test_one_forbidden_import_fails_the_check(tmp_path: Path) -> None:
    copy_packages(tmp_path)
    assert run_linter(tmp_path).returncode == 0
    (tmp_path / "data" / "keys.py").write_text("import boto3\n")
    assert run_linter(tmp_path).returncode == 1
