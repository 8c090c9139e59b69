"""The local server's response to a request, as a pattern that an endpoint's response is compared with."""

import re
from dataclasses import dataclass
from typing import Any

from conformance.client import ApiResponse

ANY_TEXT = "…"


@dataclass(frozen=True)
class ExpectedResponse:
    """A status and errors, each with its type and message. In messages and header values, … matches any text.

    A response must have exactly these errors in this order, and none if there are none. `error_count` is their number
    if `errors` has only the first of them, and `last_message` the message of the last. With `allow_other_errors` the
    response may have additional errors, in any order. `headers` and `extensions` must be among the response's. With
    `may_disconnect`, a closed connection matches too.
    """

    status: int = 200
    errors: tuple[tuple[str | None, str], ...] = ()
    error_count: int | None = None
    last_message: str = ANY_TEXT
    allow_other_errors: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    extensions: tuple[tuple[str, Any], ...] = ()
    may_disconnect: bool = False

    def matches(self, response: ApiResponse) -> bool:
        if response.status is None:
            return self.may_disconnect
        return (
            response.status == self.status
            and self._matches_errors(response.errors)
            and all(matches_text(value, response.headers.get(name, "")) for name, value in self.headers)
            and all(response.extensions.get(name) == value for name, value in self.extensions)
        )

    def _matches_errors(self, errors: list[Any]) -> bool:
        if self.allow_other_errors:
            return all(any(matches_error(expected, error) for error in errors) for expected in self.errors)
        return (
            len(errors) == (len(self.errors) if self.error_count is None else self.error_count)
            and all(map(matches_error, self.errors, errors))
            and (self.last_message == ANY_TEXT or matches_text(self.last_message, str(errors[-1].get("message"))))
        )

    def __str__(self) -> str:
        errors = [f"{f'{type}: ' if type else ''}{message}" for type, message in self.errors]
        count = [f"{self.error_count} errors, the last: {self.last_message}"] if self.error_count is not None else []
        headers = [f"{name}: {value}" for name, value in self.headers]
        extensions = [f"{name} {value}" for name, value in self.extensions]
        disconnect = ["or a closed connection"] if self.may_disconnect else []
        return "; ".join([str(self.status), *(errors or ["no error"]), *count, *headers, *extensions, *disconnect])


def matches_error(expected: tuple[str | None, str], error: Any) -> bool:
    if not isinstance(error, dict):
        return False
    type, message = expected
    return error.get("errorType") == type and matches_text(message, str(error.get("message")))


def matches_text(pattern: str, text: str) -> bool:
    """True if the text has the form of the pattern, in which each … stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANY_TEXT))), text, re.DOTALL) is not None


OK = ExpectedResponse()


def request_error(status: int, type: str, message: str) -> ExpectedResponse:
    """The response to a request that is refused before its document is validated."""
    return ExpectedResponse(status, ((type, message),), headers=(("x-amzn-errortype", type),))


def validation_error(kind: str, message: str = ANY_TEXT) -> ExpectedResponse:
    """The response to an invalid document, with this error and perhaps others."""
    errors = ((None, f"Validation error of type {kind}: {message}"),)
    return ExpectedResponse(200, errors, allow_other_errors=True)


def variable_error(variable: str, reason: str) -> ExpectedResponse:
    """The response if a variable's value is not of its type."""
    return ExpectedResponse(200, ((None, f"Variable '{variable}' has an invalid value. {reason}"),))
