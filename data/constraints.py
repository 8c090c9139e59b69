"""Constraints of values, written as annotations of a type: `Annotated[str, Length(5, 200)]`.

`violation(value)` returns a message without its subject, such as "is blank", or None if the value is valid.
"""

import re
from dataclasses import dataclass
from typing import Any

CONTROL_CHARACTERS = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"  # and unpaired surrogates


@dataclass(frozen=True)
class Pattern:
    """Text that matches a regular expression. The error message uses the `description`."""

    regex: str
    description: str

    def violation(self, value: Any) -> str | None:
        matches = re.fullmatch(self.regex, value) and not re.search(CONTROL_CHARACTERS, value)
        return None if matches else f"must be {self.description}"


@dataclass(frozen=True)
class Length:
    """Text of `minimum` to `maximum` characters."""

    minimum: int
    maximum: int

    def violation(self, value: Any) -> str | None:
        if re.search(CONTROL_CHARACTERS, value):
            return "contains control characters"
        if not self.minimum <= len(value) <= self.maximum:
            return f"has {len(value)} characters; {self.minimum} to {self.maximum} are allowed"
        return "is blank" if self.minimum and not value.strip() else None


@dataclass(frozen=True)
class Range:
    """A number from `minimum` to `maximum`, both included, with at most `decimals` digits after the point."""

    minimum: float
    maximum: float
    decimals: int | None = None

    def violation(self, value: Any) -> str | None:
        if not self.minimum <= value <= self.maximum:  # also true of NaN, and of integers too large for a float
            return f"is {value!r:.24}; {self.minimum:,} to {self.maximum:,} is allowed"
        if self.decimals is not None and round(value, self.decimals) != value:
            return f"is {value!r}; at most {self.decimals} decimals are allowed"
        return None


@dataclass(frozen=True)
class MaxItems:
    """A list of at most `maximum` members."""

    maximum: int


Constraint = Pattern | Length | Range
