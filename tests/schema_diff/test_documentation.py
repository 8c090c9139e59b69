"""What docs/schema-diff.md tells is so; and each rule has its profiles, sentences and ways around."""

import re

import pytest
import yaml

from local.paths import ROOT
from schema_diff.client_profiles import PROFILES
from schema_diff.compare import RULES

DOCS = (ROOT / "docs" / "schema-diff.md").read_text()
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "schema-diff.yml").read_text())


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(\.?\.?/?([^)]+)\)", DOCS))))
def test_each_file_that_it_links_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("name", PROFILES)
def test_each_profile_is_in_its_table_as_it_is_graded(name: str) -> None:
    profile = PROFILES[name]
    facts = (profile.unknown_value, profile.unexpected_null, profile.unknown_type)
    row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{name}` |"))
    assert row.replace("*", "") == f"| `{name}` | {' | '.join(str(fact.grade) for fact in facts)} |"


def test_there_are_the_seven_profiles_that_appsync_teams_build_with() -> None:
    assert list(PROFILES) == [
        "apollo-ios", "apollo-kotlin", "amplify-swift", "amplify-android", "amplify-js", "apollo-web", "relay",
    ]  # fmt: skip


def test_each_rule_says_for_each_profile_what_a_client_does() -> None:
    assert [(kind, profile) for kind in RULES for profile in PROFILES if not RULES[kind].of(profile).does] == []


def test_each_rule_says_a_way_around() -> None:
    assert [kind for kind, rule in RULES.items() if not rule.remedy] == []


def test_the_worst_grade_of_a_rules_profiles_is_no_milder_than_its_own() -> None:
    worst = {kind: max(rule.of(profile).grade for profile in PROFILES) for kind, rule in RULES.items()}
    assert {kind: grade for kind, grade in worst.items() if grade < RULES[kind].grade} == {}


def test_the_workflow_pins_each_action_by_its_commit_and_calls_the_program() -> None:
    steps = WORKFLOW["jobs"]["schema-diff"]["steps"]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    assert [step["run"] for step in steps if "schema_diff" in step.get("run", "")] == [
        ".venv/bin/python -m schema_diff --as github --as markdown=schema-diff.md"
    ]


def test_ci_calls_the_verb_and_its_exit_status_counts() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script
    assert "\nmake schema-diff\n" in script
