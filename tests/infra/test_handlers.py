"""The handlers of root fields, as CDK writes them: linted by AppSync's own rules, and run in Node.

Only AppSync itself can evaluate a handler in its runtime; here its module `util` is one of the tests' own.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.constructs import api
from local.paths import ROOT
from resolvers.field_config import Field
from resolvers.wiring import FIELDS, ROWS

TOOLS = ROOT / "tests" / "infra" / "handlers"
HANDLED = [row for row in FIELDS if not row.batch and row.parent != "Subscription"]
HOME = {"arguments": {"id": "h1", "propertyId": "h1", "input": {"propertyId": "h1"}}}

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="there is no Node.js")


def ran(*jobs: tuple[Field, str, dict[str, Any]], cached: bool = True) -> list[Any]:
    told = [{"code": api.code(row, cached=cached), "handler": which, "context": of} for row, which, of in jobs]
    command = ["node", str(TOOLS / "run.js")]
    done = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, timeout=60, check=True)
    answered: list[Any] = json.loads(done.stdout)
    return answered


@pytest.fixture(scope="module")
def tools() -> Path:
    if not (TOOLS / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=TOOLS, check=True, timeout=300)
    return TOOLS


@pytest.mark.parametrize("cached", [True, False])
def test_the_runtimes_own_linter_finds_nothing(tools: Path, tmp_path: Path, cached: bool) -> None:
    folder = tools / "generated" / tmp_path.name
    folder.mkdir(parents=True)
    for row in HANDLED:
        (folder / f"{row.path}.js").write_text(api.code(row, cached=cached))
    linted = subprocess.run(
        ["node_modules/.bin/eslint", "--no-ignore", str(folder)], cwd=tools, capture_output=True, text=True, timeout=120
    )
    shutil.rmtree(folder)
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


def test_that_linter_finds_what_the_runtime_does_not_take(tools: Path, tmp_path: Path) -> None:
    folder = tools / "generated" / tmp_path.name
    folder.mkdir(parents=True)
    (folder / "wrong.js").write_text("export function request(ctx) { try { return {}; } catch (e) { return null; } }\n")
    linted = subprocess.run(
        ["node_modules/.bin/eslint", "--no-ignore", str(folder)], cwd=tools, capture_output=True, text=True, timeout=120
    )
    shutil.rmtree(folder)
    assert linted.returncode == 1
    assert "no-try" in linted.stdout


def test_a_function_is_sent_what_a_direct_resolver_is_sent() -> None:
    info = {"selectionSetList": ["id"], "selectionSetGraphQL": "{ id }", "parentTypeName": "Query", "fieldName": "me"}
    context = {
        "arguments": {"id": "h1"},
        "identity": {"sub": "ada"},
        "request": {"headers": {"a": "b"}, "domainName": None},
        "info": {**info, "variables": {"a": 1}},
        "stash": {},
    }
    (asked,) = ran((ROWS["Query.property"], "request", context))
    assert asked["value"] == {"operation": "Invoke", "payload": {**context, "source": None, "prev": None}}


@pytest.mark.parametrize("row", [row for row in HANDLED if not row.local], ids=lambda row: row.path)
def test_ok_is_the_value_and_evicts_what_the_row_says(row: Field) -> None:
    (answered,) = ran((row, "response", {**HOME, "result": {"ok": {"id": "h1"}}}))
    evicted = [["Query", "property", {"context.arguments.id": "h1"}] for _ in row.evicts]
    assert answered == {"value": {"id": "h1"}, "evicted": evicted}


@pytest.mark.parametrize("row", [row for row in HANDLED if not row.local], ids=lambda row: row.path)
def test_err_is_an_error_with_type_and_info_and_evicts_nothing(row: Field) -> None:
    err = {"type": "VersionConflict", "message": "it changed", "info": {"version": 3}}
    (answered,) = ran((row, "response", {**HOME, "result": {"err": err}}))
    told = {"message": "it changed", "type": "VersionConflict", "data": None, "info": {"version": 3}}
    assert answered == {"error": told, "evicted": []}


def test_a_function_that_failed_is_an_error_of_its_type() -> None:
    failed = {"error": {"message": "timed out", "type": "Lambda:Unhandled"}, "result": None}
    (answered,) = ran((ROWS["Mutation.updateProperty"], "response", {**HOME, **failed}))
    assert answered == {"error": {"message": "timed out", "type": "Lambda:Unhandled"}, "evicted": []}


def test_an_answer_of_nothing_is_null() -> None:
    (answered,) = ran((ROWS["Query.property"], "response", {"result": {"ok": None}}))
    assert answered == {"value": None, "evicted": []}


def test_a_publication_is_its_input_and_evicts_the_home() -> None:
    asked, answered = ran(
        (ROWS["Mutation.publishPropertyChange"], "request", HOME),
        (ROWS["Mutation.publishPropertyChange"], "response", {**HOME, "result": {"propertyId": "h1"}}),
    )
    assert asked["value"] == {"payload": {"propertyId": "h1"}}
    evicted = [["Query", "property", {"context.arguments.id": "h1"}]]
    assert answered == {"value": {"propertyId": "h1"}, "evicted": evicted}


@pytest.mark.parametrize("row", HANDLED, ids=lambda row: row.path)
def test_without_a_cache_nothing_is_evicted_nor_imported_for_it(row: Field) -> None:
    assert "extensions" not in api.code(row, cached=False)
