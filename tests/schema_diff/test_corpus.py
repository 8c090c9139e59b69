"""Each edit of corpus.md has exactly the changes and severities that the file lists."""

from functools import cache

from graphql.utilities import find_breaking_changes, find_dangerous_changes

from schema_diff.client_profiles import PROFILES
from schema_diff.report import ChangeFinding
from schema_diff.rules import RELEASES, SCHEMA_RULES
from schema_diff.severity import Severity
from tests.schema_diff import corpus
from tests.schema_diff.comparisons import findings, ids, schema
from tests.schema_diff.corpus import BASE, CorpusEdit

EDITS = corpus.edits()


@cache
def corpus_findings(edit: CorpusEdit) -> list[ChangeFinding]:
    return findings(schema(BASE), schema(edit.after))


def test_the_corpus_has_115_different_changes() -> None:
    assert len(EDITS) == len({edit.replacements for edit in EDITS}) == 115


def test_each_edit_has_exactly_the_expected_ids() -> None:
    assert {edit.replacements: ids(BASE, edit.after) for edit in EDITS} == {
        edit.replacements: sorted(edit.expected_ids) for edit in EDITS
    }


def severity_by_profile(edit: CorpusEdit) -> dict[str, str]:
    return {profile: str(max(finding.severities[profile] for finding in corpus_findings(edit))) for profile in PROFILES}


def test_each_edit_has_the_expected_severity_for_each_profile() -> None:
    assert {edit.replacements: severity_by_profile(edit) for edit in EDITS} == {
        edit.replacements: edit.severities for edit in EDITS
    }


def is_complete(finding: ChangeFinding) -> bool:
    """Returns whether a finding has an impact, a line and a suggestion."""
    has_texts = finding.impact.removeprefix("a client ") and finding.rule.remedy and finding.change.description
    return bool(has_texts and (finding.change.line or finding.change.base_line))


def test_each_finding_has_an_impact_a_line_and_a_suggestion() -> None:
    assert [edit.replacements for edit in EDITS if not all(map(is_complete, corpus_findings(edit)))] == []


def minimum_severity(edit: CorpusEdit) -> Severity:
    """Returns graphql-core's severity, or DANGEROUS for a removal after its end date, which it does not know."""
    if any(finding.change.kind.endswith("/due") for finding in corpus_findings(edit)):
        return Severity.DANGEROUS
    before, after = schema(BASE).schema, schema(edit.after).schema
    if find_breaking_changes(before, after):
        return Severity.BREAKING
    return Severity.DANGEROUS if find_dangerous_changes(before, after) else Severity.SAFE


def test_graphql_core_never_reports_a_higher_severity() -> None:
    lowest = {edit: min(Severity[name.upper()] for name in edit.severities.values()) for edit in EDITS}
    assert [
        (edit.replacements, severity, minimum_severity(edit))
        for edit, severity in lowest.items()
        if severity < minimum_severity(edit)
    ] == []


def test_a_new_root_type_is_reported_as_added() -> None:
    roots = findings(
        schema("type Query { a: Int } type Mutation { b: Int } schema { query: Query }"),
        schema("type Query { a: Int } type Mutation { b: Int }"),
    )
    assert [(finding.change.id, finding.severity) for finding in roots] == [
        ("root-added:schema:mutation", Severity.SAFE)
    ]


def test_a_built_in_scalar_is_never_added_or_removed() -> None:
    with_floats, without = "type Query { a: String  b: Float }", "type Query { a: String }"
    assert ids(with_floats, without) == ["field-removed:Query.b"]
    assert ids(without, with_floats) == ["field-added:Query.b"]


def test_declaring_an_appsync_scalar_or_directive_is_not_a_change() -> None:
    undeclared = "type Query { a: AWSURL @aws_iam }"
    declared = f"scalar AWSURL scalar AWSPhone directive @aws_iam on OBJECT | FIELD_DEFINITION {undeclared}"
    assert ids(undeclared, declared) == ids(declared, undeclared) == []


def test_the_corpus_has_every_kind_of_schema_change() -> None:
    corpus_kinds = {finding.change.kind for edit in EDITS for finding in corpus_findings(edit)}
    tested_separately = {
        "field-removed/used",
        "value-removed/used",
        "root-added",
    }  # they need operations, or another base
    assert SCHEMA_RULES.keys() - RELEASES.keys() - corpus_kinds == tested_separately
