"""Approvals: an approved breaking change passes until the approval expires; unused approvals fail."""

from pathlib import Path

import pytest

from schema_diff.approvals import FILE
from schema_diff.compare import compare
from schema_diff.report import ComparisonReport
from schema_diff.sources.source import TABLE, UnreadableSource
from tests.schema_diff.comparisons import TODAY, edited, report, schema_file, tree

BEFORE = "type Query { a: Int  b: Int }"
AFTER = "type Query { a: Int }"


def entry(id: str = "field-removed:Query.b", until: str = "2026-12-31", extra: str = "") -> str:
    return f'[[approved]]\nid = "{id}"\nwhy = "nobody shows it"\nuntil = {until}\n{extra}'


def report_with_approvals(tmp_path: Path, approvals: str, after: str = AFTER) -> ComparisonReport:
    return report(tmp_path, BEFORE, after, {FILE: approvals})


def test_a_breaking_change_without_an_approval_fails(tmp_path: Path) -> None:
    assert report(tmp_path, BEFORE, AFTER, {}).fails is True


def test_an_approved_change_passes_and_the_finding_has_the_reason(tmp_path: Path) -> None:
    result = report_with_approvals(tmp_path, entry())
    assert (result.fails, result.problems) == (False, ())
    approval = result.findings[0].approval
    assert approval and (approval.why, str(approval.until)) == ("nobody shows it", "2026-12-31")


def test_an_approval_is_valid_on_its_last_day(tmp_path: Path) -> None:
    assert report_with_approvals(tmp_path, entry(until="2026-11-25")).fails is False


def test_an_expired_approval_fails_and_approves_nothing(tmp_path: Path) -> None:
    result = report_with_approvals(tmp_path, entry(until="2026-11-24"))
    assert result.findings[0].approval is None
    assert result.problems == (f"{FILE}: the approval of field-removed:Query.b expired on 2026-11-24",)


def test_an_unused_approval_fails_even_if_nothing_breaks(tmp_path: Path) -> None:
    result = report_with_approvals(tmp_path, entry(), after=BEFORE)
    assert result.problems == (
        f"{FILE}: no breaking change has the id field-removed:Query.b; remove the entry, or correct its id",
    )
    assert (result.findings, result.fails) == ((), True)


def test_an_approval_does_not_apply_to_another_change(tmp_path: Path) -> None:
    result = report_with_approvals(tmp_path, entry("field-removed:Query.c"))
    assert result.findings[0].blocks is True
    assert len(result.problems) == 1


def test_a_change_that_is_not_breaking_gets_no_approval(tmp_path: Path) -> None:
    result = report_with_approvals(tmp_path, entry("field-added:Query.c"), after="type Query { a: Int b: Int c: Int }")
    assert [finding.approval for finding in result.findings] == [None]
    assert len(result.problems) == 1


def test_a_comparison_of_two_files_reports_no_unused_approval(tmp_path: Path) -> None:
    project = tree(tmp_path, {FILE: entry()})
    assert compare(schema_file(BEFORE), schema_file(BEFORE), project, TODAY).fails is False


OLD_TABLE, NEW_TABLE = (
    text.text
    for text in edited(TABLE, lambda table: table["items"].update(property={"pk": "HOME#property-1", "sk": "METADATA"}))
)
KEY_CHANGE_ID = "key-pattern-changed:property:pk=HOME#property-1,sk=METADATA"


@pytest.mark.parametrize(("extra", "fails"), [("", True), ('migration = "docs/moving.md"\n', False)])
def test_an_approval_of_a_key_change_requires_a_migration(tmp_path: Path, extra: str, fails: bool) -> None:
    files = {FILE: entry(KEY_CHANGE_ID, extra=extra), "docs/moving.md": "copy the rows"}
    base = tree(tmp_path / "base", {**files, TABLE: OLD_TABLE})
    head = tree(tmp_path / "head", {**files, TABLE: NEW_TABLE})
    result = compare(base, head, head, TODAY)
    assert ([finding.change.id for finding in result.findings], result.fails) == ([KEY_CHANGE_ID], fails)
    assert bool(result.problems) is fails


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[approved]\nid = 1", "line 1"),
        ("approved = 3", r"only \[\[approved\]\] entries are allowed"),
        ("[[approve]]\nid = 'a'", r"only \[\[approved\]\] entries are allowed"),
        (entry().replace('why = "nobody shows it"', 'why = " "'), "entry 1 lacks why"),
        (entry().replace('id = "field-removed:Query.b"\n', ""), "entry 1 lacks id"),
        (entry(until='"2026-12-31"'), "entry 1: until = '2026-12-31' is not a date"),
        (entry().replace("until = 2026-12-31", ""), "entry 1: until = None is not a date"),
        (entry(until="2026-02-31"), "line 4"),
        (entry(extra='who = "ada"'), "entry 1 has the unknown key 'who'; allowed: id, migration, until, why"),
        (entry(extra='migration = "docs/none.md"'), "the migration 'docs/none.md' is not a file of the project"),
        (entry() + entry(), "field-removed:Query.b is approved twice"),
    ],
)
def test_an_invalid_approvals_file_is_an_error_with_its_position(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableSource, match=rf"{FILE}: .*{message}"):
        report_with_approvals(tmp_path, text)
