"""The README names only existing files, and the first-deployment list has an entry for each assumption."""

import re
from pathlib import Path

import pytest

from local import assumptions
from local.paths import ROOT

README = (ROOT / "README.md").read_text()
DEPLOYMENT = (ROOT / "docs" / "first-deployment.md").read_text()
MAKE_VERB = re.compile(r"(?:`|\(|^)make (?:-s )?([a-z][a-z0-9-]*)", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)]+)\)|`(tests/[^`]+)`", README))))
def test_each_file_linked_in_the_readme_exists(path: tuple[str, str]) -> None:
    assert (ROOT / (path[0] or path[1])).is_file()


@pytest.mark.parametrize(
    "verb", sorted(set(re.findall(r"(?:`|\(|^)make (?:-s )?([a-z][a-z0-9-]*)", README, re.MULTILINE)))
)
def test_each_make_verb_in_the_readme_exists(verb: str) -> None:
    assert re.search(rf"^{verb}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_each_folder_in_the_readme_exists() -> None:
    folders = re.findall(r"^(\w+)/ ", README, re.MULTILINE)
    assert folders == [
        "contracts",
        "data",
        "resolvers",
        "local",
        "infra",
        "schema_diff",
        "conformance",
        "clients",
        "tests",
    ]
    assert all(Path(ROOT / folder).is_dir() for folder in folders)


def test_each_assumption_has_an_entry_in_the_first_deployment_list() -> None:
    entries = re.findall(r"^### `(\w+)`$", DEPLOYMENT, re.MULTILINE)
    assert sorted(entries) == sorted(name for name in vars(assumptions) if not name.startswith("_"))


@pytest.mark.parametrize("part", ["Now", "Send", "Note"])
def test_each_entry_has_each_part(part: str) -> None:
    entries = re.split(r"^### ", DEPLOYMENT, flags=re.MULTILINE)[1:]
    assert [entry.partition("\n")[0] for entry in entries if entry.count(f"\n- {part}: ") != 1] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(\.\./([^)]+)\)", DEPLOYMENT))))
def test_each_file_linked_in_the_first_deployment_list_exists(path: str) -> None:
    assert (ROOT / path).is_file()
