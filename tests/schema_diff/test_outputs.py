"""The report as a table, Markdown, JSON, SARIF and annotations."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from graphql import parse

from local.ui import graphiql
from schema_diff.approvals import Approval
from schema_diff.changes import Change
from schema_diff.compare import affected_operations, assess, schema_changes
from schema_diff.formats.github import as_github
from schema_diff.formats.json import as_json
from schema_diff.formats.markdown import COMMENT_MARKER, MAX_CHARACTERS, as_markdown
from schema_diff.formats.sarif import as_sarif
from schema_diff.formats.table import as_table
from schema_diff.operations import AppVersion, ReleasedApps, ReleasedOperation
from schema_diff.report import ComparisonReport
from schema_diff.sources.source import REST, SCHEMA, TABLE
from tests.schema_diff.comparisons import TODAY, schema
from tests.schema_diff.corpus import TEST_DATA

BEFORE = """type Query {
  home: Home
}

type Home {
  id: ID!
  price: Float!
  old: Int
}"""
AFTER = """type Query {
  home: Home
}

type Home {
  id: ID!
  price: Float
  size(unit: String): Int
}"""
APPROVED = Approval("field-removed:Home.old", "nobody | shows it\n@all", date(2026, 12, 31))
HAS_NODE = shutil.which("node") and shutil.which("npm")


@cache
def example_report() -> ComparisonReport:
    """Returns a report with a breaking, an approved and a safe change, a problem and a notice."""
    version = AppVersion("ios/1.0", "apollo-ios", date(2026, 1, 1), None)
    price = ReleasedOperation(
        version, "Price", "clients/ios/1.0/Price.graphql", 1, parse("query Price { home { price } }")
    )
    apps = ReleasedApps((version,), (price,))
    old, new = schema(BEFORE), schema(AFTER)
    impacts = affected_operations(old, new, apps, [])
    assessed = [
        assess(replace(item, file=item.contract), apps, impacts)
        for item in schema_changes(old, new, impacts, False, TODAY)
    ]
    with_approval = [replace(item, approval=APPROVED) if item.change.id == APPROVED.id else item for item in assessed]
    ordered = sorted(with_approval, key=lambda item: (-item.severity, item.change.id))
    return ComparisonReport("v1.0, the last release", "the work tree", tuple(ordered), ("mend\nthis",), ("50% done",))


EMPTY_REPORT = ComparisonReport("main", "the work tree")


def test_the_table_has_each_finding_and_the_summary() -> None:
    assert as_table(example_report()).splitlines() == [
        "severity  file                       location                                       change                    "
        "     affected released operations",
        "breaking  schema.graphql:7           Home.price                                     field-became-nullable     "
        "     1 broken, 0 affected",
        "approved  schema.graphql:5           Home.old                                       field-removed             "
        "     0 broken, 0 affected",
        "",
        "breaking: Home.price (line 7 at the base)",
        "              its type was Float!, and is Float.",
        "  impact      apollo-ios fails the whole response with nullValue, its other fields included.",
        "  apps        breaks ios/1.0 Price.",
        "  suggestion  keep it non-null, or add a field of another name with the new type, and deprecate this one.",
        "  approval id field-became-nullable:Home.price:Float!->Float",
        "",
        "breaking: Home.old (line 8 at the base)",
        "              it was removed.",
        "  impact      a client gets the whole operation rejected as invalid: no data at all.",
        "  apps        no released operation uses it.",
        '  suggestion  deprecate first, @deprecated(reason: "… until YYYY-MM-DD"), and remove after that day, without',
        "              users left.",
        "  approved    until 2026-12-31: nobody | shows it @all",
        "",
        "Problem: mend",
        "this",
        "Note: 50% done",
        "v1.0, the last release → the work tree: 2 breaking (1 approved), 0 dangerous, 1 safe, 1 approval to correct",
    ]


def test_the_table_has_no_approval_id_for_a_dangerous_change() -> None:
    change = Change("deprecated", "Home.old", "it is deprecated: gone, until 2030-01-01", file=SCHEMA, contract=SCHEMA)
    lines = as_table(replace(EMPTY_REPORT, findings=(assess(change, ReleasedApps((), ()), []),))).splitlines()
    assert lines[3:8] == [
        "dangerous: Home.old",
        "              it is deprecated: gone, until 2030-01-01.",
        "  impact      a client works as before; its next build warns.",
        "  apps        no released operation uses it.",
        "  suggestion  inform its developers: after that day the field may be removed.",
    ]
    assert not any(line.startswith("  approve") for line in lines)


@pytest.mark.parametrize("kind", ["contract-removed", "limit-lowered"])
def test_the_operations_affected_by_a_global_change_are_unknown(kind: str) -> None:
    finding = assess(Change(kind, "where", "what", file=SCHEMA), ReleasedApps((), ()), [])
    assert finding.operations_summary == "the affected operations are unknown"


def test_the_table_of_an_empty_report_is_its_summary() -> None:
    assert as_table(EMPTY_REPORT) == "main → the work tree: 0 breaking, 0 dangerous, 0 safe"


def test_safe_changes_are_listed_if_there_are_no_others() -> None:
    safe = replace(example_report(), findings=example_report().findings[-1:])
    assert "Home.size" in as_table(safe)
    assert "Home.size" not in as_table(example_report())


@pytest.mark.parametrize(
    ("contract", "summary"),
    [(SCHEMA, "no released operation uses it"), (TABLE, "are unknown"), (REST, "are unknown")],
)
def test_the_operations_affected_by_keys_or_rest_changes_are_unknown(contract: str, summary: str) -> None:
    finding = replace(
        example_report().findings[1], change=replace(example_report().findings[1].change, contract=contract)
    )
    assert finding.operations_summary.endswith(summary)
    assert ("unknown" in as_table(replace(example_report(), findings=(finding,))).splitlines()[1]) is (
        contract != SCHEMA
    )


def test_markdown_begins_with_its_marker_and_the_outcome() -> None:
    assert as_markdown(example_report()).splitlines()[:3] == [
        COMMENT_MARKER,
        "### Contracts: A released app breaks.",
        "v1.0, the last release → the work tree: 2 breaking (1 approved), 0 dangerous, 1 safe, 1 approval to correct",
    ]
    assert "### Contracts: No released app breaks." in as_markdown(EMPTY_REPORT)


def test_markdown_has_a_row_per_breaking_change_and_folds_safe_changes() -> None:
    lines = as_markdown(example_report()).splitlines()
    rows = [line for line in lines if line.startswith("| <code>")]
    assert [row.split(" | ")[0] for row in rows] == [
        "| <code>Home.price</code><br>schema.graphql:7",
        "| <code>Home.old</code><br>schema.graphql:5",
    ]
    assert all(row.count(" | ") == 3 for row in rows)
    assert "<details><summary>🟢 1 safe</summary>" in lines


def test_markdown_escapes_mentions_and_cell_delimiters() -> None:
    text = as_markdown(example_report())
    assert "nobody &#124; shows it &#64;all" in text
    assert "@" not in text.replace(COMMENT_MARKER, "")


def test_markdown_that_is_too_long_is_truncated_at_a_line() -> None:
    many = replace(example_report(), findings=example_report().findings[:1] * 500)
    assert len(as_markdown(many)) < MAX_CHARACTERS + 100
    assert as_markdown(many).endswith(
        "The report is longer than a comment may be; `make schema-diff` prints all of it.\n"
    )


def test_json_has_all_data_of_the_report() -> None:
    content = json.loads(as_json(example_report()))
    assert (content["fails"], content["problems"], content["notices"]) == (True, ["mend\nthis"], ["50% done"])
    assert content["changes"][0] == {
        "id": "field-became-nullable:Home.price:Float!->Float",
        "kind": "field-became-nullable",
        "location": "Home.price",
        "description": "its type was Float!, and is Float",
        "file": "schema.graphql",
        "line": 7,
        "lineAtBase": 7,
        "severity": "breaking",
        "severities": dict.fromkeys(
            ["apollo-ios", "apollo-kotlin", "amplify-swift", "amplify-android", "amplify-js", "apollo-web", "relay"],
            "breaking",
        ),
        "impact": "apollo-ios fails the whole response with nullValue, its other fields included",
        "remedy": "keep it non-null, or add a field of another name with the new type, and deprecate this one",
        "broken": ["ios/1.0 Price"],
        "affected": [],
        "approved": None,
    }
    assert content["changes"][1]["approved"] == {"why": "nobody | shows it\n@all", "until": "2026-12-31"}


def schema_violations(sarif: str) -> list[str]:
    """Returns the violations of SARIF's JSON schema."""
    graphiql.assets(TEST_DATA / "inspector")
    command = ["node", "sarif.mjs"]
    process = subprocess.run(
        command, cwd=TEST_DATA / "inspector", input=sarif, capture_output=True, text=True, check=True
    )
    return [str(error["message"]) for error in json.loads(process.stdout)]


