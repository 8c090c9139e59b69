"""What operators use: the dashboard, the alarms, the runbook and its tuning payloads."""

import json
import re
from typing import Any

import pytest

from data import keys
from infra.stages import FUNCTIONS, STAGES
from local.paths import ROOT
from resolvers.wiring import FIELD_BY_PATH
from tests.infra import templates
from tests.resolvers import events

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
TUNING = ROOT / "docs" / "tuning"


def dashboard(stage: str) -> dict[str, dict[str, Any]]:
    """The dashboard's graphs by title; references that CloudFormation resolves are replaced with REF."""
    body = templates.of_stage(stage).only_properties("AWS::CloudWatch::Dashboard")["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "REF" for part in body["Fn::Join"][1])
    return {widget["properties"]["title"]: widget["properties"] for widget in json.loads(text)["widgets"]}


def metric_names(graph: dict[str, Any]) -> list[str]:
    """The names of a graph's metrics, or its expressions."""
    return [metric[0]["expression"] if isinstance(metric[0], dict) else metric[1] for metric in graph["metrics"]]


@pytest.mark.parametrize("stage", STAGES)
def test_the_dashboard_has_a_graph_for_each_limit_error_and_cost(stage: str) -> None:
    assert sorted(dashboard(stage)) == [
        "4xx and 5xx responses",
        "Cache hit rate, %",
        "Concurrent executions",
        "Connections and subscriptions",
        "Dead letters (unpublished changes)",
        "Errors by field",
        "Functions, ms (p95)",
        "Invocations (billed)",
        "Latency, ms",
        "Read units, table and indexes",
        "Requests",
        "Stream lag, ms",
        "Throttled requests",
        "Tokens (billed)",
        "Write units, table and indexes",
    ]


def test_latency_is_shown_as_p50_p95_and_p99() -> None:
    metrics = dashboard("prod")["Latency, ms"]["metrics"]
    assert [metric[-1]["stat"] for metric in metrics] == ["p50", "p95", "p99"]


def test_the_cache_hit_rate_is_a_share_of_hits_and_misses() -> None:
    assert metric_names(dashboard("prod")["Cache hit rate, %"])[0] == "100 * hits / (hits + misses)"


def test_units_are_those_of_the_table_and_of_each_index() -> None:
    metrics = dashboard("prod")["Read units, table and indexes"]["metrics"]
    assert [metric[-1]["label"] for metric in metrics] == ["table", *(index.name for index in keys.INDEXES)]


def test_the_dashboard_searches_the_error_metrics_of_the_functions(
    table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The metric of an error has its type as name, and the dimensions that the dashboard searches."""
    events.expect_error("Mutation.deleteProperty", id="nobody", expectedVersion=1)
    emf = json.loads(next(line for line in capsys.readouterr().out.splitlines() if "_aws" in line))
    (metric,) = emf["_aws"]["CloudWatchMetrics"]
    assert [definition["Name"] for definition in metric["Metrics"]] == ["PropertyNotFound"]
    assert emf["service"] == "homes-local"
    dimensions = ",".join([metric["Namespace"], *sorted(metric["Dimensions"][0])])
    assert metric_names(dashboard("prod")["Errors by field"]) == [
        f"""SEARCH('{{{dimensions}}} service="homes-prod"', 'Sum', 60)"""
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_has_a_graph_and_its_alarms(stage: str) -> None:
    stack = templates.of_stage(stage)
    texts = [resource.get("Description", "") for resource in stack.properties("AWS::Lambda::Function")]
    names = sorted(text.rpartition(": ")[2] for text in texts if text.startswith("Homes, "))
    assert names == sorted([*FUNCTIONS, "authorizer", "stream", "post_confirmation", "rest"])
    metrics = dashboard(stage)["Invocations (billed)"]["metrics"]
    assert sorted(resource[-1]["label"] for resource in metrics) == names
    ids = [id.removeprefix("Alarms")[:-8] for id in stack.resources("AWS::CloudWatch::Alarm")]
    assert {f"{name.title().replace('_', '')}{suffix}" for name in names for suffix in ("Errors", "Throttled")} <= set(
        ids
    )


@pytest.mark.parametrize("stage", STAGES)
def test_each_alarm_has_its_row_in_the_runbook(stage: str) -> None:
    ids = [id.removeprefix("Alarms")[:-8] for id in templates.of_stage(stage).resources("AWS::CloudWatch::Alarm")]
    assert "DeadLettersExpiring" in ids
    documented = re.findall(r"^\| `?…?(\w+)`? \| ", RUNBOOK, re.MULTILINE)
    assert [id for id in ids if id not in documented and not id.endswith(("Errors", "Throttled"))] == []
    assert {"Errors", "Throttled"} <= set(documented)


def test_dead_letters_raise_an_alarm_at_arrival_and_before_expiry() -> None:
    stack = templates.of_stage("prod")
    (queue,) = stack.properties("AWS::SQS::Queue")
    alarms = {
        alarm["MetricName"]: alarm for alarm in stack.properties("AWS::CloudWatch::Alarm") if "MetricName" in alarm
    }
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert alarms["ApproximateNumberOfMessagesVisible"]["Threshold"] == 1
    assert alarms["ApproximateAgeOfOldestMessage"]["Threshold"] == 7 * 24 * 60 * 60
    assert alarms["IteratorAge"]["Threshold"] == 60_000


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_power_tuning_payload_is_valid_for_its_function(function: str, table: str) -> None:
    tuning = json.loads((TUNING / f"{function}.json").read_text())
    payload = tuning["payload"]
    first = payload[0] if isinstance(payload, list) else payload
    assert FIELD_BY_PATH["{parentTypeName}.{fieldName}".format(**first["info"])].function == function
    responses = events.invoke(payload)
    assert (
        all(set(response) == {"data"} for response in responses)
        if isinstance(payload, list)
        else set(responses) == {"ok"}
    )


def test_the_runbook_covers_all_tasks_of_operators() -> None:
    headings = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert set(headings) >= {
        "Deploy",
        "Roll back",
        "What to do for each alarm",
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
