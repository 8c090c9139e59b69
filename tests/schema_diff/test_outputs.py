"""The report for people, pull requests and programs."""

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
from schema_diff.compare import judged, meeting, of_schema
from schema_diff.formats.github import as_github
from schema_diff.formats.json import as_json
from schema_diff.formats.markdown import MARK, MOST_CHARACTERS, markdown
from schema_diff.formats.sarif import as_sarif
from schema_diff.formats.table import table
from schema_diff.operations import Operation, Shipped, Version
from schema_diff.report import Report
from schema_diff.sources.source import REST, SCHEMA, TABLE
from tests.schema_diff.corpus import HERE
from tests.schema_diff.helpers import TODAY, schema

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
NODE = shutil.which("node") and shutil.which("npm")


@cache
def told() -> Report:
    """A breaking change, one that is approved, and one that is safe; a problem and a notice."""
    version = Version("ios/1.0", "apollo-ios", date(2026, 1, 1), None)
    price = Operation(version, "Price", "clients/ios/1.0/Price.graphql", 1, parse("query Price { home { price } }"))
    out = Shipped((version,), (price,))
    old, new = schema(BEFORE), schema(AFTER)
    met = meeting(old, new, out, [])
    found = [judged(replace(one, file=one.contract), out, met) for one in of_schema(old, new, met, False, TODAY)]
    named = [replace(one, approval=APPROVED) if one.change.id == APPROVED.id else one for one in found]
    ordered = sorted(named, key=lambda one: (-one.grade, one.change.id))
    return Report("v1.0, the last release", "the work tree", tuple(ordered), ("mend\nthis",), ("50% done",))


NOTHING = Report("main", "the work tree")


def test_the_table_tells_the_outcome_each_place_and_each_breaking_change_in_full() -> None:
    assert table(told()).splitlines() == [
        "grade     file                       where                                          change                    "
        "     operations that are out",
        "breaking  schema.graphql:7           Home.price                                     field-became-nullable     "
        "     1 broken, 0 affected",
        "approved  schema.graphql:5           Home.old                                       field-removed             "
        "     0 broken, 0 affected",
        "",
        "breaking: Home.price (line 7 at the base)",
        "            its type was Float!, and is Float.",
        "  meets it  apollo-ios fails the whole answer with nullValue, the fields beside it included.",
        "  apps      breaks ios/1.0 Price.",
        "  instead   keep it non-null, or add a field of another name with the new type, and deprecate this one.",
        "  approve   field-became-nullable:Home.price:Float!->Float",
        "",
        "breaking: Home.old (line 8 at the base)",
        "            it was removed.",
        "  meets it  a client is refused the whole operation as invalid: no data at all.",
        "  apps      no living operation touches it.",
        '  instead   deprecate first, @deprecated(reason: "… until YYYY-MM-DD"), and remove when the day and its users',
        "            are gone.",
        "  approved  until 2026-12-31: nobody | shows it @all",
        "",
        "To mend: mend",
        "this",
        "Note: 50% done",
        "v1.0, the last release → the work tree: 2 breaking (1 approved), 0 dangerous, 1 safe, 1 approval to mend",
    ]


def test_the_table_tells_what_is_dangerous_in_full_and_asks_no_approval_of_it() -> None:
    change = Change("deprecated", "Home.old", "it is deprecated: gone, until 2030-01-01", file=SCHEMA, contract=SCHEMA)
    lines = table(replace(NOTHING, findings=(judged(change, Shipped((), ()), []),))).splitlines()
    assert lines[3:8] == [
        "dangerous: Home.old",
        "            it is deprecated: gone, until 2030-01-01.",
        "  meets it  a client goes on as before; its next build warns.",
        "  apps      no living operation touches it.",
        "  instead   tell its developers: after that day the field may go.",
    ]
    assert not any(line.startswith("  approve") for line in lines)


@pytest.mark.parametrize("kind", ["contract-removed", "limit-lowered"])
def test_who_meets_a_change_of_everything_is_not_known_and_said_so(kind: str) -> None:
    finding = judged(Change(kind, "where", "what", file=SCHEMA), Shipped((), ()), [])
    assert finding.touch == "which operations meet it is not known"


def test_a_table_of_nothing_is_its_outcome() -> None:
    assert table(NOTHING) == "main → the work tree: 0 breaking, 0 dangerous, 0 safe"


def test_what_is_safe_is_listed_where_nothing_else_is() -> None:
    safe = replace(told(), findings=told().findings[-1:])
    assert "Home.size" in table(safe)
    assert "Home.size" not in table(told())


@pytest.mark.parametrize(
    ("contract", "touched"),
    [(SCHEMA, "no living operation touches it"), (TABLE, "is not known"), (REST, "is not known")],
)
def test_who_meets_a_change_of_rows_or_of_rest_is_not_known_and_said_so(contract: str, touched: str) -> None:
    unmet = replace(told().findings[1], change=replace(told().findings[1].change, contract=contract))
    assert unmet.touch.endswith(touched)
    assert ("not known" in table(replace(told(), findings=(unmet,))).splitlines()[1]) is (contract != SCHEMA)


