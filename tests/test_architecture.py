"""docs/architecture.md lists every access pattern, and the docstring of each states its cost."""

import ast
import inspect
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import pytest

import data
from data.dynamodb.client import client
from local.paths import ROOT

# paging.paginate reads a page of any list: the access patterns that call it state its cost.
MODULES = [
    module.name for module in pkgutil.iter_modules(data.__path__) if not module.ispkg and module.name != "paging"
]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
COST = re.compile(r"\bCost: [^.]*(?:\bGetItem\b|\bBatchGetItem\b|\bQuery\b|\btransaction\b)")


def access_patterns() -> dict[str, Callable[..., Any]]:
    """Returns the functions of the data layer's modules that send a request, also by another function."""
    return {
        f"{name}.{function.__name__}": function
        for name in MODULES
        for function in functions_of(import_module(f"data.{name}"))
        if sends_requests(function)
    }


def functions_of(module: Any) -> list[Callable[..., Any]]:
    """Returns the functions that a module defines."""
    return [
        function
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if inspect.getmodule(function) is module
    ]


def sends_requests(function: Callable[..., Any]) -> bool:
    """True if a function uses DynamoDB's client, or calls a function of the data layer that does."""
    visited, pending = {function}, [function]
    while pending:
        values = globals_of(pending.pop())
        if client in values:
            return True
        callees = {value for value in values if inspect.isfunction(value) and value.__module__.startswith("data.")}
        pending += callees - visited
        visited |= callees
    return False


@cache
def globals_of(function: Callable[..., Any]) -> list[Any]:
    """Returns the values of the global names that a function uses, and of their attributes."""
    namespace = vars(inspect.getmodule(function))
    nodes = list(ast.walk(ast.parse(inspect.getsource(function))))
    names = [namespace.get(node.id) for node in nodes if isinstance(node, ast.Name)]
    attributes = [
        getattr(namespace.get(node.value.id), node.attr, None)
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]
    return names + attributes


def index() -> set[str]:
    """The functions in the first column of the table of access patterns."""
    _, _, section = ARCHITECTURE.read_text().partition("### Access patterns\n")
    cells = re.findall(r"^\| (`.+?) \|", section.partition("\n## ")[0], re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+\.\w+)`", cell)}


def test_each_access_pattern_is_in_the_index() -> None:
    missing = access_patterns().keys() - index()
    assert missing == set(), "add a line for each to 'Access patterns' in docs/architecture.md"


def test_each_access_pattern_states_its_cost_in_requests() -> None:
    patterns = access_patterns()
    missing = {name for name, function in patterns.items() if not COST.search(inspect.getdoc(function) or "")}
    assert missing == set(), "state it in the docstring in data/: 'Cost: one GetItem, one Query and one transaction.'"


@pytest.mark.parametrize("name", sorted(index()))
def test_each_line_of_the_index_is_a_function(name: str) -> None:
    module, _, function = name.partition(".")
    assert callable(getattr(import_module(f"data.{module}"), function, None)), "edit docs/architecture.md"
