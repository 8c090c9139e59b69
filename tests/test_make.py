"""The commands of the Makefile, run by make itself: what reaches a tool, and the exit status."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.auth.issuer import Issuer
from local.paths import ROOT
from tests.local.cli.conftest import HEADER
from tests.local.external_issuer import claims, served
from tests.make import MAKE_OPTIONS

pytestmark = pytest.mark.process

ISSUER = Issuer("http://localhost:8000")
SHELL = {"USER": "root", "GROUPS": "0", "USE": "X gtk"}  # what a shell or another tool sets


def make(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs make with the environment that tests have, which is up to date."""
    variables = os.environ | environment
    return subprocess.run(
        ["make", *MAKE_OPTIONS, *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """The port of a server that issues tokens."""
    with served(ISSUER.routes()) as url:
        yield url.rpartition(":")[2]


@pytest.mark.parametrize(
    ("arguments", "user", "groups", "use", "issuer"),
    [
        ([], "ada", None, "id", ISSUER.url),
        (["USER="], "ada", None, "id", ISSUER.url),
        (["USER=grace", "GROUPS=admins,staff"], "grace", ["admins", "staff"], "id", ISSUER.url),
        (["USER=grace", "USE=access"], "grace", None, "access", ISSUER.url),
        (["KIND=oidc"], "ada", None, None, f"{ISSUER.url}/oidc"),
    ],
)
def test_a_token_is_that_of_the_command_line_and_not_of_the_shell(
    port: str, arguments: list[str], user: str, groups: list[str] | None, use: str | None, issuer: str
) -> None:
    process = make("token", *arguments, **SHELL, PORT=port)
    assert (process.returncode, process.stderr) == (0, "")
    members = claims(ISSUER, process.stdout.splitlines()[-1])
    token = tuple(members.get(name) for name in ("sub", "cognito:groups", "token_use", "iss"))
    assert token == (user, groups, use, issuer)


def test_the_port_on_the_command_line_has_precedence(port: str) -> None:
    assert make("token", f"PORT={port}", PORT="1").returncode == 0


@pytest.mark.parametrize("verb", ["token", "key", "load", "verify"])
def test_an_invalid_port_is_one_sentence(verb: str, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n")
    process = make(verb, "PORT=abc", f"FILE={tmp_path / 'sales.csv'}")
    sentence, failure = process.stderr.splitlines()
    assert (process.returncode, sentence) == (2, "PORT must be a number from 1 to 65535, not abc")
    assert failure.startswith("make: ***")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["REPAIR=maybe"], "REPAIR must be 0 or 1, not maybe"),
        (["TABLE=homes-dev", "DATA=folder"], "TABLE names a table in AWS and DATA a local one: omit one of them"),
        (["TABLE=homes-dev", "YES=y"], "YES must be 0 or 1, not y"),
    ],
)
def test_the_variables_of_verify_reach_it(arguments: list[str], sentence: str) -> None:
    process = make("verify", *arguments)
    assert (process.returncode, process.stderr.splitlines()[0]) == (2, sentence)


@pytest.mark.parametrize(
    ("head", "status", "ended"),
    [("type Query { a: Int b: Int }", 0, None), ("type Query { a: Int }", 2, 1), ("type Query {", 2, 2)],
)
def test_make_schema_diff_fails_and_prints_the_exit_status(
    tmp_path: Path, head: str, status: int, ended: int | None
) -> None:
    old, new = tmp_path / "old.graphql", tmp_path / "new.graphql"
    old.write_text("type Query { a: Int b: Int }")
    new.write_text(head)
    process = make("schema-diff", f"BASE={old}", f"HEAD={new}")
    assert (process.returncode, re.findall("schema-diff ended with (.)", process.stderr)) == (
        status,
        [str(ended)] if ended else [],
    )


def test_make_help_lists_each_command_with_its_purpose() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = {name for names in re.findall(r"^\.PHONY: (.+)", makefile, re.MULTILINE) for name in names.split()}
    lines = make("help").stdout.splitlines()
    assert {line.split()[0] for line in lines if len(line.split()) > 1} == phony