def test_markdown_begins_with_its_mark_and_the_outcome() -> None:
    assert markdown(told()).splitlines()[:3] == [
        MARK,
        "### Contracts: An app that is out breaks.",
        "v1.0, the last release → the work tree: 2 breaking (1 approved), 0 dangerous, 1 safe, 1 approval to mend",
    ]
    assert "### Contracts: No app that is out breaks." in markdown(NOTHING)


def test_markdown_has_a_row_for_each_breaking_change_and_folds_what_is_safe() -> None:
    lines = markdown(told()).splitlines()
    rows = [line for line in lines if line.startswith("| <code>")]
    assert [row.split(" | ")[0] for row in rows] == [
        "| <code>Home.price</code><br>schema.graphql:7",
        "| <code>Home.old</code><br>schema.graphql:5",
    ]
    assert all(row.count(" | ") == 3 for row in rows)
    assert "<details><summary>🟢 1 safe</summary>" in lines


def test_markdown_mentions_nobody_and_no_text_ends_a_cell() -> None:
    text = markdown(told())
    assert "nobody &#124; shows it &#64;all" in text
    assert "@" not in text.replace(MARK, "")


def test_markdown_that_is_too_long_for_a_comment_is_cut_at_a_line() -> None:
    many = replace(told(), findings=told().findings[:1] * 500)
    assert len(markdown(many)) < MOST_CHARACTERS + 100
    assert markdown(many).endswith("There is more than a comment holds; `make schema-diff` tells all of it.\n")


def test_json_has_everything() -> None:
    read = json.loads(as_json(told()))
    assert (read["fails"], read["problems"], read["notices"]) == (True, ["mend\nthis"], ["50% done"])
    assert read["changes"][0] == {
        "id": "field-became-nullable:Home.price:Float!->Float",
        "kind": "field-became-nullable",
        "where": "Home.price",
        "what": "its type was Float!, and is Float",
        "file": "schema.graphql",
        "line": 7,
        "lineAtBase": 7,
        "grade": "breaking",
        "grades": dict.fromkeys(
            ["apollo-ios", "apollo-kotlin", "amplify-swift", "amplify-android", "amplify-js", "apollo-web", "relay"],
            "breaking",
        ),
        "meets": "apollo-ios fails the whole answer with nullValue, the fields beside it included",
        "remedy": "keep it non-null, or add a field of another name with the new type, and deprecate this one",
        "broken": ["ios/1.0 Price"],
        "affected": [],
        "approved": None,
    }
    assert read["changes"][1]["approved"] == {"why": "nobody | shows it\n@all", "until": "2026-12-31"}


def refusals(sarif: str) -> list[str]:
    """Why SARIF's own JSON schema refuses a report."""
    graphiql.assets(HERE / "inspector")
    command = ["node", "sarif.mjs"]
    ran = subprocess.run(command, cwd=HERE / "inspector", input=sarif, capture_output=True, text=True, check=True)
    return [str(error["message"]) for error in json.loads(ran.stdout)]


@pytest.mark.node
@pytest.mark.skipif(not NODE, reason="needs Node.js with npm")
@pytest.mark.parametrize("report", [told(), NOTHING], ids=["changes", "nothing"])
def test_sarif_is_valid_by_its_own_schema(report: Report) -> None:
    assert refusals(as_sarif(report)) == []


@pytest.mark.node
@pytest.mark.skipif(not NODE, reason="needs Node.js with npm")
def test_that_schema_refuses_what_is_no_sarif() -> None:
    wrong = as_sarif(told()).replace('"level": "error"', '"level": "breaking"', 1)
    assert "should be equal to one of the allowed values" in refusals(wrong)


def test_sarif_has_a_result_a_change_and_an_approval_suppresses_it() -> None:
    results = json.loads(as_sarif(told()))["runs"][0]["results"]
    assert [(one["ruleId"], one["level"], "suppressions" in one) for one in results] == [
        ("field-became-nullable", "error", False),
        ("field-removed", "error", True),
        ("field-added", "note", False),
    ]
    assert results[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_annotations_stand_at_the_line_and_are_one_line_each() -> None:
    lines = as_github(told()).splitlines()
    assert [line.partition("::Home")[0] for line in lines[:2]] == [
        "::error file=schema.graphql,line=7,title=breaking%3A Home.price",
        "::notice file=schema.graphql,line=5,title=breaking%3A Home.old",
    ]
    assert lines[2:4] == [
        "::error title=schema-approvals.toml::mend%0Athis",
        "::notice title=schema-diff::50%25 done",
    ]
    assert len(lines) == 5
