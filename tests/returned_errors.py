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

from data.errors import ApiError
from local.paths import ROOT
from local.schema import contracts
from resolvers.runtime.errors import InternalError
from resolvers.wiring import CALLER_ERRORS, FIELD_BY_PATH, FUNCTION_ERRORS

ReturnedError = tuple[str, str]  # a field's path, and an error type

SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
CONTRACT_ERROR_TYPES = {error.__name__ for error in (*ApiError.__subclasses__(), InternalError)}
WIRING = "resolvers/wiring.py"
RETURNED_ERRORS: set[ReturnedError] = set()
PROBLEMS = pytest.StashKey[list[str]]()


def record(path: str, type: str | None) -> None:
    """Records that a field returned an error; AppSync's own types, such as Unauthorized, are not in the contract."""
    if type in CONTRACT_ERROR_TYPES and path in FIELD_BY_PATH:
        RETURNED_ERRORS.add((path, type))


def record_item(path: str, item: Any) -> None:
    """Records what a function returned for one event of a field."""
    if isinstance(item, dict):
        record(path, item["err"]["type"] if "err" in item else item.get("errorType"))


def record_response(response: httpx.Response) -> None:
    """Records the errors of a GraphQL response: a hook of httpx."""
    if b'"errorType"' not in response.read() or response.status_code != 200 or not response.request.content:
        return
    errors = [
        error
        for error in response.json()["errors"]
        if error.get("errorType") in CONTRACT_ERROR_TYPES and error.get("path")
    ]
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
    key, *remaining_keys = keys
    matching_fields = [field for field in selected_fields(nodes, fragments) if (field.alias or field.name).value == key]
    name = matching_fields[0].name.value if matching_fields else ""
    if not remaining_keys or not matching_fields:
        return f"{parent.name}.{name}" if matching_fields else ""
    return coordinate(get_named_type(parent.fields[name].type), matching_fields, remaining_keys, fragments)


def selected_fields(nodes: Iterable[Any], fragments: dict[str, Any]) -> Iterator[FieldNode]:
    """The fields that nodes select, also by fragments: no type of the schema is abstract."""
    for node in nodes:
        for selection in node.selection_set.selections if node.selection_set else ():
            if isinstance(selection, FieldNode):
                yield selection
            else:
                inner = fragments[selection.name.value] if selection.kind == "fragment_spread" else selection
                yield from selected_fields([inner], fragments)


def problems(returned: set[ReturnedError], complete: bool) -> list[str]:
    """The differences between the errors that fields returned and those that they declare.

    A declared error that was not seen is one only if all tests ran. An error that any field may return need not be seen
    of each.
    """
    declared = {
        (path, type) for type, error in contracts.errors_contract()["errors"].items() for path in error["fields"]
    }
    messages = [
        f"{path} returned {type}: add it to `errors` of its entry in {WIRING}" for path, type in returned - declared
    ]
    if complete:
        shared = {error.__name__ for error in (*FUNCTION_ERRORS, *CALLER_ERRORS)}
        unseen = {(path, type) for path, type in declared - returned if type not in shared}
        messages += [
            f"{path} declares {type}, which no test has seen: "
            f"provoke it in a test of the field, or remove it from `errors` of its entry in {WIRING}"
            for path, type in unseen
        ]
        messages += [
            f"no test has seen {type}: "
            f"provoke it in a test, or remove it from FUNCTION_ERRORS or CALLER_ERRORS in {WIRING}"
            for type in shared - {type for _, type in returned}
        ]
    return sorted(messages)


def is_complete_run(config: pytest.Config) -> bool:
    """True if the run is of all tests that no marker puts into another tier."""
    options = config.option
    return (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and not (options.keyword or options.deselect or options.lf)
        and Expression.compile(options.markexpr or "not none").evaluate(lambda name, /, **_: False)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Adds the errors that a worker process of pytest-xdist recorded."""
    RETURNED_ERRORS.update((path, type) for path, type in getattr(node, "workeroutput", {}).get("returned_errors", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fails a run that passed, if what fields returned differs from what they declare."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["returned_errors"] = sorted(RETURNED_ERRORS)
        return
    passed = exitstatus == pytest.ExitCode.OK
    config.stash[PROBLEMS] = problems(RETURNED_ERRORS, complete=passed and is_complete_run(config))
    if config.stash[PROBLEMS] and passed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for problem in config.stash.get(PROBLEMS, []):
        terminalreporter.write_line(f"contracts/errors.json: {problem}", red=True)
