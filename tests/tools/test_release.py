"""`make release` in a git repository of the test's own: what it refuses, what it commits, and which tag it creates."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from local.paths import ROOT
from tools import release

TODAY = date(2027, 1, 31)
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- A field for the number of parking spaces.

## [1.2.0] - 2026-12-01

- The first tag.
"""
PROJECT = '[project]\nname = "homes"\nversion = "1.2.0"\n\n[tool.ruff]\ntarget-version = "py311"\n'
SCHEMA_DIFF_READS = ("clients", "contracts", "openapi.yaml", "schema.graphql", "schema_diff")


def git(root: Path, *arguments: str) -> str:
    process = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return process.stdout.strip()


def commit_all(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "test: commit all files")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files that the schema-diff check reads, at version 1.2.0, tagged v1.2.0."""
    root = tmp_path_factory.mktemp("origin")
    for name in git(ROOT, "ls-files", "--", *SCHEMA_DIFF_READS).splitlines():
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    (root / "pyproject.toml").write_text(PROJECT)
    (root / ".gitignore").write_text("__pycache__/\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    identify(root)
    commit_all(root)
    git(root, "tag", "--annotate", "v1.2.0", "--message", "Homes 1.2.0")
    return root


def identify(root: Path) -> None:
    git(root, "config", "user.name", "Test")
    git(root, "config", "user.email", "test@example.com")


@pytest.fixture
def root(origin: Path, tmp_path: Path) -> Iterator[Path]:
    """A clone of that repository. On a failed release nothing in it may have changed."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(origin), str(clone)], check=True)
    identify(clone)
    yield clone


def refusal(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The reasons of a release that is refused, and that has changed nothing."""
    before = git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), git(root, "tag")
    assert release.main(arguments, root, TODAY) == 1
    assert (git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), git(root, "tag")) == before
    return capsys.readouterr().err


def test_a_release_dates_the_changelog_sets_the_version_and_commits_both(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["1.3.0"], root, TODAY) == 0
    heading = "## [Unreleased]\n\n## [1.3.0] - 2027-01-31\n\n### Added\n"
    assert (root / "CHANGELOG.md").read_text() == CHANGELOG.replace("## [Unreleased]\n\n### Added\n", heading)
    assert (root / "pyproject.toml").read_text() == PROJECT.replace("1.2.0", "1.3.0")
    assert git(root, "show", "--name-only", "--format=%s") == "release: publish 1.3.0\n\nCHANGELOG.md\npyproject.toml"
    assert git(root, "status", "--porcelain") == ""
    commit = git(root, "rev-parse", "--short", "HEAD")
    assert capsys.readouterr().out.splitlines() == [
        f"Committed {commit}. The person who publishes tags it with:",
        f'  git tag --annotate v1.3.0 {commit} --message "Homes 1.3.0" && git push --follow-tags',
    ]
    assert git(root, "tag") == "v1.2.0"


def test_on_request_it_creates_an_annotated_tag(root: Path) -> None:
    assert release.main(["1.3.0", "--tag"], root, TODAY) == 0
    assert git(root, "cat-file", "-t", "v1.3.0") == "tag"
    assert git(root, "rev-parse", "v1.3.0^{commit}") == git(root, "rev-parse", "HEAD")
    assert git(root, "tag", "--list", "v1.3.0", "--format=%(contents)") == "Homes 1.3.0"


def test_the_first_release_has_no_tag_to_compare_with(root: Path) -> None:
    git(root, "tag", "--delete", "v1.2.0")
    assert release.main(["2.0.0", "--tag"], root, TODAY) == 0
    assert git(root, "tag") == "v2.0.0"


def test_uncommitted_changes_are_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "notes.txt").write_text("a draft")
    assert refusal(root, capsys, "1.3.0") == (
        "release: the work tree has uncommitted changes: commit or stash them first\n?? notes.txt\n"
    )


@pytest.mark.parametrize("version", ["1.2.0", "1.1.9", "0.9.0"])
def test_a_version_that_is_not_newer_is_refused(root: Path, capsys: pytest.CaptureFixture[str], version: str) -> None:
    reasons = refusal(root, capsys, version)
    assert f"{version} is not newer than 1.2.0, the version in pyproject.toml\n" in reasons
    assert f"{version} is not newer than 1.2.0, the version in CHANGELOG.md\n" in reasons


def test_versions_are_compared_as_numbers(root: Path) -> None:
    assert release.main(["1.10.0"], root, TODAY) == 0


@pytest.mark.parametrize("version", ["1.3", "v1.3.0", "1.3.0-rc1", "01.3.0", ""])
def test_anything_but_three_numbers_is_no_version(root: Path, capsys: pytest.CaptureFixture[str], version: str) -> None:
    assert refusal(root, capsys, version) == (
        f"release: VERSION={version} is not a version: give three numbers, as in VERSION=1.2.0\n"
    )


def test_a_release_without_an_entry_in_the_changelog_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = CHANGELOG.replace("- A field for the number of parking spaces.\n", "")
    (root / "CHANGELOG.md").write_text(empty)
    commit_all(root)
    assert refusal(root, capsys, "1.3.0") == (
        "release: CHANGELOG.md has no entry below [Unreleased]: list what changes for users of the API\n"
    )


def test_a_tag_that_exists_is_not_moved(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "tag", "v1.3.0", "v1.2.0")
    assert "release: the tag v1.3.0 already exists\n" in refusal(root, capsys, "1.3.0")


def test_a_breaking_change_since_the_last_tag_is_refused_with_its_report(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = (root / "schema.graphql").read_text()
    without_field = re.sub(r'  """[^"]*"""\n  yearBuilt: Int\n', "", schema, count=1)
    (root / "schema.graphql").write_text(without_field)
    commit_all(root)
    reasons = refusal(root, capsys, "1.3.0")
    assert reasons.startswith("release: schema-diff against v1.2.0 exits 1: fix or approve each finding\n")
    assert "CreatePropertyInput.yearBuilt" in reasons
