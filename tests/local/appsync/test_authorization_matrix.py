"""Who may what: each field that a function answers, for each kind of caller, over HTTP and the WebSocket."""

import json
from types import SimpleNamespace
from typing import Any

from graphql import GraphQLObjectType, build_schema

from local.appsync.errors import NotAuthorized
from local.schema.compiler import FILE
from resolvers.field_config import COGNITO, IAM, OIDC, Mode
from resolvers.wiring import FIELDS
from tests.local.queries_by_field import ASKED, CHANGE, REACHED, asked_of_owens, credentials, query
from tests.local.server_fixture import Answer, Desk
from tests.local.ws_client import encoded, opened

YES = "a value"
NULL = "null"
NOT_OWNER = "NotTheOwner"
NOT_ALLOWED = "NotAllowed"
NO = "Unauthorized"  # the field is null, what stands beside it is not
FAR = "out of reach"  # what leads to the field is refused already

# The visitor is somebody else than the home's owner, by a token of either kind; the backend signs with AWS credentials.
# fmt: off
CALLERS =                                  ("cognito",   "oidc",      "owner", "admin", "backend")
POLICY = {
    "Query.property":                      (YES,         YES,         YES,     YES,     NO),
    "Query.properties":                    (YES,         YES,         YES,     YES,     NO),
    "Query.listingsByZip":                 (YES,         YES,         YES,     YES,     NO),
    "Query.user":                          (YES,         YES,         YES,     YES,     NO),
    "Query.me":                            (YES,         YES,         YES,     YES,     NO),
    "Mutation.createProperty":             (YES,         YES,         YES,     YES,     NO),
    "Mutation.createProperty for another": (NOT_ALLOWED, NOT_ALLOWED, YES,     YES,     NO),
    "Mutation.updateProperty":             (NOT_OWNER,   NOT_OWNER,   YES,     YES,     NO),
    "Mutation.deleteProperty":             (NOT_OWNER,   NOT_OWNER,   YES,     YES,     NO),
    "Mutation.addImage":                   (NOT_OWNER,   NOT_OWNER,   YES,     YES,     NO),
    "Mutation.updateImage":                (NOT_OWNER,   NOT_OWNER,   YES,     YES,     NO),
    "Mutation.removeImage":                (NOT_OWNER,   NOT_OWNER,   YES,     YES,     NO),
    "Mutation.reorderImages":              (NOT_OWNER,   NOT_OWNER,   YES,     YES,     NO),
    "Mutation.updateMe":                   (YES,         YES,         YES,     YES,     NO),
    "Mutation.publishPropertyChange":      (NO,          NO,          NO,      NO,      YES),
    "Mutation.publishZipChange":           (NO,          NO,          NO,      NO,      YES),
    "Subscription.onPropertyChange":       (YES,         YES,         YES,     YES,     NO),
    "Subscription.onZipChange":            (YES,         YES,         YES,     YES,     NO),
    "Property.owner":                      (YES,         YES,         YES,     YES,     FAR),
    "Property.images":                     (YES,         YES,         YES,     YES,     FAR),
    "Property.coverImage":                 (YES,         YES,         YES,     YES,     FAR),
    "Property.history":                    (YES,         YES,         YES,     YES,     FAR),
    "Listing.property":                    (YES,         YES,         YES,     YES,     FAR),
    "HistoryEvent.changedBy":              (YES,         YES,         YES,     YES,     FAR),
    "User.email":                          (NULL,        NULL,        YES,     YES,     FAR),
    "User.properties":                     (YES,         YES,         YES,     YES,     FAR),
}
# fmt: on

TURNED_AWAY = {
    "nobody": "Valid authorization header not provided.",
    "expired": "Token has expired.",
    "expired oidc": "Token has expired.",
    "forged": "You are not authorized to make this call.",
    "forged oidc": "You are not authorized to make this call.",
}
WRITES = {"TransactWriteItems", "BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem"}


def sent(desk: Desk, caller: str, text: str) -> Answer:
    body = json.dumps({"query": text})
    return desk.send(body.encode(), credentials(desk, caller, "/graphql", body))


def outcome(answer: Answer, line: str) -> str:
    """What an answer came to, in the words of the policy."""
    field = line.partition(" ")[0]
    parent, _, name = field.partition(".")
    path = [*REACHED[parent][1], name]
    holder = answer.body["data"]
    for step in path[:-1]:
        holder = holder and holder[step]
    if "errors" not in answer.body:
        return NULL if holder[name] is None else YES
    (error,) = answer.errors
    assert not set(answer.operations) & WRITES, line
    if error["path"] != path:
        assert (error["errorType"], holder) == ("Unauthorized", None), line
        assert field not in dict(answer.invocations), line
        return FAR
    assert holder == {"__typename": parent, name: None}, line
    if error["errorType"] == NO:
        assert error["message"] == f"Not Authorized to access {name} on type {parent}", line
        assert field not in dict(answer.invocations), line
    return str(error["errorType"])


def header(desk: Desk, caller: str, path: str, body: str) -> dict[str, str]:
    return {"host": desk.host, **credentials(desk, caller, path, body)}


