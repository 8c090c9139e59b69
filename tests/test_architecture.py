"""docs/architecture.md lists every access pattern with its cost."""

import importlib
import inspect
import re

import pytest

from local.paths import ROOT

ENTITIES = ("history", "images", "listings", "properties", "users")
ARCHITECTURE = ROOT / "docs" / "architecture.md"
STATES_A_COST = re.compile(r"\b(?:Batch)?GetItem\b|\b(?:Query|Queries)\b|\btransaction\b|\bTransactWriteItems\b")


def access_patterns() -> set[str]:
    """The functions of the entities' modules whose docstring states a cost in requests."""
    modules = {name: importlib.import_module(f"data.{name}") for name in ENTITIES}
    return {
        f"{name}.{function.__name__}"
        for name, module in modules.items()
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if inspect.getmodule(function) is module and STATES_A_COST.search(function.__doc__ or "")
    }


def index() -> set[str]:
    """The functions in the first column of the table of access patterns."""
    _, _, section = ARCHITECTURE.read_text().partition("### Access patterns\n")
    cells = re.findall(r"^\| (`.+?) \|", section.partition("\n## ")[0], re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+\.\w+)`", cell)}


def test_each_access_pattern_is_in_the_index() -> None:
    assert access_patterns() - index() == set(), "add a line for each to 'Access patterns' in docs/architecture.md"


@pytest.mark.parametrize("name", sorted(index()))
def test_each_line_of_the_index_is_a_function(name: str) -> None:
    module, _, function = name.partition(".")
    assert callable(getattr(importlib.import_module(f"data.{module}"), function, None)), "edit docs/architecture.md"
