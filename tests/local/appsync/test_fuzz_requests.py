"""Random operations: every response has the schema's types and no internal details."""

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

from data.errors import ApiError
from local.paths import ROOT
from local.schema import compiler
from tests.local import dataset, server_fixture
from tests.local.server_fixture import LocalServer
from tests.local.small_schema import FULL_SCHEMA
from tests.profiles import examples
from tests.shared_processes import SharedProcesses

SCHEMA = schemathesis.graphql.from_path(str(compiler.FILE))
OPERATIONS = [f"{root}.{name}" for root in ("Query", "Mutation") for name in SCHEMA[root]]
BACKEND_OPERATIONS = ["Mutation.publishPropertyChange", "Mutation.publishZipChange"]
WITHOUT_INVALID_INPUT = ["Query.me"]  # it has no argument; schemathesis finds two invalid ones for updateMe
EXCLUDED_CHECKS: Any = [
    positive_data_acceptance,  # a negative price has the schema's type but is rejected
    not_a_server_error,  # it treats every error with a path as a server error; here client errors have one as well
]
EXAMPLES = examples(unchecked=(HealthCheck.filter_too_much, HealthCheck.data_too_large))
ENGINE_ERROR_KEYS = {"path", "locations", "message"}
FIELD_ERROR_KEYS = ENGINE_ERROR_KEYS | {"data", "errorType", "errorInfo"}
UNAUTHORIZED_ERROR = {"errorType": "UnauthorizedException", "message": "Valid authorization header not provided."}
API_ERROR_TYPES = {"Unauthorized", *(error.__name__ for error in ApiError.__subclasses__())}
INTERNAL_DETAILS = ("Traceback", 'File "', ".py", "site-packages", str(ROOT), "botocore", "ClientError")

TARGET_PROPERTIES = [dataset.PROPERTIES[n] for n in (4, 5, 8)]  # two of ada with 4 and 2 images, and one of grace
IDS = [*(property_.id for property_ in TARGET_PROPERTIES), *TARGET_PROPERTIES[0].image_ids[:2], "ada", "alan"]
UNUSUAL_TEXTS = st.sampled_from(["x" * 10_001, "\N{GRINNING FACE}" * 200, "\x00", "\u2028", ""]) | st.text(max_size=20)


def mostly(usual: st.SearchStrategy[Any], unusual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draws a usual value nine times out of ten, so that many operations succeed, and otherwise an unusual one."""
    return st.integers(1, 10).flatmap(lambda n: unusual if n == 10 else usual)


SCALARS = {
    "ID": mostly(st.sampled_from(IDS), st.text(max_size=5)).map(nodes.String),
    "String": mostly(st.sampled_from(dataset.ZIPS), UNUSUAL_TEXTS).map(nodes.String),
    "Int": mostly(st.integers(1, 4), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int),
    "Float": mostly(st.integers(0, 99).map(float), st.floats(allow_nan=False, allow_infinity=False)).map(nodes.Float),
    "AWSURL": st.sampled_from(["https://example.com/1", "x:y", "https://x/" + "a" * 2_048]).map(nodes.String),
    "AWSEmail": st.sampled_from(["ada@example.com", "a@b", "a" * 300 + "@b"]).map(nodes.String),
    "AWSDateTime": st.sampled_from(["2026-01-01T00:00:00.000Z", "-0001-01-01T00:00+18:00:59"]).map(nodes.String),
}
for scalar, literals in SCALARS.items():
    schemathesis.graphql.scalar(scalar, literals)


@pytest.fixture(scope="module")
def server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A server for this module alone, because many of its operations write."""
    with server_fixture.run_server(shared_processes) as local_server:
        yield local_server


@pytest.fixture(autouse=True)
def restore_dataset(server: LocalServer) -> None:
    """Restores all items before each test."""
    server.put_items(dataset.table_items())


def cases(operation: str, mode: GenerationMode) -> st.SearchStrategy[Case[Any]]:
    root, name = operation.split(".")
    strategy: st.SearchStrategy[Case[Any]] = SCHEMA[root][name].as_strategy(mode)
    return strategy


def send(server: LocalServer, case: Case[Any], token: str | None) -> httpx.Response:
    headers = {"authorization": token} if token else {}
    return server.http.post("/graphql", json={"query": case.body}, headers=headers)


@pytest.mark.parametrize("operation", OPERATIONS)
@EXAMPLES
@given(data=st.data())
def test_a_valid_operation_returns_data_of_its_types_or_an_api_error(
    server: LocalServer, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.POSITIVE))
    response = send(server, case, server.token("ada", data.draw(st.sampled_from([[], ["admins"]]))))
    case.validate_response(response, excluded_checks=EXCLUDED_CHECKS)
    assert response.status_code == 200
    assert_well_formed(case, response)
    assert {error.get("errorType") for error in errors_of(response)} <= API_ERROR_TYPES


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in WITHOUT_INVALID_INPUT])
@EXAMPLES
@given(data=st.data())
def test_an_invalid_operation_is_rejected_without_a_dynamodb_request(
    server: LocalServer, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.NEGATIVE))
    before = len(server.proxy.operations)
    response = send(server, case, server.token("ada"))
    case.validate_response(response, excluded_checks=EXCLUDED_CHECKS)
    assert_well_formed(case, response)
    assert response.json()["data"] is None
    assert len(server.proxy.operations) == before


