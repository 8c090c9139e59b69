"""AppSync's scalars, as far as our schema has them. What they take they also give, unchanged, and nothing else.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
"""

import json
import re
from calendar import monthrange
from collections.abc import Callable
from typing import Any

import strawberry

from data.records import DateTime, Email, Url
from local import unconfirmed

DATE_TIME = re.compile(
    r"-?(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-9]{2})"
    r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"(Z|[+-](0[0-9]|1[0-8]):[0-5][0-9](:[0-5][0-9])?)"
)
URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!(//)?\Z)(//[^\s/?#]*+)?+(?P<path>[^\s?#]*+)(\?[^\s#]*+)?(#\S*)?")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
WORDS = {"AWSDateTime": "DateTime Object"} | unconfirmed.SCALAR_NAMES


class NotOfType(ValueError):
    """A value that a scalar does not have."""


def is_date_time(text: str) -> bool:
    """Whether a text is a day and a time to the minute or finer, with its zone: `2020-01-01T00:00+01:00`."""
    found = DATE_TIME.fullmatch(text)
    if not found:
        return False
    same_calendar = 2000 + int(found["year"]) % 400
    return 1 <= int(found["day"]) <= monthrange(same_calendar, int(found["month"]))[1]


def is_url(text: str) -> bool:
    """Whether a text has a scheme, something behind it, and no `//` in its path."""
    found = URL.fullmatch(text)
    return found is not None and "//" not in found["path"]


def is_email(text: str) -> bool:
    return EMAIL.fullmatch(text) is not None


SCALARS: dict[object, tuple[str, Callable[[str], bool]]] = {
    DateTime: ("AWSDateTime", is_date_time),
    Url: ("AWSURL", is_url),
    Email: ("AWSEmail", is_email),
}


def definitions() -> dict[object, Any]:
    """Each of our types with the scalar that it is in the schema, as Strawberry takes them."""
    return {kind: definition(name, fits) for kind, (name, fits) in SCALARS.items()}


def definition(name: str, fits: Callable[[str], bool]) -> Any:
    def checked(value: Any) -> str:
        if isinstance(value, str) and fits(value):
            return value
        raise NotOfType(name)

    return strawberry.scalar(name=name, serialize=checked, parse_value=checked)


def unable(verb: str, value: Any, type: str) -> str:
    """What AppSync says of a value that a scalar does not take ("parse") or give ("serialize")."""
    printed = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return f"Unable to {verb} `{printed}` as a valid {WORDS.get(type, type)}."
