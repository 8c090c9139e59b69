"""What a value may be. A bound rides on a type, as in `Annotated[str, Length(5, 200)]`."""

import re
from dataclasses import dataclass
from typing import Any

NO_TEXT = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"  # control characters, and halves of characters


@dataclass(frozen=True)
class Matches:
    """Text of one form, told to people as `form`."""

    pattern: str
    form: str

    def refuses(self, value: Any) -> str | None:
        fits = re.fullmatch(self.pattern, value) and not re.search(NO_TEXT, value)
        return None if fits else f"must be {self.form}"


@dataclass(frozen=True)
class Length:
    """Text of `least` to `most` characters."""

    least: int
    most: int

    def refuses(self, value: Any) -> str | None:
        if re.search(NO_TEXT, value):
            return "has characters that are no text"
        if not self.least <= len(value) <= self.most:
            return f"has {len(value)} characters; {self.least} to {self.most} are allowed"
        return "is blank" if self.least and not value.strip() else None


@dataclass(frozen=True)
class Between:
    """A number from `least` to `most`, both included, with at most `decimals` digits after the point."""

    least: float
    most: float
    decimals: int | None = None

    def refuses(self, value: Any) -> str | None:
        if not self.least <= value <= self.most:  # nor is NaN, nor what is too long for a float
            return f"is {value!r:.24}; {self.least:,} to {self.most:,} is allowed"
        if self.decimals is not None and round(value, self.decimals) != value:
            return f"is {value!r}; at most {self.decimals} decimals are allowed"
        return None


@dataclass(frozen=True)
class AtMost:
    """A list of no more than `count` members."""

    count: int


Bound = Matches | Length | Between
