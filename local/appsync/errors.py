"""Errors as AppSync writes them: `errorType`, `errorInfo` and `data` beside the message, and no `extensions`."""

import logging
from typing import Any

from graphql import GraphQLError

from local import assumptions

log = logging.getLogger(__name__)


class FieldError(Exception):
    """A field went wrong, and its client is told this."""

    def __init__(self, type: str, message: str, info: Any = None) -> None:
        super().__init__(message)
        self.type = type
        self.info = info


class NotAuthorized(FieldError):
    """The caller's mode is not among those of the field, which was not resolved."""

    def __init__(self, parent: str, name: str) -> None:
        super().__init__("Unauthorized", f"Not Authorized to access {name} on type {parent}")


class LimitReached(FieldError):
    """The request has had as many resolvers as one may have; this one was not run."""

    def __init__(self) -> None:
        super().__init__(assumptions.RESOLVERS_TYPE, assumptions.RESOLVERS_TEXT)


class DeskFailed(FieldError):
    """A bug of the desk's own, told to its log."""

    def __init__(self, where: object, cause: BaseException) -> None:
        super().__init__("InternalFailure", "the desk failed")
        log.error("the desk failed at %s", where, exc_info=cause)


class TooDeep(FieldError):
    def __init__(self, limit: int) -> None:
        super().__init__(assumptions.DEPTH_TYPE, assumptions.DEPTH_TEXT.format(limit=limit))


class Misfit(Exception):
    """A value that does not fit its field. Where that is stands in its text, not in `locations`."""

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(what + why)
        self.what = what
        self.why = why


def locations(error: GraphQLError) -> list[dict[str, Any]] | None:
    """Where in the text an error is, as it goes out."""
    found = [{"line": at.line, "column": at.column, "sourceName": None} for at in error.locations or ()]
    return found or None


def written(error: GraphQLError) -> dict[str, Any]:
    """An error as it goes out. One that no field raised by name is the engine's: a message and where.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html
    """
    base = {"path": error.path, "locations": locations(error), "message": error.message}
    cause = error.original_error
    if isinstance(cause, Misfit):
        return base | {"locations": None, "message": f"{cause.what} ({place(error.path or [])}){cause.why}"}
    if isinstance(cause, FieldError):
        return base | {"data": None, "errorType": cause.type, "errorInfo": cause.info}
    if cause is not None and not isinstance(cause, GraphQLError):
        failed = DeskFailed(error.path, cause)
        return base | {"data": None, "errorType": failed.type, "errorInfo": None, "message": str(failed)}
    return base


def place(path: list[str | int]) -> str:
    """A path as AppSync's texts have it: `/syncOrders/items[32]/orderDate`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f"/{key}" for key in path)
