"""The REST contract: each change of an OpenAPI 3.0 document, for requests and for responses."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from schema_diff.compare import compare
from schema_diff.openapi import routes
from schema_diff.rules_other_contracts import NON_SCHEMA_RULES, REST
from schema_diff.sources.source import REST as FILE
from schema_diff.sources.source import SourceText, UnreadableSource
from tests.schema_diff.comparisons import TODAY, tree
from tests.schema_diff.corpus import TEST_DATA, table_rows

BASE = (TEST_DATA / "base.yaml").read_text()


def kinds_with_severity(after: str, before: str = BASE) -> list[tuple[str, str]]:
    """Returns kind with location, and severity, of each change."""
    changes = routes.changes(SourceText("old.yaml", before), SourceText("new.yaml", after))
    return [(f"{change.kind} {change.location}", str(NON_SCHEMA_RULES[change.kind].severity)) for change in changes]


def parse_row(*cells: str) -> tuple[str, str, str, str]:
    """A row of rest.md: a replacement, and the ids and severities of the expected changes."""
    old, new = (cell.strip("`").replace("\\n", "\n") for cell in cells[:2])
    return old, new, cells[2], cells[3]


def test_an_openapi_document_does_not_differ_from_itself() -> None:
    assert kinds_with_severity(BASE) == []


EDITS = [parse_row(*cells) for cells in table_rows("rest.md")]


def test_the_text_of_each_edit_occurs_once() -> None:
    assert len(EDITS) == 41
    assert [old for old, *_ in EDITS if BASE.count(old) != 1] == []


def test_each_edit_has_the_expected_kinds_and_severities() -> None:
    results = {(old, new): kinds_with_severity(BASE.replace(old, new)) for old, new, *_ in EDITS}
    assert {
        edit: (", ".join(kind for kind, _ in changes), {severity for _, severity in changes})
        for edit, changes in results.items()
    } == {(old, new): (expected, set(severities.split())) for old, new, expected, severities in EDITS}


def test_the_edits_have_every_kind_of_change_except_five_of_bodies() -> None:
    corpus_kinds = {what.partition(" ")[0] for edit in EDITS for what in edit[2].split(", ")}
    tested_separately = {
        "body-added",
        "body-added/required",
        "body-removed",
        "body-became-required",
        "body-field-added/required",
    }
    assert REST.keys() - corpus_kinds == tested_separately


POST_ONLY = "openapi: 3.0.1\npaths:\n  /a:\n    post:\n      {}\n      responses: {{'200': {{description: ok}}}}\n"
BODY = "requestBody: {{required: {}, content: {{application/json: {{schema: {}}}}}}}"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", BODY.format("false", "{type: object}"), "body-added POST /a body"),
        ("", BODY.format("true", "{type: object}"), "body-added/required POST /a body"),
        (BODY.format("true", "{type: object}"), "", "body-removed POST /a body"),
        (
            BODY.format("false", "{type: object}"),
            BODY.format("true", "{type: object}"),
            "body-became-required POST /a body",
        ),
        (
            BODY.format("true", "{type: object}"),
            BODY.format("true", "{type: object, required: [a], properties: {a: {type: string}}}"),
            "body-field-added/required POST /a body.a",
        ),
        (
            BODY.format("true", "{oneOf: [{type: string}, {type: integer}]}"),
            BODY.format("true", "{oneOf: [{type: string}]}"),
            "body-narrowed POST /a body",
        ),
        (
            BODY.format("true", "{allOf: [{properties: {a: {type: string}}}, {required: [a]}]}"),
            BODY.format("true", "{required: [a], properties: {a: {type: string}}}"),
            "",
        ),
    ],
)
def test_each_change_of_a_body_is_found(before: str, after: str, expected: str) -> None:
    changes = kinds_with_severity(POST_ONLY.format(after), POST_ONLY.format(before))
    assert ", ".join(kind for kind, _ in changes) == expected


def test_a_recursive_schema_is_compared() -> None:
    tree = (
        "{openapi: 3.0.0, components: {schemas: {T: {properties: {t: {$ref: '#/components/schemas/T'}, n: {type: %s}}"
    )
    tree += "}}}, paths: {/a: {get: {responses: {'200': {content: {application/json: {schema: {$ref: "
    tree += "'#/components/schemas/T'}}}}}}}}}"
    assert kinds_with_severity(tree % "string", tree % "integer") == [("answer-widened GET /a 200.n", "breaking")]


def test_a_change_has_the_line_of_its_route() -> None:
    changes = list(
        routes.changes(SourceText("old", BASE), SourceText("new", BASE.replace("maxLength: 200", "maxLength: 9")))
    )
    assert BASE.splitlines()[(changes[0].line or 0) - 1].strip().startswith("put:")


def test_two_changes_at_one_location_have_two_ids() -> None:
    after = BASE.replace("maxLength: 200", "maxLength: 9, minLength: 3")
    changes = list(routes.changes(SourceText("old", BASE), SourceText("new", after)))
    assert len({change.id for change in changes}) == len(changes) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.0.1\npaths: [", r"new.yaml:2:9: expected the node content"),
        ("swagger: '2.0'", "new.yaml: this is not an OpenAPI 3.0 document"),
        ("- a", "new.yaml: this is not an OpenAPI 3.0 document"),
        ("openapi: 3.0.1\npaths: {/a: {$ref: 'other.yaml#/a'}}", "other.yaml#/a is in another file"),
        ("openapi: 3.0.1\npaths: {/a: {$ref: '#/components/none'}}", "#/components/none does not exist"),
        ("openapi: 3.0.1\na: {$ref: '#/a'}\npaths: {/a: {$ref: '#/a'}}", "#/a refers to itself"),
    ],
)
def test_an_invalid_openapi_document_is_an_error_with_its_position(text: str, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message):
        kinds_with_severity(text)


def replace_values(node: Any, key_to_replace: str, value: Any) -> Any:
    """Returns a document with the value at `place` replaced."""
    if isinstance(node, dict):
        return {
            key: value if key == key_to_replace else replace_values(child, key_to_replace, value)
            for key, child in node.items()
        }
    return [replace_values(child, key_to_replace, value) for child in node] if isinstance(node, list) else node


OPERATION_KEYS = (
    "paths",
    "servers",
    "security",
    "/homes",
    "get",
    "parameters",
    "requestBody",
    "responses",
    "200",
    "content",
)
SCHEMA_KEYS = (
    "schema",
    "properties",
    "required",
    "enum",
    "maximum",
    "items",
    "type",
    "headers",
    "components",
    "$ref",
    "name",
)


VALUES: tuple[Any, ...] = (3, "text", [1, [2]], {1: {2: 3}}, None, True)


def outcome(before: str, after: str) -> str:
    """Returns whether a comparison ends with changes, with an error that names the file, or with another exception."""
    try:
        kinds_with_severity(after, before)
    except UnreadableSource as refused:
        return "refused" if ".yaml" in str(refused) else str(refused)
    except Exception as error:
        return repr(error)
    return "compared"


def test_a_malformed_openapi_document_is_compared_or_rejected() -> None:
    base, outcomes = yaml.safe_load(BASE), {}
    for key, value in product((*OPERATION_KEYS, *SCHEMA_KEYS), VALUES):
        other = yaml.safe_dump(replace_values(base, key, value))
        for name, before, after in (("new", BASE, other), ("old", other, BASE), ("both", other, other)):
            outcomes[key, str(value), name] = outcome(before, after)
    assert len(outcomes) == 3 * 126
    assert {case: end for case, end in outcomes.items() if end not in ("compared", "refused")} == {}


def test_a_base_without_an_openapi_document_is_a_notice(tmp_path: Path) -> None:
    base, head = tree(tmp_path / "base", {}), tree(tmp_path / "head", {FILE: BASE})
    report = compare(base, head, head, TODAY)
    assert (report.findings, report.fails) == ((), False)
    assert "no openapi.yaml at the base: it is not compared" in report.notices


def test_a_removed_openapi_document_is_breaking(tmp_path: Path) -> None:
    base, head = tree(tmp_path / "base", {FILE: BASE}), tree(tmp_path / "head", {})
    (finding,) = compare(base, head, head, TODAY).findings
    assert (finding.change.id, finding.blocks) == ("contract-removed:openapi.yaml", True)
