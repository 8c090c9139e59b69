"""docs/schema-diff.md is correct, and each rule has severities, texts and suggestions."""

import re

import pytest
import yaml

from local.paths import ROOT
from schema_diff.client_profiles import PROFILES
from schema_diff.compare import RULES

DOCS = (ROOT / "docs" / "schema-diff.md").read_text()
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "schema-diff.yml").read_text())


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(\.?\.?/?([^)]+)\)", DOCS))))
def test_each_linked_file_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("name", PROFILES)
def test_the_documented_severities_of_each_profile_are_correct(name: str) -> None:
    profile = PROFILES[name]
    behaviors = (profile.unknown_value, profile.unexpected_null, profile.unknown_type)
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{name}` |"))
    assert row.replace("*", "") == f"| `{name}` | {' | '.join(str(behavior.severity) for behavior in behaviors)} |"


def test_there_are_seven_client_profiles() -> None:
    assert list(PROFILES) == [
        "apollo-ios", "apollo-kotlin", "amplify-swift", "amplify-android", "amplify-js", "apollo-web", "relay",
    ]  # fmt: skip


def test_each_rule_describes_the_client_behavior_for_each_profile() -> None:
    assert [
        (kind, profile) for kind in RULES for profile in PROFILES if not RULES[kind].for_profile(profile).description
    ] == []


def test_each_rule_has_a_suggestion() -> None:
    assert [kind for kind, rule in RULES.items() if not rule.remedy] == []


def test_no_rule_is_more_severe_than_its_most_severe_profile() -> None:
    highest = {kind: max(rule.for_profile(profile).severity for profile in PROFILES) for kind, rule in RULES.items()}
    assert {kind: severity for kind, severity in highest.items() if severity < RULES[kind].severity} == {}


def test_the_workflow_pins_each_action_and_runs_schema_diff() -> None:
    steps = WORKFLOW["jobs"]["schema-diff"]["steps"]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    assert [step["run"] for step in steps if "schema_diff" in step.get("run", "")] == [
        ".venv/bin/python -m schema_diff --as github --as markdown=schema-diff.md"
    ]


def test_ci_fails_if_schema_diff_fails() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    assert "\n.venv/bin/python -m schema_diff" in script
