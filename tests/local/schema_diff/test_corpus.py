"""Single changes: each is found once, by the id and with the grade for each profile that corpus.md says."""

from functools import cache

from graphql.utilities import find_breaking_changes, find_dangerous_changes

from local.schema_diff.grades import Grade
from local.schema_diff.profiles import PROFILES
from local.schema_diff.report import Finding
from local.schema_diff.rules import SCHEMA, SHIPPED
from tests.local.schema_diff import corpus
from tests.local.schema_diff.comparing import findings, ids, schema
from tests.local.schema_diff.corpus import BASE, Edit

EDITS = corpus.edits()


@cache
def found(edit: Edit) -> list[Finding]:
    return findings(schema(BASE), schema(edit.after))


def test_the_corpus_has_more_than_a_hundred_changes_no_two_alike() -> None:
    assert len(EDITS) == len({edit.replaced for edit in EDITS}) == 115


def test_a_change_is_found_by_its_id_and_nothing_else_is() -> None:
    assert {edit.replaced: ids(BASE, edit.after) for edit in EDITS} == {
        edit.replaced: sorted(edit.finds) for edit in EDITS
    }


def graded(edit: Edit) -> dict[str, str]:
    return {profile: str(max(finding.grades[profile] for finding in found(edit))) for profile in PROFILES}


def test_a_change_has_its_grade_for_each_profile() -> None:
    assert {edit.replaced: graded(edit) for edit in EDITS} == {edit.replaced: edit.grades for edit in EDITS}


def is_told_in_full(finding: Finding) -> bool:
    """Whether it says who does what, where it stands, and the way around."""
    says = finding.meets.removeprefix("a client ") and finding.rule.remedy and finding.change.what
    return bool(says and (finding.change.line or finding.change.was))


def test_a_change_says_who_does_what_where_it_stands_and_the_way_around() -> None:
    assert [edit.replaced for edit in EDITS if not all(map(is_told_in_full, found(edit)))] == []


def least(edit: Edit) -> Grade:
    """The grade that graphql-core has for a change, or for one that was announced the one that we have at least."""
    if any(finding.change.kind.endswith("/due") for finding in found(edit)):
        return Grade.DANGEROUS
    before, after = schema(BASE).schema, schema(edit.after).schema
    if find_breaking_changes(before, after):
        return Grade.BREAKING
    return Grade.DANGEROUS if find_dangerous_changes(before, after) else Grade.SAFE


def test_graphql_core_never_grades_it_higher() -> None:
    mildest = {edit: min(Grade[grade.upper()] for grade in edit.grades.values()) for edit in EDITS}
    assert [(edit.replaced, ours, least(edit)) for edit, ours in mildest.items() if ours < least(edit)] == []


def test_a_root_that_there_was_not_is_added() -> None:
    roots = findings(
        schema("type Query { a: Int } type Mutation { b: Int } schema { query: Query }"),
        schema("type Query { a: Int } type Mutation { b: Int }"),
    )
    assert [(one.change.id, one.grade) for one in roots] == [("root-added:schema:mutation", Grade.SAFE)]


def test_a_scalar_of_graphqls_own_neither_comes_nor_goes() -> None:
    with_floats, without = "type Query { a: String  b: Float }", "type Query { a: String }"
    assert ids(with_floats, without) == ["field-removed:Query.b"]
    assert ids(without, with_floats) == ["field-added:Query.b"]


def test_a_scalar_or_directive_of_appsyncs_own_may_be_declared_or_not() -> None:
    bare = "type Query { a: AWSURL @aws_iam }"
    declared = f"scalar AWSURL scalar AWSPhone directive @aws_iam on OBJECT | FIELD_DEFINITION {bare}"
    assert ids(bare, declared) == ids(declared, bare) == []


def test_every_kind_of_change_of_a_schema_is_in_the_corpus() -> None:
    known = {finding.change.kind for edit in EDITS for finding in found(edit)}
    elsewhere = {"field-removed/used", "value-removed/used", "root-added"}  # they need operations, or another base
    assert SCHEMA.keys() - SHIPPED.keys() - known == elsewhere
