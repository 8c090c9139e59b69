"""AppSync's scalars, as far as our schema has them. What they take they also give, unchanged, and nothing else.

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
    """A value that a scalar does not allow; the text is the scalar's name."""


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


SCALARS: dict[str, Callable[[str], bool]] = {"AWSDateTime": is_date_time, "AWSURL": is_url, "AWSEmail": is_email}


def attach(schema: GraphQLSchema) -> None:
    """Makes the scalars of a schema check their values, as AppSync does with those that it defines."""
    for name in SCALARS.keys() & schema.type_map.keys():
        scalar: Any = schema.type_map[name]
        scalar.coerce_input_value = scalar.coerce_output_value = coercion(name)


def coercion(name: str) -> Callable[[Any], str]:
    """Returns a value unchanged, as input and as output. Raises ScalarError if the scalar does not allow it."""
    is_valid = SCALARS[name]

    def checked(value: Any) -> str:
        if isinstance(value, str) and is_valid(value):
            return value
        raise ScalarError(name)

    return checked


def scalar_error(verb: str, value: Any, type: str) -> str:
    """AppSync's message for a value that a scalar cannot "parse" as input, or "serialize" as output."""
    printed = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return f"Unable to {verb} `{printed}` as a valid {DISPLAY_NAMES.get(type, type)}."
