"""Parses a REST request from API Gateway's event.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from data.errors import InvalidInput
from data.records import PageSize
from resolvers.runtime import caller as callers
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller
from resolvers.runtime.errors import Unauthenticated

Event = Mapping[str, Any]

DEFAULT_LIMIT = 20


def parse_caller(event: Event) -> Caller:
    """Returns the caller in the authorizer's context. Raises Unauthenticated if absent or if the token has expired."""
    context = event["requestContext"].get("authorizer") or {}
    if float(context.get("expiresAt", 0)) <= time.time():
        raise Unauthenticated
    return callers.from_authorizer_context(context)


def query_parameter(event: Event, name: str) -> str | None:
    """Returns a query parameter: the last value if it is repeated, None if it is absent."""
    value: str | None = (event.get("queryStringParameters") or {}).get(name)
    return value


def header(event: Event, name: str) -> str | None:
    """Returns a header by its lower-case name; repeated headers are joined with commas. None if it is absent."""
    lines = header_values(event, name)
    return ", ".join(lines) if lines else None


def header_values(event: Event, name: str) -> list[str]:
    """Returns the values of a header, one for each time that it was sent; `name` is in lower case."""
    headers = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    return [value for spelling, values in headers.items() if spelling.lower() == name for value in values]


def request_path(event: Event) -> str:
    """Returns the request's path without a trailing slash; it begins with the stage if the URL has one."""
    path: str = event["requestContext"].get("path") or event["path"]
    return path.rstrip("/")


def parse_limit(event: Event) -> int:
    """Returns the page size, 20 by default. Raises InvalidInput."""
    value = query_parameter(event, "limit")
    if value is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"-?[0-9]{1,9}", value):
        raise InvalidInput("limit", "must be a whole number")
    first: int = encoding.decode(PageSize, int(value), "limit")
    return first


def parse_json_body(event: Event) -> dict[str, Any]:
    """Returns the request body, a JSON object. Raises InvalidInput."""
    try:
        content = event.get("body") or ""
        text = base64.b64decode(content, validate=True).decode() if event.get("isBase64Encoded") else content
        value = json.loads(text, parse_constant=reject_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("request body", "is not valid JSON") from error
    if not isinstance(value, dict):
        raise InvalidInput("request body", "must be an object")
    return value


def reject_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
