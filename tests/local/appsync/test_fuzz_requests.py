"""Whatever operation is asked, however: the answer fits the schema, and shows nothing of what is inside."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    parse,
)
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.graphql import nodes
from schemathesis.specs.openapi.checks import positive_data_acceptance

from data.errors import Refusal
from local.paths import ROOT
from local.schema import compiler
from tests.local import dataset
from tests.local import server_fixture as desks
from tests.local.server_fixture import Desk
from tests.local.small_schema import DESK
from tests.profiles import examples
from tests.shared_processes import Shared

SCHEMA = schemathesis.graphql.from_path(str(compiler.FILE))
OPERATIONS = [f"{root}.{name}" for root in ("Query", "Mutation") for name in SCHEMA[root]]
PUBLISHING = ["Mutation.publishPropertyChange", "Mutation.publishZipChange"]
TAKING_NOTHING = ["Query.me"]  # no argument of it can be of a wrong type; of updateMe's schemathesis knows two that are
EXCLUDED: Any = [
    positive_data_acceptance,  # a price below zero is of the schema's type, and refused all the same
    not_a_server_error,  # takes every error with a path for the server's own: here refusals have one as well
]
EXAMPLES = examples(unchecked=(HealthCheck.filter_too_much, HealthCheck.data_too_large))
PLAIN = {"path", "locations", "message"}
TYPED = PLAIN | {"data", "errorType", "errorInfo"}
TURNED_AWAY = {"errorType": "UnauthorizedException", "message": "Valid authorization header not provided."}
REFUSALS = {"Unauthorized", *(refusal.__name__ for refusal in [*Refusal.__subclasses__()])}
INSIDE = ("Traceback", 'File "', ".py", "site-packages", str(ROOT), "botocore", "ClientError")

HOMES = [dataset.ALL[n] for n in (4, 5, 8)]  # two of ada's, with 4 and 2 pictures, and one of grace's
IDS = [*(home.id for home in HOMES), *HOMES[0].image_ids[:2], "ada", "alan"]
ODD = st.sampled_from(["x" * 10_001, "\N{GRINNING FACE}" * 200, "\x00", "\u2028", ""]) | st.text(max_size=20)


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What the API takes nine times of ten, or nothing would ever be answered, and else anything of the type."""
    return st.integers(1, 10).flatmap(lambda n: odd if n == 10 else usual)


SCALARS = {
    "ID": mostly(st.sampled_from(IDS), st.text(max_size=5)).map(nodes.String),
    "String": mostly(st.sampled_from(dataset.ZIPS), ODD).map(nodes.String),
    "Int": mostly(st.integers(1, 4), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int),
    "Float": mostly(st.integers(0, 99).map(float), st.floats(allow_nan=False, allow_infinity=False)).map(nodes.Float),
    "AWSURL": st.sampled_from(["https://example.com/1", "x:y", "https://x/" + "a" * 2_048]).map(nodes.String),
    "AWSEmail": st.sampled_from(["ada@example.com", "a@b", "a" * 300 + "@b"]).map(nodes.String),
    "AWSDateTime": st.sampled_from(["2026-01-01T00:00:00.000Z", "-0001-01-01T00:00+18:00:59"]).map(nodes.String),
}
for scalar, literals in SCALARS.items():
    schemathesis.graphql.scalar(scalar, literals)


@pytest.fixture(scope="module")
def desk(shared: Shared) -> Iterator[Desk]:
    """A desk of this file's own: much of what is asked here writes."""
    with desks.running(shared) as running:
        yield running


@pytest.fixture(autouse=True)
def homes(desk: Desk) -> None:
    """Everything is there again, whatever was asked before."""
    desk.put(dataset.items())


def cases(operation: str, mode: GenerationMode) -> st.SearchStrategy[Case[Any]]:
    root, name = operation.split(".")
    strategy: st.SearchStrategy[Case[Any]] = SCHEMA[root][name].as_strategy(mode)
    return strategy


