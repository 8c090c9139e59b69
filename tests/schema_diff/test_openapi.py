"""The REST contract: each change of an OpenAPI 3.0 description is found, graded for who sends and for who gets."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from schema_diff.compare import compared
from schema_diff.openapi import routes
from schema_diff.rules_other_contracts import BESIDE, REST
from schema_diff.sources.source import REST as FILE
from schema_diff.sources.source import NotReadable, Text
from tests.schema_diff.corpus import HERE, rows
from tests.schema_diff.helpers import TODAY, tree

BASE = (HERE / "base.yaml").read_text()


def found(after: str, before: str = BASE) -> list[tuple[str, str]]:
    """Kind with place, and grade."""
    changes = routes.changes(Text("old.yaml", before), Text("new.yaml", after))
    return [(f"{change.kind} {change.where}", str(BESIDE[change.kind].grade)) for change in changes]


def edit(*cells: str) -> tuple[str, str, str, str]:
    """A row of rest.md: what is replaced by what, what is found, and the grades."""
    old, new = (cell.strip("`").replace("\\n", "\n") for cell in cells[:2])
    return old, new, cells[2], cells[3]


def test_a_description_does_not_differ_from_itself() -> None:
    assert found(BASE) == []


EDITS = [edit(*cells) for cells in rows("rest.md")]


def test_each_place_of_a_change_is_there_once() -> None:
    assert len(EDITS) == 41
    assert [old for old, *_ in EDITS if BASE.count(old) != 1] == []


def test_a_change_of_a_description_is_found() -> None:
    seen = {(old, new): found(BASE.replace(old, new)) for old, new, *_ in EDITS}
    assert {
        edit: (", ".join(what for what, _ in told), {grade for _, grade in told}) for edit, told in seen.items()
    } == {(old, new): (expected, set(grades.split())) for old, new, expected, grades in EDITS}


def test_each_kind_of_change_but_those_of_a_body_that_comes_or_goes_is_above() -> None:
    known = {what.partition(" ")[0] for edit in EDITS for what in edit[2].split(", ")}
    elsewhere = {
        "body-added",
        "body-added/required",
        "body-removed",
        "body-became-required",
        "body-field-added/required",
    }
    assert REST.keys() - known == elsewhere


ONE = "openapi: 3.0.1\npaths:\n  /a:\n    post:\n      {}\n      responses: {{'200': {{description: ok}}}}\n"
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
def test_a_change_of_a_body_is_found(before: str, after: str, expected: str) -> None:
    told = found(ONE.format(after), ONE.format(before))
    assert ", ".join(what for what, _ in told) == expected


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree = (
        "{openapi: 3.0.0, components: {schemas: {T: {properties: {t: {$ref: '#/components/schemas/T'}, n: {type: %s}}"
    )
    tree += "}}}, paths: {/a: {get: {responses: {'200': {content: {application/json: {schema: {$ref: "
    tree += "'#/components/schemas/T'}}}}}}}}}"
    assert found(tree % "string", tree % "integer") == [("answer-widened GET /a 200.n", "breaking")]


def test_what_is_found_has_the_line_of_its_route() -> None:
    changes = list(routes.changes(Text("old", BASE), Text("new", BASE.replace("maxLength: 200", "maxLength: 9"))))
    assert BASE.splitlines()[(changes[0].line or 0) - 1].strip().startswith("put:")


def test_two_changes_of_one_place_have_two_ids() -> None:
    after = BASE.replace("maxLength: 200", "maxLength: 9, minLength: 3")
    changes = list(routes.changes(Text("old", BASE), Text("new", after)))
    assert len({change.id for change in changes}) == len(changes) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("openapi: 3.0.1\npaths: [", r"new.yaml:2:9: expected the node content"),
        ("swagger: '2.0'", "new.yaml: this is no OpenAPI 3.0 description"),
        ("- a", "new.yaml: this is no OpenAPI 3.0 description"),
        ("openapi: 3.0.1\npaths: {/a: {$ref: 'other.yaml#/a'}}", "other.yaml#/a is in another file"),
        ("openapi: 3.0.1\npaths: {/a: {$ref: '#/components/none'}}", "#/components/none is not there"),
        ("openapi: 3.0.1\na: {$ref: '#/a'}\npaths: {/a: {$ref: '#/a'}}", "#/a refers to itself"),
    ],
)
def test_a_description_that_is_wrong_is_refused_by_place(text: str, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        found(text)


def strange(node: Any, place: str, value: Any) -> Any:
    """A description in which something else stands wherever `place` is."""
    if isinstance(node, dict):
        return {key: value if key == place else strange(one, place, value) for key, one in node.items()}
    return [strange(one, place, value) for one in node] if isinstance(node, list) else node


PLACES = ("paths", "servers", "security", "/homes", "get", "parameters", "requestBody", "responses", "200", "content")
WITHIN = (
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


def ending(before: str, after: str) -> str:
    """How a comparison ends: with changes, with a refusal that names its file, or otherwise."""
    try:
        found(after, before)
    except NotReadable as refused:
        return "refused" if ".yaml" in str(refused) else str(refused)
    except Exception as error:
        return repr(error)
    return "compared"


def test_a_description_of_a_strange_form_is_compared_or_refused_and_ends_in_no_other_way() -> None:
    base, endings = yaml.safe_load(BASE), {}
    for place, value in product((*PLACES, *WITHIN), VALUES):
        other = yaml.safe_dump(strange(base, place, value))
        for name, before, after in (("new", BASE, other), ("old", other, BASE), ("both", other, other)):
            endings[place, str(value), name] = ending(before, after)
    assert len(endings) == 3 * 126
    assert {case: end for case, end in endings.items() if end not in ("compared", "refused")} == {}


def test_without_a_description_at_the_base_it_says_so_and_passes(tmp_path: Path) -> None:
    base, head = tree(tmp_path / "base", {}), tree(tmp_path / "head", {FILE: BASE})
    told = compared(base, head, head, TODAY)
    assert (told.findings, told.fails) == ((), False)
    assert "no openapi.yaml at the base: there is nothing to compare it with yet" in told.notices


def test_a_description_that_goes_away_is_breaking(tmp_path: Path) -> None:
    base, head = tree(tmp_path / "base", {FILE: BASE}), tree(tmp_path / "head", {})
    (one,) = compared(base, head, head, TODAY).findings
    assert (one.change.id, one.stops) == ("contract-removed:openapi.yaml", True)
