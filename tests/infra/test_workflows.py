"""What GitHub runs for us: pinned, with as little leave as it needs, and one stage after another."""

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
def test_each_action_is_pinned_by_its_commit_and_says_which_version_that_is(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text())
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/workflows/\w+\.yml", one)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nobody_has_more_leave_than_to_read_unless_it_is_said(file: Path) -> None:
    assert re.search(r"^permissions: \{\}$|^permissions:\n  contents: read\n\n", file.read_text(), re.MULTILINE)


def test_stages_follow_each_other_and_the_first_the_scan_and_the_tests() -> None:
    jobs = re.findall(r"^  (\w+):\n    needs: (.+)$", DEPLOY, re.MULTILINE)
    names = list(STAGES)
    assert jobs == list(zip(names, ["[scan, test]", *names[:-1]], strict=True))
    assert re.findall(r"^      stage: (\w+)$", DEPLOY, re.MULTILINE) == names


def test_what_could_not_be_scanned_is_not_deployed() -> None:
    assert '      - run: make scan\n        env:\n          ALL: "1"\n' in DEPLOY


def test_two_deployments_never_overlap_and_none_is_cut_off() -> None:
    assert "\nconcurrency:\n  group: deploy\n  cancel-in-progress: false\n" in DEPLOY


def test_a_role_is_assumed_by_oidc_and_there_are_no_keys() -> None:
    assert "id-token: write" in STAGE
    assert "role-to-assume: ${{ vars.AWS_ROLE }}" in STAGE
    assert not re.search(r"secrets\.|access-key", DEPLOY + STAGE)
    assert "environment: ${{ inputs.stage }}" in STAGE
