"""The project's configuration files (dependabot, code owners, hooks, CI, changelog) cover everything they must."""

import re
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml

from local.paths import ROOT
from tools.names import tracked_files

CONTRACTS = ("schema.graphql", "openapi.yaml", "contracts/table.json", "clients/ios/1.0/manifest.toml", "data/keys.py")
FILES = tracked_files(ROOT)


def read_yaml(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text())


def folders_with(name: str) -> set[str]:
    """Returns the folders that have a file whose name matches the pattern, as absolute paths from the root."""
    paths = map(PurePosixPath, FILES)
    return {f"/{path.parent}".removesuffix(".") for path in paths if re.fullmatch(name, path.name)}


def dependabot_folders(ecosystem: str) -> set[str]:
    [update] = [
        update for update in read_yaml(".github/dependabot.yml")["updates"] if update["package-ecosystem"] == ecosystem
    ]
    return set(update.get("directories", [update.get("directory")]))


def test_dependabot_updates_each_folder_with_a_package_json() -> None:
    assert dependabot_folders("npm") == folders_with(r"package\.json")


def test_dependabot_updates_each_file_of_pinned_python_packages() -> None:
    pinned = {name for name in FILES if name.endswith(".txt") and "--hash=sha256:" in (ROOT / name).read_text()}
    assert dependabot_folders("pip") == {f"/{PurePosixPath(name).parent}".removesuffix(".") for name in pinned}


def test_dependabot_updates_the_actions() -> None:
    assert dependabot_folders("github-actions") == {"/"}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_has_a_code_owner(contract: str) -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()
    patterns = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert [pattern for pattern in patterns if f"/{contract}".startswith(pattern)]


def test_each_pre_commit_hook_runs_a_pinned_tool_of_make_check() -> None:
    repositories = read_yaml(".pre-commit-config.yaml")["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    [recipe] = re.findall(r"^check:.*\n((?:\t.+\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = recipe.replace("$(PYTHON)", ".venv/bin/python")
    hooks = [hook["entry"].replace(" --force-exclude", "") for hook in repositories[0]["hooks"]]
    assert [hook for hook in hooks if hook not in commands] == []


def test_ci_tests_the_oldest_python_that_is_supported_and_that_of_lambda() -> None:
    job = read_yaml(".github/workflows/ci.yml")["jobs"]["run"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text()


def test_ci_compares_contracts_without_make_which_hides_the_exit_status() -> None:
    steps = read_yaml(".github/workflows/schema-diff.yml")["jobs"]["schema-diff"]["steps"]
    commands = [step["run"] for step in steps if "run" in step] + (ROOT / ".ci" / "run").read_text().splitlines()
    comparisons = [
        command.split(" #")[0] for command in commands if re.search(r"schema_diff|make schema-diff", command)
    ]
    module = ".venv/bin/python -m schema_diff"
    assert comparisons == [f"{module} --as github --as markdown=schema-diff.md", module]


def test_the_changelog_has_a_section_for_the_version_of_the_project() -> None:
    [version] = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[:2] == ["Unreleased", version]