def followed(desk: Desk, caller: str, text: str) -> str:
    """What came of asking to subscribe, in the words of the policy."""
    data = json.dumps({"query": text, "variables": {}})
    with opened(desk, f"header-{encoded(header(desk, caller, '/graphql/connect', '{}'))}") as socket:
        assert socket.init()["type"] == "connection_ack"
        socket.start(text, header(desk, caller, "/graphql", data))
        heard = socket.hear()
    if heard["type"] == "start_ack":
        return YES
    (error,) = heard["payload"]["errors"]
    return str(error["errorType"])


def got(desk: Desk, line: str, caller: str) -> str:
    """What a caller gets of a field of owen's, in the words of the policy."""
    text = asked_of_owens(desk, line)
    return followed(desk, caller, text) if "Subscription" in line else outcome(sent(desk, caller, text), line)


def test_each_kind_of_caller_gets_of_each_field_what_the_policy_says(desk: Desk) -> None:
    assert {line: tuple(got(desk, line, caller) for caller in CALLERS) for line in POLICY} == POLICY


def turned_away(desk: Desk, line: str, caller: str) -> Any:
    """What a caller without a good credential is answered, and how many requests to DynamoDB it took."""
    text, before = query(line), len(desk.proxy.seen)
    if "Subscription" in line:
        with opened(desk, f"header-{encoded(header(desk, caller, '/graphql/connect', '{}'))}") as socket:
            answer = socket.init()
    else:
        answer = sent(desk, caller, text)
    return answer, len(desk.proxy.seen) - before


def refused(line: str, message: str) -> Any:
    error = {"errorType": "UnauthorizedException", "message": message}
    if "Subscription" in line:
        return {"type": "connection_error", "payload": {"errors": [error | {"errorCode": 401}]}}
    return Answer(401, {"errors": [error]})


def test_whoever_has_no_good_credential_is_turned_away_whatever_is_asked(desk: Desk) -> None:
    assert {(line, caller): turned_away(desk, line, caller) for line in POLICY for caller in TURNED_AWAY} == {
        (line, caller): (refused(line, message), 0) for line in POLICY for caller, message in TURNED_AWAY.items()
    }


def test_the_policy_has_a_line_for_every_row_of_the_wiring() -> None:
    lines = {line.partition(" ")[0] for line in POLICY}
    assert {row.path for row in FIELDS} - lines == set(), "add a line for each to POLICY in this file"
    assert lines - {row.path for row in FIELDS} == set(), "resolvers/wiring.py has no such field: remove it from POLICY"
    assert POLICY.keys() - ASKED.keys() == set(), "add a query for each to ASKED in tests/local/queries_by_field.py"


def test_a_field_that_is_not_open_to_the_backend_is_null_beside_what_it_published(desk: Desk) -> None:
    at = "2026-01-01T00:00:00.000Z"
    card = f'{{id: "h1", zipCode: "94110", address: "1 Elm Street", price: 1, status: ACTIVE, listedAt: "{at}"}}'
    change = f'{{zipCode: "94110", propertyId: "h1", {CHANGE}, listed: true, listing: {card}}}'
    selected = "{ version listing { price property { id } } }"
    answer = sent(desk, "backend", f"mutation {{ publishZipChange(input: {change}) {selected} }}")
    assert answer.body["data"] == {"publishZipChange": {"version": 1, "listing": {"price": 1.0, "property": None}}}
    assert [error["message"] for error in answer.errors] == ["Not Authorized to access property on type Listing"]
    assert answer.invocations == []


def test_an_owner_is_the_owner_by_a_token_of_either_kind(desk: Desk) -> None:
    text = asked_of_owens(desk, "Mutation.updateProperty")
    body = json.dumps({"query": text}).encode()
    answer = desk.send(body, {"authorization": desk.issuer.token("owen", kind="oidc")})
    assert outcome(answer, "Mutation.updateProperty") == YES


SCHEMA = build_schema(FILE.read_text(), assume_valid=True)
OBJECTS = [type for type in SCHEMA.type_map.values() if isinstance(type, GraphQLObjectType) and type.ast_node]


MODES = (COGNITO, OIDC, IAM, Mode("aws_api_key"), Mode("aws_lambda"))


def allowed(desk: Desk, mode: Mode, info: Any) -> bool:
    """Whether the desk lets callers of a mode have a field."""
    try:
        desk.appsync.api.authorize_field(mode, info)
    except NotAuthorized:
        return False
    return True


def directives(node: Any) -> set[str]:
    return {found.name.value for found in node.directives or () if found.name.value != "aws_subscribe"}


def open_to(desk: Desk, type: GraphQLObjectType, name: str) -> set[str]:
    """The modes, by their directives, whose callers the desk lets have a field."""
    info: Any = SimpleNamespace(parent_type=type, field_name=name)
    return {mode.directive for mode in MODES if allowed(desk, mode, info)}


def test_a_field_is_open_to_the_modes_of_its_directives_or_else_its_types(desk: Desk) -> None:
    fields = {(type.name, name): (type, field) for type in OBJECTS for name, field in type.fields.items()}
    assert len(OBJECTS) == 18
    assert {path: open_to(desk, type, path[1]) for path, (type, _) in fields.items()} == {
        path: directives(field.ast_node) or directives(type.ast_node) for path, (type, field) in fields.items()
    }