def sent(desk: Desk, case: Case[Any], token: str | None) -> httpx.Response:
    headers = {"authorization": token} if token else {}
    return desk.http.post("/graphql", json={"query": case.body}, headers=headers)


@pytest.mark.parametrize("operation", OPERATIONS)
@EXAMPLES
@given(data=st.data())
def test_what_the_schema_allows_is_answered_as_it_says_or_refused_by_name(
    desk: Desk, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.POSITIVE))
    answer = sent(desk, case, desk.token("ada", data.draw(st.sampled_from([[], ["admins"]]))))
    case.validate_response(answer, excluded_checks=EXCLUDED)
    assert answer.status_code == 200
    assert_fits(case, answer)
    assert {error.get("errorType") for error in errors(answer)} <= REFUSALS


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in TAKING_NOTHING])
@EXAMPLES
@given(data=st.data())
def test_what_the_schema_does_not_allow_is_answered_without_any_read(
    desk: Desk, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.NEGATIVE))
    before = len(desk.proxy.seen)
    answer = sent(desk, case, desk.token("ada"))
    case.validate_response(answer, excluded_checks=EXCLUDED)
    assert_fits(case, answer)
    assert answer.json()["data"] is None
    assert len(desk.proxy.seen) == before


@pytest.mark.parametrize("operation", OPERATIONS)
@EXAMPLES
@given(data=st.data())
def test_whoever_is_not_signed_in_is_turned_away_whatever_is_asked(
    desk: Desk, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.POSITIVE))
    before = len(desk.proxy.seen)
    answer = sent(desk, case, None)
    assert (answer.status_code, answer.json()) == (401, {"errors": [TURNED_AWAY]})
    assert len(desk.proxy.seen) == before


@pytest.mark.parametrize("operation", PUBLISHING)
@EXAMPLES
@given(data=st.data())
def test_whatever_the_backend_publishes_is_answered_as_the_schema_says(
    desk: Desk, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.POSITIVE))
    body = json.dumps({"query": case.body}).encode()
    answer = desk.http.post("/graphql", content=body, headers=desk.iam.sign("POST", f"{desk.url}/graphql", body))
    assert answer.status_code == 200
    assert_fits(case, answer)
    assert {error["errorType"] for error in errors(answer)} <= {"Unauthorized"}  # Listing.property is for people


def errors(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json().get("errors", [])
    return found


def assert_fits(case: Case[Any], answer: httpx.Response) -> None:
    """An answer has `data` as its query's types say, errors of AppSync's form where something is missing, no more."""
    body = answer.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    assert all(error.keys() in (PLAIN, TYPED) for error in errors(answer)), body
    assert not [word for word in INSIDE if word in answer.text], answer.text
    if body["data"] is None:
        assert errors(answer)
        return
    (operation,) = [node for node in parse(str(case.body)).definitions if isinstance(node, OperationDefinitionNode)]
    root = DESK.get_root_type(operation.operation)
    assert root
    assert_typed(root, [operation], body["data"])


def assert_typed(type: Any, asked: list[Any], value: Any) -> None:
    """A value is of the type of the fields that were asked for, and has the members selected of it and no others."""
    if isinstance(type, GraphQLNonNull):
        assert value is not None, asked
        assert_typed(type.of_type, asked, value)
    elif value is None:
        return
    elif isinstance(type, GraphQLList):
        for member in value:
            assert_typed(type.of_type, asked, member)
    elif isinstance(type, GraphQLObjectType):
        selected = members(asked)
        assert list(value) == list(selected)
        for key, fields in selected.items():
            assert_typed(type.fields[fields[0].name.value].type, fields, value[key])
    else:
        assert type.serialize(type.parse_value(value)) == value, (type, value)


def members(asked: list[Any]) -> dict[str, list[FieldNode]]:
    """The fields selected of these, by the keys that they are answered under."""
    selected: dict[str, list[FieldNode]] = {}
    for node in asked:
        for field in node.selection_set.selections:
            selected.setdefault((field.alias or field.name).value, []).append(field)
    return selected
