"""Records the error types that each field returned in this run, and compares them with those that it declares.

A run fails if a field returned an error type of ours that contracts/errors.json does not have for it. If the whole core
tier ran, it also fails if a field declares an error type that no test has seen.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from _pytest.mark.expression import Expression
from graphql import FieldNode, OperationDefinitionNode, build_schema, get_named_type, parse

from data.errors import Refusal
from local.paths import ROOT
from local.schema import contracts
from resolvers.runtime.errors import InternalError
from resolvers.wiring import OF_ANY_CALLER, OF_ANY_FUNCTION, ROWS

Answered = tuple[str, str]  # a field's path, and an error type

SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
OURS = {error.__name__ for error in (*Refusal.__subclasses__(), InternalError)}
ANSWERED: set[Answered] = set()
PROBLEMS = pytest.StashKey[list[str]]()


def record(path: str, type: str | None) -> None:
    """Records that a field returned an error; AppSync's own types, such as Unauthorized, are not in the contract."""
    if type in OURS and path in ROWS:
        ANSWERED.add((path, type))


def record_item(path: str, item: Any) -> None:
    """Records what a function returned for one event of a field."""
    if isinstance(item, dict):
        record(path, item["err"]["type"] if "err" in item else item.get("errorType"))


def record_response(response: httpx.Response) -> None:
    """Records the errors of a GraphQL response: a hook of httpx."""
    if b'"errorType"' not in response.read() or response.status_code != 200:
        return
    errors = [error for error in response.json()["errors"] if error.get("errorType") in OURS and error.get("path")]
    query = json.loads(response.request.content)["query"] if errors else "{ __typename }"
    document: Any = parse(query, no_location=True)
    fragments = {node.name.value: node for node in document.definitions if node.kind == "fragment_definition"}
    for error in errors:
        keys = [key for key in error["path"] if isinstance(key, str)]
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                path = coordinate(SCHEMA.get_root_type(node.operation), [node], keys, fragments)
                record(path, error["errorType"])


def coordinate(parent: Any, nodes: Iterable[Any], keys: list[str], fragments: dict[str, Any]) -> str:
    """The field at a path of response keys below these nodes; empty if they do not select it."""
    key, *rest = keys
    found = [field for field in selected(nodes, fragments) if (field.alias or field.name).value == key]
    name = found[0].name.value if found else ""
    if not rest or not found:
        return f"{parent.name}.{name}" if found else ""
    return coordinate(get_named_type(parent.fields[name].type), found, rest, fragments)


def selected(nodes: Iterable[Any], fragments: dict[str, Any]) -> Iterator[FieldNode]:
    """The fields that nodes select, also by fragments: no type of the schema is abstract."""
    for node in nodes:
        for selection in node.selection_set.selections if node.selection_set else ():
            if isinstance(selection, FieldNode):
                yield selection
            else:
                inner = fragments[selection.name.value] if selection.kind == "fragment_spread" else selection
                yield from selected([inner], fragments)


def problems(answered: set[Answered], whole: bool) -> list[str]:
    """The differences between the errors that fields returned and those that they declare.

    A declared error that was not seen is one only if all tests ran. An error that any field may return need not be seen
    of each.
    """
    declared = {(path, type) for type, error in contracts.errors()["errors"].items() for path in error["fields"]}
    found = [f"{path} returned {type}: add it to `errors` of its entry" for path, type in answered - declared]
    if whole:
        shared = {error.__name__ for error in (*OF_ANY_FUNCTION, *OF_ANY_CALLER)}
        unseen = {(path, type) for path, type in declared - answered if type not in shared}
        found += [f"{path} declares {type}, which no test has seen" for path, type in unseen]
        found += [f"no test has seen {type}" for type in shared - {type for _, type in answered}]
    return sorted(found)


def is_whole(config: pytest.Config) -> bool:
    """True if the run is of all tests that no marker puts into another tier."""
    options = config.option
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and not (options.keyword or options.deselect or options.lf)
        and Expression.compile(options.markexpr or "not none").evaluate(lambda name, /, **_: False)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Takes over what a process of pytest-xdist has recorded."""
    ANSWERED.update((path, type) for path, type in getattr(node, "workeroutput", {}).get("answered_errors", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fails a run that passed, if what fields returned differs from what they declare."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["answered_errors"] = sorted(ANSWERED)
        return
    passed = exitstatus == pytest.ExitCode.OK
    config.stash[PROBLEMS] = problems(ANSWERED, whole=passed and is_whole(config))
    if config.stash[PROBLEMS] and passed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for problem in config.stash.get(PROBLEMS, []):
        terminalreporter.write_line(f"contracts/errors.json: {problem}", red=True)
