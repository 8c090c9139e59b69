"""What the desk does, so that an answer can be held against it: a status, and errors by type and text."""

import re
from dataclasses import dataclass
from typing import Any

from conformance.client import Answer

ANY = "…"


@dataclass(frozen=True)
class Told:
    """An answer as far as it matters: its errors in their order, each by type and text, where … is any text.

    Without errors that are said it has none. `count` is how many there are, where not all are said, and `last` the text
    of the last; with `among` there may be others between. `headers` and `extensions` are some of the answer's. With
    `cut`, the connection may as well end without an answer.
    """

    status: int = 200
    errors: tuple[tuple[str | None, str], ...] = ()
    count: int | None = None
    last: str = ANY
    among: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    extensions: tuple[tuple[str, Any], ...] = ()
    cut: bool = False

    def fits(self, answer: Answer) -> bool:
        if answer.status is None:
            return self.cut
        return (
            answer.status == self.status
            and self.fits_errors(answer.errors)
            and all(fitting(value, answer.headers.get(name, "")) for name, value in self.headers)
            and all(answer.extensions.get(name) == value for name, value in self.extensions)
        )

    def fits_errors(self, found: list[Any]) -> bool:
        if self.among:
            return all(any(same(said, one) for one in found) for said in self.errors)
        return (
            len(found) == (len(self.errors) if self.count is None else self.count)
            and all(map(same, self.errors, found))
            and (self.last == ANY or fitting(self.last, str(found[-1].get("message"))))
        )

    def __str__(self) -> str:
        errors = [f"{f'{type}: ' if type else ''}{text}" for type, text in self.errors]
        more = [f"{self.count} errors in all, the last: {self.last}"] if self.count is not None else []
        headers = [f"{name}: {value}" for name, value in self.headers]
        extensions = [f"{name} {value}" for name, value in self.extensions]
        cut = ["or no answer, the connection being cut"] if self.cut else []
        return "; ".join([str(self.status), *(errors or ["no error"]), *more, *headers, *extensions, *cut])


def same(said: tuple[str | None, str], found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    return found.get("errorType") == said[0] and fitting(said[1], str(found.get("message")))


def fitting(pattern: str, text: str) -> bool:
    """Whether a text is a pattern, where each … stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANY))), text, re.DOTALL) is not None


OK = Told()


def refused(status: int, type: str, text: str) -> Told:
    """A request that never reached the schema."""
    return Told(status, ((type, text),), headers=(("x-amzn-errortype", type),))


def invalid(kind: str, text: str = ANY) -> Told:
    """A document that is not valid: one of its errors."""
    return Told(200, ((None, f"Validation error of type {kind}: {text}"),), among=True)


def misfit(variable: str, text: str) -> Told:
    """A variable whose value does not fit."""
    return Told(200, ((None, f"Variable '{variable}' has an invalid value. {text}"),))
