"""What a request over REST asks, read from API Gateway's event.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from data.errors import InvalidInput
from data.records import First
from resolvers.runtime import caller as callers
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller
from resolvers.runtime.errors import NotSignedIn

Event = Mapping[str, Any]

DEFAULT_LIMIT = 20


def caller(event: Event) -> Caller:
    """Who asks, as the authorizer told it. Raises NotSignedIn, also where their token's time is over meanwhile."""
    told = event["requestContext"].get("authorizer") or {}
    if float(told.get("expiresAt", 0)) <= time.time():
        raise NotSignedIn
    return callers.from_context(told)


def query(event: Event, name: str) -> str | None:
    """What an address says, the last time that it does."""
    told: str | None = (event.get("queryStringParameters") or {}).get(name)
    return told


def header(event: Event, name: str) -> str | None:
    """A header, whatever the case of its name; where it was sent several times, with commas between."""
    found = values(event, name)
    return ", ".join(found) if found else None


def values(event: Event, name: str) -> list[str]:
    """A header as often as it was sent; `name` is in lower case."""
    told = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    return [value for spelling, values in told.items() if spelling.lower() == name for value in values]


def place(event: Event) -> str:
    """The path that was asked for, with the stage before it where the address has one, without a slash at its end."""
    told: str = event["requestContext"].get("path") or event["path"]
    return told.rstrip("/")


def limit(event: Event) -> int:
    """How many are wanted. Raises InvalidInput."""
    told = query(event, "limit")
    if told is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"-?[0-9]{1,9}", told):
        raise InvalidInput("limit", "must be a whole number")
    first: int = encoding.decode(First, int(told), "limit")
    return first


def body(event: Event) -> dict[str, Any]:
    """The JSON object that was sent. Raises InvalidInput."""
    try:
        sent = event.get("body") or ""
        text = base64.b64decode(sent, validate=True).decode() if event.get("isBase64Encoded") else sent
        given = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("the body", "is no JSON") from error
    if not isinstance(given, dict):
        raise InvalidInput("the body", "must be an object")
    return given


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
