"""A home's version on the wire, and the conditions that name it.

https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

import re
from collections.abc import Set

from data.errors import InvalidInput, Refusal
from data.records import Property

TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAGS = re.compile(rf"{TAG}(?:[ \t]*,[ \t]*{TAG})*")
LONGEST = 1_024


class Changed(Refusal):
    """If-Match names another version than the one that is there."""

    def __init__(self, id: str, current_version: int) -> None:
        super().__init__(f"the property {id} is at version {current_version}, not at one of If-Match: read it again")
        self.id = id
        self.current_version = current_version


def of(home: Property) -> str:
    return f'"{home.version}"'


def wanted(if_match: str | None) -> Set[str] | None:
    """The tags that a write may find; None for any. A weak one is never what is there. Raises InvalidInput."""
    return tags("If-Match", if_match) if if_match is not None else None


def check(home: Property, wanted: Set[str] | None) -> None:
    """Raises Changed where a home is at none of the tags."""
    if wanted is not None and of(home) not in wanted:
        raise Changed(home.id, home.version)


def known(home: Property, if_none_match: str | None) -> bool:
    """Whether whoever asks has the home as it is. Here a weak tag is as good. Raises InvalidInput."""
    if if_none_match is None:
        return False
    told = tags("If-None-Match", if_none_match)
    return told is None or of(home) in {tag.removeprefix("W/") for tag in told}


def tags(header: str, told: str) -> Set[str] | None:
    """The tags that a header names; None for `*`, which is any."""
    if told.strip() == "*":
        return None
    if len(told) > LONGEST or not TAGS.fullmatch(told.strip()):
        raise InvalidInput(header, 'must be ETags, as in "3", or *')
    return frozenset(re.findall(TAG, told))
