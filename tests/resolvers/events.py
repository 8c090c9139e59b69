"""AppSync's events for the functions, and the steps of a test that invoke them.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
"""

import json
from typing import Any

from data.dynamodb import table
from data.dynamodb.requests import Item
from local.aws import ACCOUNT_ID
from resolvers.runtime import handler
from tests import returned_errors

Event = dict[str, Any]
Identity = dict[str, Any] | None
Value = Any

TRACE = "Root=1-67891233-abcdef012345678912345678"


def cognito(sub: str, *groups: str, **claims: Any) -> dict[str, Any]:
    """Returns the identity of a user of a Cognito user pool."""
    issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a"
    return {
        "sub": sub,
        "issuer": issuer,
        "username": sub,
        "claims": {"sub": sub, "iss": issuer, "token_use": "id"}
        | ({"cognito:groups": list(groups)} if groups else {})
        | claims,
        "sourceIp": ["192.0.2.1"],
        "defaultAuthStrategy": "ALLOW",
        "groups": list(groups) or None,
    }


def oidc(sub: Any, **claims: Any) -> dict[str, Any]:
    """Returns the identity of a user of another OIDC issuer."""
    issuer = "https://issuer.example.com"
    return {"claims": {"sub": sub, "iss": issuer} | claims, "issuer": issuer, "sub": sub}


IAM: dict[str, Any] = {
    "accountId": ACCOUNT_ID,
    "cognitoIdentityPoolId": None,
    "cognitoIdentityId": None,
    "sourceIp": ["192.0.2.1"],
    "username": "AROA:backend",
    "userArn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/backend/1",
    "cognitoIdentityAuthType": None,
    "cognitoIdentityAuthProvider": None,
}

NEW_PROPERTY: dict[str, Any] = {"address": "1 Elm Street", "price": 100}
FULL_PROPERTY: dict[str, Any] = {
    "address": "1 Castle Lane",
    "zipCode": "94110",
    "price": 1_250_000.5,
    "status": "PENDING",
    "bedrooms": 12,
    "bathrooms": 3,
    "livingAreaSqft": 9_000,
    "lotSizeSqft": 40_000,
    "yearBuilt": 1888,
    "latitude": 37.75,
    "longitude": -122.4,
    "description": "Drafty.",
}
OPTIONAL_FIELDS = [name for name in FULL_PROPERTY if name not in ("address", "price", "status")]

ADA = cognito("ada", name="Ada Lovelace", email="ada@example.com")
BOB = cognito("bob", name="Bob", email="bob@example.com")
ADMIN = cognito("root", "admins", name="Root", email="root@example.com")


def event(path: str, arguments: dict[str, Any], identity: Identity = ADA, source: Value = None) -> Event:
    """Returns the event of one field."""
    parent, _, name = path.partition(".")
    return {
        "arguments": arguments,
        "identity": identity,
        "source": source,
        "request": {"headers": {"x-amzn-trace-id": TRACE}, "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": ["id"],
            "selectionSetGraphQL": "{\n  id\n}",
            "parentTypeName": parent,
            "fieldName": name,
            "variables": {},
        },
        "stash": {},
    }


def invoke(payload: Event | list[Event]) -> Any:
    """Returns the function's response; the event and the response pass through JSON."""
    events = payload if isinstance(payload, list) else [payload]
    path = "{parentTypeName}.{fieldName}".format(**events[0]["info"])
    try:
        response = json.loads(json.dumps(handler.handle(json.loads(json.dumps(payload)), None)))
    except Exception as error:
        returned_errors.record(path, type(error).__name__)
        raise
    for item in response if isinstance(response, list) else [response]:
        returned_errors.record_item(path, item)
    return response


def execute(path: str, /, identity: Identity = ADA, **arguments: Any) -> Value:
    """Returns the value of a root field."""
    response = invoke(event(path, arguments, identity))
    assert response.keys() == {"ok"}, response
    return response["ok"]


def create_property(identity: Identity = ADA, key: str | None = None, **attributes: Any) -> Value:
    """Creates a property, by default with an address and a price only."""
    idempotency = {"idempotencyKey": key} if key else {}
    return execute("Mutation.createProperty", identity, input=NEW_PROPERTY | attributes, **idempotency)


def expect_error(path: str, /, identity: Identity = ADA, **arguments: Any) -> dict[str, Any]:
    """Returns the error of a root field, and asserts that the table is unchanged."""
    before = all_items()
    response = invoke(event(path, arguments, identity))
    assert response.keys() == {"err"}, response
    assert all_items() == before
    error: dict[str, Any] = response["err"]
    return error


def execute_batch(
    path: str, sources: list[Value], /, identity: Identity = ADA, **arguments: Any
) -> list[dict[str, Any]]:
    """Returns the result items of a nested field for these parents, in one invocation."""
    items: list[dict[str, Any]] = invoke([event(path, arguments, identity, source) for source in sources])
    return items


def invalid_input(field: str, reason: str) -> dict[str, Any]:
    """Returns the InvalidInput error of an argument, or of a field inside of it."""
    return {"type": "InvalidInput", "message": f"{field} {reason}", "info": {"field": field, "reason": reason}}


def batch_values(path: str, sources: list[Value], /, identity: Identity = ADA, **arguments: Any) -> list[Value]:
    """Returns the values of a nested field for these parents, in one invocation."""
    items = execute_batch(path, sources, identity, **arguments)
    assert all(item.keys() == {"data"} for item in items), items
    return [item["data"] for item in items]


def all_items() -> list[Item]:
    """Returns all items of the table, sorted by key."""
    return sorted(table.scan(), key=lambda item: (item["pk"], item["sk"]))


def items_in_partition(pk: str) -> list[Item]:
    """Returns the items of one partition, sorted by key."""
    return [item for item in all_items() if item["pk"] == pk]
