"""How bad a change is for apps that are out."""

from enum import IntEnum


class Grade(IntEnum):
    """The worse, the greater."""

    SAFE = 0
    DANGEROUS = 1
    BREAKING = 2

    def __str__(self) -> str:
        return self.name.lower()
