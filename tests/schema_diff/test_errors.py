"""Errors: clients switch on an error's type and read its facts, so both stay."""

from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.compare import compared
from schema_diff.contracts import errors
from schema_diff.sources.source import ERRORS, SCHEMA
from tests.schema_diff.helpers import TODAY, app, edited, graded, tree


def error(type: str, **members: Any) -> Any:
    return lambda told: told["errors"][type].update(members)


def info(type: str, **members: str | None) -> Any:
    """An edit of the facts of an error type: a new type of each, or None for a fact that goes."""

    def edit(told: Any) -> None:
        facts = told["errors"][type]["errorInfo"] | members
        told["errors"][type]["errorInfo"] = {name: kind for name, kind in facts.items() if kind}

    return edit


def returns(type: str, *paths: str) -> Any:
    return lambda told: told["errors"][type]["fields"].extend(paths)


def new_type(*paths: str) -> Any:
    return lambda told: told["errors"].update(Sold={"errorInfo": {}, "retryable": False, "fields": list(paths)})


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda told: told["errors"].pop("TooMany"), [("error-type-removed:TooMany", "breaking")]),
        (
            lambda told: told["errors"].update(LimitExceeded=told["errors"].pop("TooMany")),
            [("error-type-removed:TooMany", "breaking"), ("error-type-added:LimitExceeded", "dangerous")],
        ),
        (new_type("Query.me"), [("error-type-added:Sold", "dangerous")]),
        (info("TooMany", most=None), [("error-info-removed:TooMany.most", "breaking")]),
        (info("TooMany", most="string"), [("error-info-changed:TooMany.most:string", "breaking")]),
        (info("TooMany", asked="integer"), [("error-info-added:TooMany.asked", "safe")]),
        (error("TryAgain", retryable=False), [("error-retry-withdrawn:TryAgain", "breaking")]),
        (error("VersionConflict", retryable=True), [("error-retry-allowed:VersionConflict", "safe")]),
        (returns("TooMany", "Query.me"), [("error-returned:Query.me:TooMany", "dangerous")]),
        (returns("InternalError", "Query.unheardOf"), []),
        (
            error("TooMany", fields=["Mutation.addImage", "Query.properties"]),
            [("error-dropped:Mutation.reorderImages:TooMany", "safe")],
        ),
    ],
)
def test_a_change_of_the_errors_is_found(edit: Any, expected: list[tuple[str, str]]) -> None:
    assert graded(errors.changes(*edited(ERRORS, edit))) == expected


def test_a_field_that_is_gone_drops_no_errors() -> None:
    def edit(told: Any) -> None:
        for entry in told["errors"].values():
            entry["fields"] = [path for path in entry["fields"] if path != "Query.user"]

    assert list(errors.changes(*edited(ERRORS, edit))) == []


def test_a_removed_error_type_breaks_the_operations_of_its_fields(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    asked = app("relay", 'query Many { properties(ids: ["1"]) { id } }\nquery Me { me { id } }')
    old, new = edited(ERRORS, lambda told: told["errors"].pop("TooMany"))
    base = tree(tmp_path / "base", {**asked, SCHEMA: sdl, ERRORS: old.text})
    head = tree(tmp_path / "head", {**asked, SCHEMA: sdl, ERRORS: new.text})
    told = compared(base, head, head, TODAY)
    (one,) = told.findings
    assert (one.broken, one.stops) == (("app/1.0 Many",), True)
    assert old.text.splitlines()[(one.change.was or 0) - 1] == '    "TooMany": {'


def test_a_change_of_facts_is_told_with_its_line() -> None:
    old, new = edited(ERRORS, info("TooMany", most="string"))
    [change] = errors.changes(old, new)
    assert new.text.splitlines()[(change.line or 0) - 1] == '        "most": "string"'
