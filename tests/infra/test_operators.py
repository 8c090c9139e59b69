"""What operators look at and are told: the dashboard, the alarms, the runbook and what it hands them."""

import json
import re
from typing import Any

import pytest

from data import keys
from infra.stages import FUNCTIONS, STAGES
from local.paths import ROOT
from resolvers.wiring import ROWS
from tests.infra import templates
from tests.resolvers import events

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
TUNING = ROOT / "docs" / "tuning"


def dashboard(stage: str) -> dict[str, dict[str, Any]]:
    """The dashboard's graphs by their titles; what CloudFormation fills in stands there as REF."""
    body = templates.named(stage).one("AWS::CloudWatch::Dashboard")["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "REF" for part in body["Fn::Join"][1])
    return {one["properties"]["title"]: one["properties"] for one in json.loads(text)["widgets"]}


def measured(graph: dict[str, Any]) -> list[str]:
    """The names of the metrics that a graph draws, or its expressions."""
    return [one[0]["expression"] if isinstance(one[0], dict) else one[1] for one in graph["metrics"]]


@pytest.mark.parametrize("stage", STAGES)
def test_the_dashboard_shows_all_that_runs_out_breaks_or_costs(stage: str) -> None:
    assert sorted(dashboard(stage)) == [
        "Age of changes, ms",
        "Cache hit rate, %",
        "Changes told to nobody",
        "Errors by field",
        "Functions at once",
        "Functions, ms (p95)",
        "Invocations, which are paid for",
        "Latency, ms",
        "Refused and failed requests",
        "Requests",
        "Subscribers",
        "Throttled",
        "Tokens, which are paid for",
        "Units read, table and indexes",
        "Units written, table and indexes",
    ]


def test_latency_is_that_of_half_of_most_and_of_nearly_all() -> None:
    drawn = dashboard("prod")["Latency, ms"]["metrics"]
    assert [one[-1]["stat"] for one in drawn] == ["p50", "p95", "p99"]


def test_the_cache_hit_rate_is_a_share_of_what_was_looked_for() -> None:
    assert measured(dashboard("prod")["Cache hit rate, %"])[0] == "100 * hits / (hits + misses)"


def test_units_are_those_of_the_table_and_of_each_index() -> None:
    drawn = dashboard("prod")["Units read, table and indexes"]["metrics"]
    assert [one[-1]["label"] for one in drawn] == ["table", *(index.name for index in keys.INDEXES)]


def test_errors_by_field_are_what_the_functions_count(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal is counted under its type's name, by the dimensions that the dashboard searches."""
    events.refused("Mutation.deleteProperty", id="nobody", expectedVersion=1)
    counted = json.loads(next(line for line in capsys.readouterr().out.splitlines() if "_aws" in line))
    (metric,) = counted["_aws"]["CloudWatchMetrics"]
    assert [one["Name"] for one in metric["Metrics"]] == ["PropertyNotFound"]
    assert counted["service"] == "homes-desk"
    searched = ",".join([metric["Namespace"], *sorted(metric["Dimensions"][0])])
    assert measured(dashboard("prod")["Errors by field"]) == [
        f"""SEARCH('{{{searched}}} service="homes-prod"', 'Sum', 60)"""
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_is_drawn_and_has_its_alarms(stage: str) -> None:
    stack = templates.named(stage)
    texts = [one.get("Description", "") for one in stack.properties("AWS::Lambda::Function")]
    names = sorted(text.rpartition(": ")[2] for text in texts if text.startswith("Homes, "))
    assert names == sorted([*FUNCTIONS, "authorizer", "stream", "post_confirmation", "rest"])
    drawn = dashboard(stage)["Invocations, which are paid for"]["metrics"]
    assert sorted(one[-1]["label"] for one in drawn) == names
    ids = [id.removeprefix("Alarms")[:-8] for id in stack.all("AWS::CloudWatch::Alarm")]
    assert {f"{name.capitalize()}{what}" for name in names for what in ("Fails", "Refused")} <= set(ids)


@pytest.mark.parametrize("stage", STAGES)
def test_each_alarm_has_its_row_in_the_runbook(stage: str) -> None:
    ids = [id.removeprefix("Alarms")[:-8] for id in templates.named(stage).all("AWS::CloudWatch::Alarm")]
    assert "Forgotten" in ids
    rows = re.findall(r"^\| `?…?(\w+)`? \| ", RUNBOOK, re.MULTILINE)
    assert [id for id in ids if id not in rows and not id.endswith(("Fails", "Refused"))] == []
    assert {"Fails", "Refused"} <= set(rows)


def test_what_lies_in_the_queue_is_told_of_at_once_and_again_before_it_goes() -> None:
    stack = templates.named("prod")
    (queue,) = stack.properties("AWS::SQS::Queue")
    alarms = {one["MetricName"]: one for one in stack.properties("AWS::CloudWatch::Alarm") if "MetricName" in one}
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert alarms["ApproximateNumberOfMessagesVisible"]["Threshold"] == 1
    assert alarms["ApproximateAgeOfOldestMessage"]["Threshold"] == 7 * 24 * 60 * 60
    assert alarms["IteratorAge"]["Threshold"] == 60_000


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_functions_payload_for_power_tuning_is_one_that_it_answers(function: str, table: str) -> None:
    told = json.loads((TUNING / f"{function}.json").read_text())
    asked = told["payload"]
    first = asked[0] if isinstance(asked, list) else asked
    assert ROWS["{parentTypeName}.{fieldName}".format(**first["info"])].function == function
    answers = events.handled(asked)
    assert all(set(one) == {"data"} for one in answers) if isinstance(asked, list) else set(answers) == {"ok"}


def test_the_runbook_tells_of_all_that_operators_do() -> None:
    headings = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert set(headings) >= {
        "Deploy",
        "Roll back",
        "What the alarms ask for",
        "Restore the table",
        "Add an index to live data",
        "Rotate",
        "Raise limits",
        "Find the right memory",
        "Several accounts",
        "What it costs",
    }


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(((?!http)[^)]+)\)", RUNBOOK))))
def test_each_file_that_the_runbook_links_exists(path: str) -> None:
    assert (ROOT / "docs" / path).exists()
