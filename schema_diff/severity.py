"""The severity of a change for released apps."""

from enum import IntEnum


class Severity(IntEnum):
    """A greater value is more severe."""

    SAFE = 0
    DANGEROUS = 1
    BREAKING = 2

    def __str__(self) -> str:
        return self.name.lower()
