"""The authorization of each field with a resolver, for each kind of caller, over HTTP and WebSocket."""

import json
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from graphql import GraphQLObjectType, build_schema

from local.appsync.errors import NotAuthorized
from local.schema.compiler import FILE
from resolvers.field_config import COGNITO, IAM, OIDC, AuthMode
from resolvers.wiring import FIELDS
from tests.local.queries_by_field import (
    CHANGE_FIELDS,
    FIELD_SELECTIONS,
    PARENT_QUERIES,
    build_query,
    credentials,
    query_for_owned_property,
)
from tests.local.server_fixture import GraphQLResponse, LocalServer
from tests.local.ws_client import RealtimeClient, encode_base64url, open_client

VALUE = "a value"
NULL = "null"
NOT_OWNER = "NotOwner"
FORBIDDEN = "Forbidden"
DENIED = "Unauthorized"  # the field is null, its siblings are not
UNREACHABLE = "unreachable"  # the parent field is denied

# "cognito" and "oidc" are users who do not own the property; the backend signs with AWS credentials.
# fmt: off
CALLERS =                                  ("cognito", "oidc",    "owner", "admin", "backend")
POLICY = {
    "Query.property":                      (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Query.properties":                    (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Query.listingsByZip":                 (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Query.user":                          (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Query.me":                            (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Mutation.createProperty":             (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Mutation.createProperty for another": (FORBIDDEN, FORBIDDEN, VALUE,   VALUE,   DENIED),
    "Mutation.updateProperty":             (NOT_OWNER, NOT_OWNER, VALUE,   VALUE,   DENIED),
    "Mutation.deleteProperty":             (NOT_OWNER, NOT_OWNER, VALUE,   VALUE,   DENIED),
    "Mutation.addImage":                   (NOT_OWNER, NOT_OWNER, VALUE,   VALUE,   DENIED),
    "Mutation.updateImage":                (NOT_OWNER, NOT_OWNER, VALUE,   VALUE,   DENIED),
    "Mutation.removeImage":                (NOT_OWNER, NOT_OWNER, VALUE,   VALUE,   DENIED),
    "Mutation.reorderImages":              (NOT_OWNER, NOT_OWNER, VALUE,   VALUE,   DENIED),
    "Mutation.updateMe":                   (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Mutation.publishPropertyChange":      (DENIED,    DENIED,    DENIED,  DENIED,  VALUE),
    "Mutation.publishZipChange":           (DENIED,    DENIED,    DENIED,  DENIED,  VALUE),
    "Subscription.onPropertyChange":       (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Subscription.onZipChange":            (VALUE,     VALUE,     VALUE,   VALUE,   DENIED),
    "Property.owner":                      (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
    "Property.images":                     (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
    "Property.coverImage":                 (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
    "Property.history":                    (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
    "Listing.property":                    (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
    "HistoryEvent.changedBy":              (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
    "User.email":                          (NULL,      NULL,      VALUE,   VALUE,   UNREACHABLE),
    "User.properties":                     (VALUE,     VALUE,     VALUE,   VALUE,   UNREACHABLE),
}
# fmt: on

UNAUTHORIZED_CALLERS = {
    "no token": "Valid authorization header not provided.",
    "expired": "Token has expired.",
    "expired oidc": "Token has expired.",
    "forged": "You are not authorized to make this call.",
    "forged oidc": "You are not authorized to make this call.",
}
WRITE_OPERATIONS = {"TransactWriteItems", "BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem"}


def send(server: LocalServer, caller: str, text: str) -> GraphQLResponse:
    body = json.dumps({"query": text})
    return server.send(body.encode(), credentials(server, caller, "/graphql", body))


def outcome(response: GraphQLResponse, entry: str) -> str:
    """Returns a response's outcome as in POLICY. Asserts that a failed operation writes nothing."""
    field = entry.partition(" ")[0]
    parent, _, name = field.partition(".")
    path = [*PARENT_QUERIES[parent][1], name]
    parent_value = response.body["data"]
    for step in path[:-1]:
        parent_value = parent_value and parent_value[step]
    if "errors" not in response.body:
        return NULL if parent_value[name] is None else VALUE
    (error,) = response.errors
    assert not set(response.operations) & WRITE_OPERATIONS, entry
    if error["path"] != path:
        assert (error["errorType"], parent_value) == ("Unauthorized", None), entry
        assert field not in dict(response.invocations), entry
        return UNREACHABLE
    assert parent_value == {"__typename": parent, name: None}, entry
    if error["errorType"] == DENIED:
        assert error["message"] == f"Not Authorized to access {name} on type {parent}", entry
        assert field not in dict(response.invocations), entry
    return str(error["errorType"])


def signed_headers(server: LocalServer, caller: str, path: str, body: str) -> dict[str, str]:
    return {"host": server.host, **credentials(server, caller, path, body)}


def open_websocket(server: LocalServer, caller: str) -> AbstractContextManager[RealtimeClient]:
    return open_client(server, f"header-{encode_base64url(signed_headers(server, caller, '/graphql/connect', '{}'))}")


def subscription_outcome(server: LocalServer, caller: str, text: str) -> str:
    """Returns the outcome of a subscription as in POLICY."""
    data = json.dumps({"query": text, "variables": {}})
    with open_websocket(server, caller) as socket:
        assert socket.init()["type"] == "connection_ack"
        socket.start(text, signed_headers(server, caller, "/graphql", data))
        message = socket.receive()
    if message["type"] == "start_ack":
        return VALUE
    (error,) = message["payload"]["errors"]
    return str(error["errorType"])


def outcome_for_caller(server: LocalServer, entry: str, caller: str) -> str:
    """Returns the outcome as in POLICY if this caller selects an entry's field of owen's property."""
    text = query_for_owned_property(server, entry)
    if "Subscription" in entry:
        return subscription_outcome(server, caller, text)
    return outcome(send(server, caller, text), entry)


def test_every_field_has_the_outcome_of_the_policy_for_every_caller(server: LocalServer) -> None:
    assert {entry: tuple(outcome_for_caller(server, entry, caller) for caller in CALLERS) for entry in POLICY} == POLICY


def response_and_request_count(server: LocalServer, entry: str, caller: str) -> Any:
    """Returns the response to a caller without a valid credential, and the number of DynamoDB requests."""
    text, before = build_query(entry), len(server.proxy.operations)
    if "Subscription" in entry:
        with open_websocket(server, caller) as socket:
            response = socket.init()
    else:
        response = send(server, caller, text)
    return response, len(server.proxy.operations) - before


def unauthorized_response(entry: str, message: str) -> Any:
    error = {"errorType": "UnauthorizedException", "message": message}
    if "Subscription" in entry:
        return {"type": "connection_error", "payload": {"errors": [error | {"errorCode": 401}]}}
    return GraphQLResponse(401, {"errors": [error]})


def test_every_field_is_unauthorized_without_a_valid_credential(server: LocalServer) -> None:
    assert {
        (entry, caller): response_and_request_count(server, entry, caller)
        for entry in POLICY
        for caller in UNAUTHORIZED_CALLERS
    } == {
        (entry, caller): (unauthorized_response(entry, message), 0)
        for entry in POLICY
        for caller, message in UNAUTHORIZED_CALLERS.items()
    }


def test_the_policy_has_an_entry_for_every_field_of_the_wiring() -> None:
    entries = {entry.partition(" ")[0] for entry in POLICY}
    assert {config.path for config in FIELDS} - entries == set(), "add an entry for each to POLICY in this file"
    assert entries - {config.path for config in FIELDS} == set(), (
        "resolvers/wiring.py has no such field: remove it from POLICY"
    )
    assert POLICY.keys() - FIELD_SELECTIONS.keys() == set(), (
        "add a query for each to FIELD_SELECTIONS in tests/local/queries_by_field.py"
    )


def test_a_field_closed_to_the_backend_is_null_in_the_change_that_it_publishes(server: LocalServer) -> None:
    timestamp = "2026-01-01T00:00:00.000Z"
    listing = (
        f'{{id: "h1", zipCode: "94110", address: "1 Elm Street", price: 1, status: ACTIVE, listedAt: "{timestamp}"}}'
    )
    change = f'{{zipCode: "94110", propertyId: "h1", {CHANGE_FIELDS}, listed: true, listing: {listing}}}'
    selection = "{ version listing { price property { id } } }"
    response = send(server, "backend", f"mutation {{ publishZipChange(input: {change}) {selection} }}")
    assert response.body["data"] == {"publishZipChange": {"version": 1, "listing": {"price": 1.0, "property": None}}}
    assert [error["message"] for error in response.errors] == ["Not Authorized to access property on type Listing"]
    assert response.invocations == []


def test_an_owner_may_use_a_cognito_or_an_oidc_token(server: LocalServer) -> None:
    text = query_for_owned_property(server, "Mutation.updateProperty")
    body = json.dumps({"query": text}).encode()
    response = server.send(body, {"authorization": server.issuer.token("owen", kind="oidc")})
    assert outcome(response, "Mutation.updateProperty") == VALUE


SCHEMA = build_schema(FILE.read_text(), assume_valid=True)
OBJECT_TYPES = [type for type in SCHEMA.type_map.values() if isinstance(type, GraphQLObjectType) and type.ast_node]


MODES = (COGNITO, OIDC, IAM, AuthMode("aws_api_key"), AuthMode("aws_lambda"))


def is_authorized(server: LocalServer, mode: AuthMode, info: Any) -> bool:
    """True if the local server lets callers with this auth mode select a field."""
    try:
        server.appsync.api.authorize_field(mode, info)
    except NotAuthorized:
        return False
    return True


def auth_directives(node: Any) -> set[str]:
    return {directive.name.value for directive in node.directives or () if directive.name.value != "aws_subscribe"}


def authorized_modes(server: LocalServer, type: GraphQLObjectType, name: str) -> set[str]:
    """Returns the directives of the auth modes with which the local server lets callers select a field."""
    info: Any = SimpleNamespace(parent_type=type, field_name=name)
    return {mode.directive for mode in MODES if is_authorized(server, mode, info)}


def test_a_field_is_open_to_the_modes_of_its_own_or_its_types_directives(server: LocalServer) -> None:
    fields = {(type.name, name): (type, field) for type in OBJECT_TYPES for name, field in type.fields.items()}
    assert len(OBJECT_TYPES) == 18
    assert {path: authorized_modes(server, type, path[1]) for path, (type, _) in fields.items()} == {
        path: auth_directives(field.ast_node) or auth_directives(type.ast_node)
        for path, (type, field) in fields.items()
    }
