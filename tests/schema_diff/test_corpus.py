"""Single changes: each is found once, by the id and with the grade for each profile that corpus.md says."""

import pytest
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from schema_diff.client_profiles import PROFILES
from schema_diff.rules import SCHEMA, SHIPPED
from schema_diff.severity import Grade
from tests.schema_diff import corpus
from tests.schema_diff.corpus import BASE, Edit
from tests.schema_diff.helpers import findings, ids, schema

EDITS = corpus.edits()
EACH = pytest.mark.parametrize("edit", EDITS, ids=lambda edit: " → ".join(edit.replaced[0])[:60])


def test_the_corpus_has_more_than_a_hundred_changes_no_two_alike() -> None:
    assert len(EDITS) == len({edit.replaced for edit in EDITS}) == 115


@EACH
def test_a_change_is_found_by_its_id_and_nothing_else_is(edit: Edit) -> None:
    assert ids(BASE, edit.after) == sorted(edit.finds)


@EACH
def test_a_change_has_its_grade_for_each_profile(edit: Edit) -> None:
    found = findings(schema(BASE), schema(edit.after))
    graded = {profile: str(max(finding.grades[profile] for finding in found)) for profile in PROFILES}
    assert graded == edit.grades


@EACH
def test_a_change_says_who_does_what_where_it_stands_and_the_way_around(edit: Edit) -> None:
    for finding in findings(schema(BASE), schema(edit.after)):
        assert finding.meets.removeprefix("a client ") and finding.rule.remedy and finding.change.what
        assert finding.change.line or finding.change.was


@EACH
def test_graphql_core_never_grades_it_higher(edit: Edit) -> None:
    before, after = schema(BASE).schema, schema(edit.after).schema
    core = Grade.BREAKING if find_breaking_changes(before, after) else Grade.SAFE
    core = core or (Grade.DANGEROUS if find_dangerous_changes(before, after) else Grade.SAFE)
    is_due = any(finding.change.kind.endswith("/due") for finding in findings(schema(BASE), schema(edit.after)))
    worst = {Grade[grade.upper()] for grade in edit.grades.values()}
    assert min(worst) >= (Grade.DANGEROUS if is_due else core)


def test_a_root_that_there_was_not_is_added() -> None:
    found = findings(
        schema("type Query { a: Int } type Mutation { b: Int } schema { query: Query }"),
        schema("type Query { a: Int } type Mutation { b: Int }"),
    )
    assert [(one.change.id, one.grade) for one in found] == [("root-added:schema:mutation", Grade.SAFE)]


def test_a_scalar_of_graphqls_own_neither_comes_nor_goes() -> None:
    with_floats, without = "type Query { a: String  b: Float }", "type Query { a: String }"
    assert ids(with_floats, without) == ["field-removed:Query.b"]
    assert ids(without, with_floats) == ["field-added:Query.b"]


def test_a_scalar_or_directive_of_appsyncs_own_may_be_declared_or_not() -> None:
    bare = "type Query { a: AWSURL @aws_iam }"
    declared = f"scalar AWSURL scalar AWSPhone directive @aws_iam on OBJECT | FIELD_DEFINITION {bare}"
    assert ids(bare, declared) == ids(declared, bare) == []


def test_every_kind_of_change_of_a_schema_is_in_the_corpus() -> None:
    known = {finding.change.kind for edit in EDITS for finding in findings(schema(BASE), schema(edit.after))}
    elsewhere = {"field-removed/used", "value-removed/used", "root-added"}  # they need operations, or another base
    assert SCHEMA.keys() - SHIPPED.keys() - known == elsewhere
