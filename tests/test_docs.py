"""The README names only what is there, and the list for the first deployment all that is open."""

import re
from pathlib import Path

import pytest

from local import assumptions
from local.paths import ROOT

README = (ROOT / "README.md").read_text()
DEPLOYMENT = (ROOT / "docs" / "first-deployment.md").read_text()
VERB = re.compile(r"(?:`|\(|^)make (?:-s )?([a-z][a-z0-9-]*)", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)]+)\)|`(tests/[^`]+)`", README))))
def test_each_file_that_it_links_exists(path: tuple[str, str]) -> None:
    assert (ROOT / (path[0] or path[1])).is_file()


@pytest.mark.parametrize(
    "verb", sorted(set(re.findall(r"(?:`|\(|^)make (?:-s )?([a-z][a-z0-9-]*)", README, re.MULTILINE)))
)
def test_each_verb_that_it_tells_of_is_in_the_makefile(verb: str) -> None:
    assert re.search(rf"^{verb}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_each_room_of_its_tree_exists() -> None:
    rooms = re.findall(r"^(\w+)/ ", README, re.MULTILINE)
    assert rooms == [
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
    assert all(Path(ROOT / room).is_dir() for room in rooms)


def test_each_open_question_about_appsync_has_its_entry_in_the_list_of_the_first_deployment() -> None:
    entries = re.findall(r"^### `(\w+)`$", DEPLOYMENT, re.MULTILINE)
    assert sorted(entries) == sorted(name for name in vars(assumptions) if not name.startswith("_"))


@pytest.mark.parametrize("part", ["Now", "Send", "Note"])
def test_each_entry_tells_what_the_desk_does_what_to_send_and_what_to_note(part: str) -> None:
    entries = re.split(r"^### ", DEPLOYMENT, flags=re.MULTILINE)[1:]
    assert [entry.partition("\n")[0] for entry in entries if entry.count(f"\n- {part}: ") != 1] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(\.\./([^)]+)\)", DEPLOYMENT))))
def test_each_file_that_the_list_links_exists(path: str) -> None:
    assert (ROOT / path).is_file()