@pytest.mark.node
@pytest.mark.skipif(not HAS_NODE, reason="needs Node.js with npm")
@pytest.mark.parametrize("report", [example_report(), EMPTY_REPORT], ids=["changes", "nothing"])
def test_sarif_is_valid_by_its_own_schema(report: ComparisonReport) -> None:
    assert schema_violations(as_sarif(report)) == []


@pytest.mark.node
@pytest.mark.skipif(not HAS_NODE, reason="needs Node.js with npm")
def test_the_sarif_schema_rejects_an_invalid_level() -> None:
    wrong = as_sarif(example_report()).replace('"level": "error"', '"level": "breaking"', 1)
    assert "should be equal to one of the allowed values" in schema_violations(wrong)


def test_sarif_has_a_result_per_change_and_suppresses_approved_ones() -> None:
    results = json.loads(as_sarif(example_report()))["runs"][0]["results"]
    assert [(result["ruleId"], result["level"], "suppressions" in result) for result in results] == [
        ("field-became-nullable", "error", False),
        ("field-removed", "error", True),
        ("field-added", "note", False),
    ]
    assert results[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_each_annotation_has_the_line_of_its_change() -> None:
    lines = as_github(example_report()).splitlines()
    assert [line.partition("::Home")[0] for line in lines[:2]] == [
        "::error file=schema.graphql,line=7,title=breaking%3A Home.price",
        "::notice file=schema.graphql,line=5,title=breaking%3A Home.old",
    ]
    assert lines[2:4] == [
        "::error title=schema-approvals.toml::mend%0Athis",
        "::notice title=schema-diff::50%25 done",
    ]
    assert len(lines) == 5
