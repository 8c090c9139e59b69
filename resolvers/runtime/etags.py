"""ETags: the version of a property in HTTP headers, and the preconditions of a request.

https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

import re
from collections.abc import Set

from data.errors import ApiError, InvalidInput
from data.records import Property

ETAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
ETAG_LIST = re.compile(rf"{ETAG}(?:[ \t]*,[ \t]*{ETAG})*")
MAX_HEADER_LENGTH = 1_024


class PreconditionFailed(ApiError):
    """If-Match does not list the current version."""

    def __init__(self, id: str, current_version: int) -> None:
        super().__init__(f"the property {id} is at version {current_version}, not listed in If-Match: read it again")
        self.id = id
        self.current_version = current_version


def for_property(property_: Property) -> str:
    return f'"{property_.version}"'


def parse_if_match(if_match: str | None) -> Set[str] | None:
    """Returns the ETags that If-Match allows, None for any. A weak one never matches. Raises InvalidInput."""
    return parse_etags("If-Match", if_match) if if_match is not None else None


def require_match(property_: Property, etags: Set[str] | None) -> None:
    """Raises PreconditionFailed if the version of the property is not one of the ETags; None allows any."""
    if etags is not None and for_property(property_) not in etags:
        raise PreconditionFailed(property_.id, property_.version)


def is_not_modified(property_: Property, if_none_match: str | None) -> bool:
    """True if `If-None-Match` matches the current version (weak comparison, RFC 9110 §13.1.2). Raises InvalidInput."""
    if if_none_match is None:
        return False
    etags = parse_etags("If-None-Match", if_none_match)
    return etags is None or for_property(property_) in {tag.removeprefix("W/") for tag in etags}


def parse_etags(header: str, value: str) -> Set[str] | None:
    """Returns the ETags of a header; None for `*`, which matches any. Raises InvalidInput."""
    if value.strip() == "*":
        return None
    if len(value) > MAX_HEADER_LENGTH or not ETAG_LIST.fullmatch(value.strip()):
        raise InvalidInput(header, 'must be ETags, as in "3", or *')
    return frozenset(re.findall(ETAG, value))
