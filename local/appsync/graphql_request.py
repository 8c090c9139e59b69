"""A GraphQL request as a client sends it: over HTTP, or in a WebSocket's `start` message."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local import assumptions

PATH = "/graphql"


class RequestError(Exception):
    """A request that never reaches the schema: the status and the errorType of its HTTP response."""

    def __init__(self, status: int, type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type = type


@dataclass(frozen=True)
class GraphQLRequest:
    """A document, its variables, and the name of the operation to execute, which a single operation does not need."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None = None


def malformed(message: str = "Unable to parse GraphQL query.") -> RequestError:
    return RequestError(400, "MalformedHttpRequestException", message)


def parse_graphql_request(params: Mapping[str, Any]) -> GraphQLRequest:
    """The request in the members of a JSON body, or in the parameters of a URL, where the variables are JSON text.

    Raises RequestError.
    """
    query, variables, name = params.get("query"), params.get("variables"), params.get("operationName")
    if isinstance(variables, str):
        variables = parse_json_object(variables) if variables else None
    has_types = isinstance(query, str) and isinstance(variables, dict | None) and isinstance(name, str | None)
    if not has_types or not query:
        raise malformed()
    return GraphQLRequest(query, variables or {}, name or None)


def parse_json_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises RequestError for anything else, for NaN and Infinity, and for too many levels."""
    try:
        value = json.loads(text, parse_constant=reject_constant)
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(value, dict) or exceeds_levels(value, assumptions.MOST_BODY_LEVELS):
        raise malformed()
    return value


def exceeds_levels(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested over more levels: Python may be unable to write what it was able to read."""
    if not isinstance(value, list | dict):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(exceeds_levels(member, levels - 1) for member in members)


def reject_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
