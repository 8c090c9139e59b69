"""contracts/errors.json: clients depend on error types and on the keys of `errorInfo`."""

from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.compare import compare
from schema_diff.contracts import errors
from schema_diff.sources.source import ERRORS, SCHEMA
from tests.schema_diff.comparisons import TODAY, app, edited, ids_with_severity, tree


def error(type: str, **members: Any) -> Any:
    return lambda contract: contract["errors"][type].update(members)


def info(type: str, **members: str | None) -> Any:
    """Returns an edit of the `errorInfo` of an error type: a new type for each key, or None to remove it."""

    def edit(contract: Any) -> None:
        facts = contract["errors"][type]["errorInfo"] | members
        contract["errors"][type]["errorInfo"] = {name: kind for name, kind in facts.items() if kind}

    return edit


def returns(type: str, *paths: str) -> Any:
    return lambda contract: contract["errors"][type]["fields"].extend(paths)


def new_type(*paths: str) -> Any:
    return lambda contract: contract["errors"].update(Sold={"errorInfo": {}, "retryable": False, "fields": list(paths)})


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda contract: contract["errors"].pop("LimitExceeded"), [("error-type-removed:LimitExceeded", "breaking")]),
        (
            lambda contract: contract["errors"].update(TooMany=contract["errors"].pop("LimitExceeded")),
            [("error-type-removed:LimitExceeded", "breaking"), ("error-type-added:TooMany", "dangerous")],
        ),
        (new_type("Query.me"), [("error-type-added:Sold", "dangerous")]),
        (info("LimitExceeded", limit=None), [("error-info-removed:LimitExceeded.limit", "breaking")]),
        (info("LimitExceeded", limit="string"), [("error-info-changed:LimitExceeded.limit:string", "breaking")]),
        (info("LimitExceeded", asked="integer"), [("error-info-added:LimitExceeded.asked", "safe")]),
        (error("TryAgain", retryable=False), [("error-retry-withdrawn:TryAgain", "breaking")]),
        (error("VersionConflict", retryable=True), [("error-retry-allowed:VersionConflict", "safe")]),
        (returns("LimitExceeded", "Query.me"), [("error-returned:Query.me:LimitExceeded", "dangerous")]),
        (returns("InternalError", "Query.unheardOf"), []),
        (
            error("LimitExceeded", fields=["Mutation.addImage", "Query.properties"]),
            [("error-dropped:Mutation.reorderImages:LimitExceeded", "safe")],
        ),
    ],
)
def test_each_change_of_the_errors_is_found(edit: Any, expected: list[tuple[str, str]]) -> None:
    assert ids_with_severity(errors.changes(*edited(ERRORS, edit))) == expected


def test_a_removed_field_is_not_a_change_of_the_errors() -> None:
    def edit(contract: Any) -> None:
        for entry in contract["errors"].values():
            entry["fields"] = [path for path in entry["fields"] if path != "Query.user"]

    assert list(errors.changes(*edited(ERRORS, edit))) == []


def test_a_removed_error_type_breaks_the_operations_of_its_fields(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    app_files = app("relay", 'query Many { properties(ids: ["1"]) { id } }\nquery Me { me { id } }')
    old, new = edited(ERRORS, lambda report: report["errors"].pop("LimitExceeded"))
    base = tree(tmp_path / "base", {**app_files, SCHEMA: sdl, ERRORS: old.text})
    head = tree(tmp_path / "head", {**app_files, SCHEMA: sdl, ERRORS: new.text})
    report = compare(base, head, head, TODAY)
    (finding,) = report.findings
    assert (finding.broken, finding.blocks) == (("app/1.0 Many",), True)
    assert old.text.splitlines()[(finding.change.base_line or 0) - 1] == '    "LimitExceeded": {'


def test_a_change_of_error_info_has_its_line() -> None:
    old, new = edited(ERRORS, info("LimitExceeded", limit="string"))
    [change] = errors.changes(old, new)
    assert new.text.splitlines()[(change.line or 0) - 1] == '        "limit": "string"'
