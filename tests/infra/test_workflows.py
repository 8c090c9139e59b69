"""The GitHub workflows: pinned actions, minimal permissions, and stages deployed in order."""

import re
from pathlib import Path

import pytest

from infra.stages import STAGES
from local.paths import ROOT

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
DEPLOY = (FOLDER / "deploy.yml").read_text()
STAGE = (FOLDER / "stage.yml").read_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_action_is_pinned_to_a_commit_with_its_version(file: Path) -> None:
    actions = re.findall(r"uses: (.+)", file.read_text())
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/workflows/\w+\.yml", action)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_workflows_have_at_most_read_permissions_by_default(file: Path) -> None:
    assert re.search(r"^permissions: \{\}$|^permissions:\n  contents: read\n\n", file.read_text(), re.MULTILINE)


def test_stages_deploy_in_order_after_scan_and_tests() -> None:
    jobs = re.findall(r"^  (\w+):\n    needs: (.+)$", DEPLOY, re.MULTILINE)
    names = list(STAGES)
    assert jobs == list(zip(names, ["[scan, test]", *names[:-1]], strict=True))
    assert re.findall(r"^      stage: (\w+)$", DEPLOY, re.MULTILINE) == names


def test_a_scan_that_did_not_run_stops_the_deployment() -> None:
    assert '      - run: make scan\n        env:\n          ALL: "1"\n' in DEPLOY


def test_deployments_neither_overlap_nor_cancel_each_other() -> None:
    assert "\nconcurrency:\n  group: deploy\n  cancel-in-progress: false\n" in DEPLOY


def test_the_deployment_role_is_assumed_by_oidc_without_keys() -> None:
    assert "id-token: write" in STAGE
    assert "role-to-assume: ${{ vars.AWS_ROLE }}" in STAGE
    assert not re.search(r"secrets\.|access-key", DEPLOY + STAGE)
    assert "environment: ${{ inputs.stage }}" in STAGE
