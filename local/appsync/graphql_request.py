"""GraphQL requests of clients: sent over HTTP, or in the `start` message of a WebSocket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local import assumptions
from local.lambdas.encoding import Variables

PATH = "/graphql"


class RequestError(Exception):
    """A request that is rejected before validation: the status and the errorType of its HTTP response."""

    def __init__(self, status: int, type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type = type


@dataclass(frozen=True)
class GraphQLRequest:
    """A document, its variables, and the name of the operation to execute (optional if the document has only one)."""

    query: str
    variables: Variables
    operation_name: str | None = None


def malformed(message: str = "Unable to parse GraphQL query.") -> RequestError:
    return RequestError(400, "MalformedHttpRequestException", message)


def parse_graphql_request(params: Mapping[str, Any]) -> GraphQLRequest:
    """Returns the request in the members of a JSON body or in the query parameters of a URL.

    In a URL the variables are JSON text. Raises RequestError if a member has the wrong type or `query` is missing.
    """
    query, variables, name = params.get("query"), params.get("variables"), params.get("operationName")
    if isinstance(variables, str):
        variables = parse_json_object(variables) if variables else None
    has_types = isinstance(query, str) and isinstance(variables, dict | None) and isinstance(name, str | None)
    if not has_types or not query:
        raise malformed()
    return GraphQLRequest(query, Variables(variables or {}), name or None)


def parse_json_object(text: str | bytes) -> dict[str, Any]:
    """Parses a JSON object. Raises RequestError for any other value, for NaN and Infinity, and for too many levels."""
    try:
        value = json.loads(text, parse_constant=reject_constant)
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(value, dict) or exceeds_levels(value, assumptions.MAX_BODY_LEVELS):
        raise malformed()
    return value


def exceeds_levels(value: Any, levels: int) -> bool:
    """True if lists and objects are nested deeper than `levels`: Python may fail to encode a value that it decoded."""
    if not isinstance(value, list | dict):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(exceeds_levels(member, levels - 1) for member in members)


def reject_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
