"""The fields of a request's body, a JSON object or a form, each parsed as its type."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

Form = Mapping[str, Any]


class InvalidRequest(Exception):
    """A field is invalid. The text names the field and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field


def parse_form(body: bytes) -> Form:
    """Returns the fields of a body. Values of a repeated form field are joined by commas. Raises InvalidRequest."""
    if not body.lstrip().startswith(b"{"):
        return {name: ",".join(values) for name, values in parse_qs(body.decode(errors="replace")).items()}
    try:
        form: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("the body", "is no JSON object and no form") from error
    return form


def parse_text(form: Form, field: str, max_length: int) -> str | None:
    """Returns a text of printable characters, or None if it is missing or empty. Raises InvalidRequest."""
    value = form.get(field)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not value.isprintable() or len(value) > max_length:
        raise InvalidRequest(field, f"must be 1 to {max_length:,} printable characters")
    return value


def parse_required_text(form: Form, field: str, max_length: int) -> str:
    value = parse_text(form, field, max_length)
    if value is None:
        raise InvalidRequest(field, "is missing")
    return value


def parse_choice(form: Form, field: str, choices: Sequence[str]) -> str:
    """Returns one of the choices, the first if the field is missing or empty. Raises InvalidRequest."""
    value = form.get(field) or choices[0]
    if value not in choices:
        raise InvalidRequest(field, f"must be {' or '.join(choices)}")
    return str(value)


def parse_names(form: Form, field: str, max_length: int) -> list[str]:
    """Returns the non-empty names of a list or of a comma-separated text. Raises InvalidRequest."""
    value = form.get(field) or []
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list):
        raise InvalidRequest(field, "must be a list of names, or names with commas between")
    return [name for member in names if (name := parse_text({field: member}, field, max_length))]


def parse_number(form: Form, field: str, minimum: int, maximum: int, default: int) -> int:
    """Returns an integer, the default if the field is missing. Raises InvalidRequest."""
    value = form.get(field)
    if value is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,9}", str(value)) or not minimum <= int(value) <= maximum:
        raise InvalidRequest(field, f"must be a whole number from {minimum:,} to {maximum:,}")
    return int(value)
