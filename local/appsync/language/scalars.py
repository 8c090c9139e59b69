"""The AppSync scalars of our schema. Input and output have the same rule: a valid value is returned unchanged.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
"""

import json
import re
from calendar import monthrange
from collections.abc import Callable
from typing import Any

from graphql import GraphQLSchema

from local import assumptions

DATE_TIME = re.compile(
    r"-?(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-9]{2})"
    r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"(Z|[+-](0[0-9]|1[0-8]):[0-5][0-9](:[0-5][0-9])?)"
)
URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!(//)?\Z)(//[^\s/?#]*+)?+(?P<path>[^\s?#]*+)(\?[^\s#]*+)?(#\S*)?")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
DISPLAY_NAMES = {"AWSDateTime": "DateTime Object"} | assumptions.SCALAR_NAMES


class ScalarError(ValueError):
    """A value that a scalar does not allow; the message is the scalar's name."""


def is_date_time(text: str) -> bool:
    """True if a text is a date and a time (to the minute or finer) with a time zone: `2020-01-01T00:00+01:00`."""
    match = DATE_TIME.fullmatch(text)
    if not match:
        return False
    equivalent_year = 2000 + int(match["year"]) % 400
    return 1 <= int(match["day"]) <= monthrange(equivalent_year, int(match["month"]))[1]


def is_url(text: str) -> bool:
    """True if a text has a scheme, anything after it, and no `//` in its path."""
    match = URL.fullmatch(text)
    return match is not None and "//" not in match["path"]


def is_email(text: str) -> bool:
    return EMAIL.fullmatch(text) is not None


SCALARS: dict[str, Callable[[str], bool]] = {"AWSDateTime": is_date_time, "AWSURL": is_url, "AWSEmail": is_email}


def attach_coercions(schema: GraphQLSchema) -> None:
    """Adds AppSync's validation to the AppSync scalars that a schema declares."""
    for name in SCALARS.keys() & schema.type_map.keys():
        scalar: Any = schema.type_map[name]
        scalar.coerce_input_value = scalar.coerce_output_value = make_coercion(name)


def make_coercion(name: str) -> Callable[[Any], str]:
    """Creates a function that returns a valid value unchanged and raises ScalarError for any other value."""
    is_valid = SCALARS[name]

    def coerce(value: Any) -> str:
        if isinstance(value, str) and is_valid(value):
            return value
        raise ScalarError(name)

    return coerce


def scalar_error(verb: str, value: Any, type: str) -> str:
    """Returns AppSync's message for a value that a scalar cannot "parse" (input) or "serialize" (output)."""
    printed = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return f"Unable to {verb} `{printed}` as a valid {DISPLAY_NAMES.get(type, type)}."
