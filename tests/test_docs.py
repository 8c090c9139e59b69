"""The README names only what is there."""

import importlib
import re
from pathlib import Path

import pytest

from local.workers import ROOT

README = (ROOT / "README.md").read_text()
FUNCTION = re.compile(r"`((?:properties|images|listings|users|history)\.\w+)`")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)]+)\)|`(tests/[^`]+)`", README))))
def test_each_file_that_it_links_exists(path: tuple[str, str]) -> None:
    assert (ROOT / (path[0] or path[1])).is_file()


@pytest.mark.parametrize("function", sorted(set(FUNCTION.findall(README))))
def test_each_access_pattern_of_its_chart_exists(function: str) -> None:
    module, name = function.split(".")
    assert callable(getattr(importlib.import_module(f"data.{module}"), name))


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"(?:`|\(|^)make (?:-s )?([a-z]+)", README, re.MULTILINE))))
def test_each_verb_that_it_tells_of_is_in_the_makefile(verb: str) -> None:
    assert re.search(rf"^{verb}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_each_room_of_its_tree_exists() -> None:
    rooms = re.findall(r"^(\w+)/ ", README, re.MULTILINE)
    assert rooms == ["data", "resolvers", "local", "tests"]
    assert all(Path(ROOT / room).is_dir() for room in rooms)
