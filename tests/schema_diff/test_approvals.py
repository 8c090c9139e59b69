"""Approvals: a breaking change that somebody answers for passes until a day; entries that approve nothing fail."""

from pathlib import Path

import pytest

from schema_diff.approvals import FILE
from schema_diff.compare import compared
from schema_diff.report import Report
from schema_diff.sources.source import TABLE, NotReadable
from tests.schema_diff.helpers import TODAY, alone, edited, report, tree

BEFORE = "type Query { a: Int  b: Int }"
AFTER = "type Query { a: Int }"


def entry(id: str = "field-removed:Query.b", until: str = "2026-12-31", more: str = "") -> str:
    return f'[[approved]]\nid = "{id}"\nwhy = "nobody shows it"\nuntil = {until}\n{more}'


def judged(tmp_path: Path, approvals: str, after: str = AFTER) -> Report:
    return report(tmp_path, BEFORE, after, {FILE: approvals})


def test_a_breaking_change_without_an_approval_fails(tmp_path: Path) -> None:
    assert report(tmp_path, BEFORE, AFTER, {}).fails is True


def test_an_approved_one_passes_and_is_told_with_its_reason(tmp_path: Path) -> None:
    told = judged(tmp_path, entry())
    assert (told.fails, told.problems) == (False, ())
    approval = told.findings[0].approval
    assert approval and (approval.why, str(approval.until)) == ("nobody shows it", "2026-12-31")


def test_an_approval_holds_on_its_last_day(tmp_path: Path) -> None:
    assert judged(tmp_path, entry(until="2026-11-25")).fails is False


def test_an_expired_one_fails_and_approves_nothing(tmp_path: Path) -> None:
    told = judged(tmp_path, entry(until="2026-11-24"))
    assert told.findings[0].approval is None
    assert told.problems == (f"{FILE}: the approval of field-removed:Query.b ended on 2026-11-24",)


def test_an_unused_one_fails_though_nothing_breaks(tmp_path: Path) -> None:
    told = judged(tmp_path, entry(), after=BEFORE)
    assert told.problems == (
        f"{FILE}: nothing breaking has the id field-removed:Query.b; remove the entry, or mend its id",
    )
    assert (told.findings, told.fails) == ((), True)


def test_an_approval_of_one_change_is_none_of_another(tmp_path: Path) -> None:
    told = judged(tmp_path, entry("field-removed:Query.c"))
    assert told.findings[0].stops is True
    assert len(told.problems) == 1


def test_a_change_that_is_not_breaking_needs_none_and_has_none(tmp_path: Path) -> None:
    told = judged(tmp_path, entry("field-added:Query.c"), after="type Query { a: Int b: Int c: Int }")
    assert [finding.approval for finding in told.findings] == [None]
    assert len(told.problems) == 1


def test_two_files_that_are_compared_alone_leave_other_approvals_be(tmp_path: Path) -> None:
    project = tree(tmp_path, {FILE: entry()})
    assert compared(alone(BEFORE), alone(BEFORE), project, TODAY).fails is False


KEY, MOVED = (
    text.text
    for text in edited(TABLE, lambda table: table["items"].update(property={"pk": "HOME#property-1", "sk": "METADATA"}))
)
MOVES = "key-pattern-changed:property:pk=HOME#property-1,sk=METADATA"


@pytest.mark.parametrize(("more", "fails"), [("", True), ('migration = "docs/moving.md"\n', False)])
def test_a_key_of_the_table_changes_only_with_a_migration_that_is_named(tmp_path: Path, more: str, fails: bool) -> None:
    others = {FILE: entry(MOVES, more=more), "docs/moving.md": "copy the rows"}
    base = tree(tmp_path / "base", {**others, TABLE: KEY})
    head = tree(tmp_path / "head", {**others, TABLE: MOVED})
    told = compared(base, head, head, TODAY)
    assert ([finding.change.id for finding in told.findings], told.fails) == ([MOVES], fails)
    assert bool(told.problems) is fails


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[approved]\nid = 1", "line 1"),
        ("approved = 3", r"it has entries \[\[approved\]\] and nothing else"),
        ("[[approve]]\nid = 'a'", r"it has entries \[\[approved\]\] and nothing else"),
        (entry().replace('why = "nobody shows it"', 'why = " "'), "entry 1 does not say why"),
        (entry().replace('id = "field-removed:Query.b"\n', ""), "entry 1 does not say id"),
        (entry(until='"2026-12-31"'), "entry 1: until = '2026-12-31' is no day"),
        (entry().replace("until = 2026-12-31", ""), "entry 1: until = None is no day"),
        (entry(until="2026-02-31"), "line 4"),
        (entry(more='who = "ada"'), "entry 1 says 'who'; it knows id, migration, until, why"),
        (entry(more='migration = "docs/none.md"'), "the migration 'docs/none.md' is no file of the project"),
        (entry() + entry(), "field-removed:Query.b is approved twice"),
    ],
)
def test_approvals_that_are_wrong_are_refused_by_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(NotReadable, match=rf"{FILE}: .*{why}"):
        judged(tmp_path, text)
