"""The JavaScript handlers of root fields, as CDK deploys them: linted with AppSync's rules, and run in Node.js.

Only AppSync can evaluate a handler in its own runtime; these tests provide the module `@aws-appsync/utils`.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.constructs import api
from local.paths import ROOT
from resolvers.field_config import FieldConfig
from resolvers.wiring import FIELD_BY_PATH, FIELDS

TOOLS = ROOT / "tests" / "infra" / "handlers"
HANDLER_FIELDS = [field for field in FIELDS if not field.batch and field.parent != "Subscription"]
CONTEXT = {"arguments": {"id": "h1", "propertyId": "h1", "input": {"propertyId": "h1"}}}

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")


def run_handlers(*jobs: tuple[FieldConfig, str, dict[str, Any]], cached: bool = True) -> list[Any]:
    run_inputs = [
        {"code": api.handler_code(field, cached=cached), "handler": handler, "context": context}
        for field, handler, context in jobs
    ]
    command = ["node", str(TOOLS / "run.js")]
    process = subprocess.run(
        command, input=json.dumps(run_inputs), capture_output=True, text=True, timeout=60, check=True
    )
    outcomes: list[Any] = json.loads(process.stdout)
    return outcomes


@pytest.fixture(scope="module")
def tools() -> Path:
    if not (TOOLS / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=TOOLS, check=True, timeout=300)
    return TOOLS


@pytest.mark.parametrize("cached", [True, False])
def test_the_appsync_linter_reports_nothing(tools: Path, tmp_path: Path, cached: bool) -> None:
    folder = tools / "generated" / tmp_path.name
    folder.mkdir(parents=True)
    for field in HANDLER_FIELDS:
        (folder / f"{field.path}.js").write_text(api.handler_code(field, cached=cached))
    process = subprocess.run(
        ["node_modules/.bin/eslint", "--no-ignore", str(folder)], cwd=tools, capture_output=True, text=True, timeout=120
    )
    shutil.rmtree(folder)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_the_appsync_linter_reports_unsupported_statements(tools: Path, tmp_path: Path) -> None:
    folder = tools / "generated" / tmp_path.name
    folder.mkdir(parents=True)
    (folder / "wrong.js").write_text("export function request(ctx) { try { return {}; } catch (e) { return null; } }\n")
    process = subprocess.run(
        ["node_modules/.bin/eslint", "--no-ignore", str(folder)], cwd=tools, capture_output=True, text=True, timeout=120
    )
    shutil.rmtree(folder)
    assert process.returncode == 1
    assert "no-try" in process.stdout


def test_the_payload_is_that_of_a_direct_lambda_resolver() -> None:
    info = {"selectionSetList": ["id"], "selectionSetGraphQL": "{ id }", "parentTypeName": "Query", "fieldName": "me"}
    context = {
        "arguments": {"id": "h1"},
        "identity": {"sub": "ada"},
        "request": {"headers": {"a": "b"}, "domainName": None},
        "info": {**info, "variables": {"a": 1}},
        "stash": {},
    }
    (outcome,) = run_handlers((FIELD_BY_PATH["Query.property"], "request", context))
    assert outcome["value"] == {"operation": "Invoke", "payload": {**context, "source": None, "prev": None}}


@pytest.mark.parametrize(
    "field", [field for field in HANDLER_FIELDS if not field.none_data_source], ids=lambda field: field.path
)
def test_ok_is_the_value_and_evicts_the_entries_of_the_field(field: FieldConfig) -> None:
    (outcome,) = run_handlers((field, "response", {**CONTEXT, "result": {"ok": {"id": "h1"}}}))
    evicted = [["Query", "property", {"context.arguments.id": "h1"}] for _ in field.evictions]
    assert outcome == {"value": {"id": "h1"}, "evicted": evicted}


@pytest.mark.parametrize(
    "field", [field for field in HANDLER_FIELDS if not field.none_data_source], ids=lambda field: field.path
)
def test_err_is_an_error_with_type_and_info_and_evicts_nothing(field: FieldConfig) -> None:
    err = {"type": "VersionConflict", "message": "it changed", "info": {"version": 3}}
    (outcome,) = run_handlers((field, "response", {**CONTEXT, "result": {"err": err}}))
    error = {"message": "it changed", "type": "VersionConflict", "data": None, "info": {"version": 3}}
    assert outcome == {"error": error, "evicted": []}


def test_a_failed_function_is_an_error_of_its_type() -> None:
    failed = {"error": {"message": "timed out", "type": "Lambda:Unhandled"}, "result": None}
    (outcome,) = run_handlers((FIELD_BY_PATH["Mutation.updateProperty"], "response", {**CONTEXT, **failed}))
    assert outcome == {"error": {"message": "timed out", "type": "Lambda:Unhandled"}, "evicted": []}


def test_a_null_result_is_null() -> None:
    (outcome,) = run_handlers((FIELD_BY_PATH["Query.property"], "response", {"result": {"ok": None}}))
    assert outcome == {"value": None, "evicted": []}


def test_a_publication_returns_its_input_and_evicts_the_property() -> None:
    request_outcome, response_outcome = run_handlers(
        (FIELD_BY_PATH["Mutation.publishPropertyChange"], "request", CONTEXT),
        (FIELD_BY_PATH["Mutation.publishPropertyChange"], "response", {**CONTEXT, "result": {"propertyId": "h1"}}),
    )
    assert request_outcome["value"] == {"payload": {"propertyId": "h1"}}
    evicted = [["Query", "property", {"context.arguments.id": "h1"}]]
    assert response_outcome == {"value": {"propertyId": "h1"}, "evicted": evicted}


@pytest.mark.parametrize("field", HANDLER_FIELDS, ids=lambda field: field.path)
def test_without_a_cache_no_handler_evicts(field: FieldConfig) -> None:
    assert "extensions" not in api.handler_code(field, cached=False)