@pytest.mark.parametrize("operation", OPERATIONS)
@EXAMPLES
@given(data=st.data())
def test_every_operation_without_a_token_is_unauthorized(
    server: LocalServer, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.POSITIVE))
    before = len(server.proxy.operations)
    response = send(server, case, None)
    assert (response.status_code, response.json()) == (401, {"errors": [UNAUTHORIZED_ERROR]})
    assert len(server.proxy.operations) == before


@pytest.mark.parametrize("operation", BACKEND_OPERATIONS)
@EXAMPLES
@given(data=st.data())
def test_every_published_change_returns_data_of_its_types(
    server: LocalServer, operation: str, data: st.DataObject
) -> None:
    case = data.draw(cases(operation, GenerationMode.POSITIVE))
    body = json.dumps({"query": case.body}).encode()
    headers = server.iam.sign("POST", f"{server.url}/graphql", body)
    response = server.http.post("/graphql", content=body, headers=headers)
    assert response.status_code == 200
    assert_well_formed(case, response)
    assert {error["errorType"] for error in errors_of(response)} <= {"Unauthorized"}  # Listing.property is for users


def errors_of(response: httpx.Response) -> list[dict[str, Any]]:
    response_errors: list[dict[str, Any]] = response.json().get("errors", [])
    return response_errors


def assert_well_formed(case: Case[Any], response: httpx.Response) -> None:
    """Asserts that a response has `data` of the query's types, errors in AppSync's format, and no internal details."""
    body = response.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    assert all(error.keys() in (ENGINE_ERROR_KEYS, FIELD_ERROR_KEYS) for error in errors_of(response)), body
    assert not [detail for detail in INTERNAL_DETAILS if detail in response.text], response.text
    if body["data"] is None:
        assert errors_of(response)
        return
    (operation,) = [node for node in parse(str(case.body)).definitions if isinstance(node, OperationDefinitionNode)]
    root = FULL_SCHEMA.get_root_type(operation.operation)
    assert root
    assert_has_type(root, [operation], body["data"])


def assert_has_type(type: Any, nodes: list[Any], value: Any) -> None:
    """Asserts that a value has this type and exactly the members that the nodes select."""
    if isinstance(type, GraphQLNonNull):
        assert value is not None, nodes
        assert_has_type(type.of_type, nodes, value)
    elif value is None:
        return
    elif isinstance(type, GraphQLList):
        for member in value:
            assert_has_type(type.of_type, nodes, member)
    elif isinstance(type, GraphQLObjectType):
        selected = fields_by_response_key(nodes)
        assert list(value) == list(selected)
        for key, fields in selected.items():
            assert_has_type(type.fields[fields[0].name.value].type, fields, value[key])
    else:
        assert type.serialize(type.parse_value(value)) == value, (type, value)


def fields_by_response_key(nodes: list[Any]) -> dict[str, list[FieldNode]]:
    """Returns the subfields of these nodes by their keys in the response."""
    fields_by_key: dict[str, list[FieldNode]] = {}
    for node in nodes:
        for field in node.selection_set.selections:
            fields_by_key.setdefault((field.alias or field.name).value, []).append(field)
    return fields_by_key
