"""AppSync's part: the events that it hands our functions, and the steps in which a test asks.

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
    """Somebody whom a user pool let in."""
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
    """Somebody whom another issuer vouches for."""
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

NEW_HOME: dict[str, Any] = {"address": "1 Elm Street", "price": 100}
CASTLE: dict[str, Any] = {
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
OPTIONAL = [name for name in CASTLE if name not in ("address", "price", "status")]

ADA = cognito("ada", name="Ada Lovelace", email="ada@example.com")
BOB = cognito("bob", name="Bob", email="bob@example.com")
ADMIN = cognito("root", "admins", name="Root", email="root@example.com")


def event(path: str, arguments: dict[str, Any], as_: Identity = ADA, source: Value = None) -> Event:
    """One field's event."""
    parent, _, name = path.partition(".")
    return {
        "arguments": arguments,
        "identity": as_,
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


def handled(asked: Event | list[Event]) -> Any:
    """What the function answers, both ways through JSON."""
    events = asked if isinstance(asked, list) else [asked]
    path = "{parentTypeName}.{fieldName}".format(**events[0]["info"])
    try:
        answer = json.loads(json.dumps(handler.handle(json.loads(json.dumps(asked)), None)))
    except Exception as error:
        returned_errors.record(path, type(error).__name__)
        raise
    for item in answer if isinstance(answer, list) else [answer]:
        returned_errors.record_item(path, item)
    return answer


def ok(path: str, /, as_: Identity = ADA, **arguments: Any) -> Value:
    """The value of a root field."""
    answer = handled(event(path, arguments, as_))
    assert answer.keys() == {"ok"}, answer
    return answer["ok"]


def create(as_: Identity = ADA, key: str | None = None, **attributes: Any) -> Value:
    """A new home, described by address and price alone unless more is said."""
    once = {"idempotencyKey": key} if key else {}
    return ok("Mutation.createProperty", as_, input=NEW_HOME | attributes, **once)


def refused(path: str, /, as_: Identity = ADA, **arguments: Any) -> dict[str, Any]:
    """The error of a root field, which has changed nothing in the table."""
    before = everything()
    answer = handled(event(path, arguments, as_))
    assert answer.keys() == {"err"}, answer
    assert everything() == before
    error: dict[str, Any] = answer["err"]
    return error


def batch(path: str, sources: list[Value], /, as_: Identity = ADA, **arguments: Any) -> list[dict[str, Any]]:
    """The items of a nested field, asked of all these parents at once."""
    items: list[dict[str, Any]] = handled([event(path, arguments, as_, source) for source in sources])
    return items


def out_of_bounds(where: str, why: str) -> dict[str, Any]:
    """The error that an argument is, at a place in the field's arguments."""
    return {"type": "InvalidInput", "message": f"{where} {why}", "info": {"where": where, "why": why}}


def values(path: str, sources: list[Value], /, as_: Identity = ADA, **arguments: Any) -> list[Value]:
    """The values of a nested field, asked of all these parents at once."""
    items = batch(path, sources, as_, **arguments)
    assert all(item.keys() == {"data"} for item in items), items
    return [item["data"] for item in items]


def everything() -> list[Item]:
    """All that the table holds."""
    return sorted(table.scan(), key=lambda item: (item["pk"], item["sk"]))


def at(pk: str) -> list[Item]:
    """What the table holds in one partition."""
    return [item for item in everything() if item["pk"] == pk]
