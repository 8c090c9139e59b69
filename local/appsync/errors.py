"""Errors in AppSync's format: `errorType`, `errorInfo` and `data` in addition to the message, and no `extensions`."""

import logging
from typing import Any

from graphql import GraphQLError

from local import assumptions

log = logging.getLogger(__name__)


class FieldError(Exception):
    """A field failed; the response has this type, message and errorInfo."""

    def __init__(self, type: str, message: str, info: Any = None) -> None:
        super().__init__(message)
        self.type = type
        self.info = info


class NotAuthorized(FieldError):
    """The field does not allow the caller's auth mode; it was not resolved."""

    def __init__(self, parent: str, name: str) -> None:
        super().__init__("Unauthorized", f"Not Authorized to access {name} on type {parent}")


class ResolverLimitReached(FieldError):
    """The request has reached the limit of resolver invocations; the field's resolver did not run."""

    def __init__(self) -> None:
        super().__init__(assumptions.RESOLVERS_TYPE, assumptions.RESOLVERS_TEXT)


class InternalFailure(FieldError):
    """A bug in the local server. Logs the cause; the client gets a message without details."""

    def __init__(self, path: object, cause: BaseException) -> None:
        super().__init__("InternalFailure", "internal server error")
        log.error("internal server error at %s", path, exc_info=cause)


class DepthLimitReached(FieldError):
    def __init__(self, limit: int) -> None:
        super().__init__(assumptions.DEPTH_TYPE, assumptions.DEPTH_TEXT.format(limit=limit))


class ResponseLimitReached(FieldError):
    """The response has as many fields as it may have; the root field that contains the next one is null."""

    def __init__(self) -> None:
        message = assumptions.RESPONSE_FIELDS_TEXT.format(limit=assumptions.MAX_RESPONSE_FIELDS)
        super().__init__(assumptions.RESPONSE_FIELDS_TYPE, message)


class PayloadTooLarge(FieldError):
    """The event of a field exceeds Lambda's limit; its function was not invoked."""

    def __init__(self) -> None:
        super().__init__(*assumptions.REQUEST_TOO_LARGE)


class CoercionError(Exception):
    """A resolver's value does not have its field's type. The message has the path; `locations` is null."""

    def __init__(self, prefix: str, reason: str = "") -> None:
        super().__init__(prefix + reason)
        self.prefix = prefix
        self.reason = reason


def locations(error: GraphQLError) -> list[dict[str, Any]] | None:
    """Returns an error's positions in the document in AppSync's format; None if it has none."""
    positions = [
        {"line": location.line, "column": location.column, "sourceName": None} for location in error.locations or ()
    ]
    return positions or None


def format_error(error: GraphQLError) -> dict[str, Any]:
    """Returns an error in the response's format. Only a FieldError has `data`, `errorType` and `errorInfo`.

    Any exception that is neither ours nor graphql-core's becomes an InternalFailure.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html
    """
    base = {"path": error.path, "locations": locations(error), "message": error.message}
    cause = error.original_error
    if isinstance(cause, CoercionError):
        return base | {"locations": None, "message": f"{cause.prefix} ({format_path(error.path or [])}){cause.reason}"}
    if isinstance(cause, FieldError):
        return base | {"data": None, "errorType": cause.type, "errorInfo": cause.info}
    if cause is not None and not isinstance(cause, GraphQLError):
        failure = InternalFailure(error.path, cause)
        return base | {"data": None, "errorType": failure.type, "errorInfo": None, "message": str(failure)}
    return base


def format_path(path: list[str | int]) -> str:
    """Returns a path as AppSync prints it in messages: `/syncOrders/items[32]/orderDate`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f"/{key}" for key in path)
