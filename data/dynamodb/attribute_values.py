"""Plain values in DynamoDB's own notation, and back.

Numbers are int or float, never Decimal: a price has at most 15 significant digits, which a float carries exactly.
"""

from collections.abc import Mapping
from typing import Any

SMALLEST = 1e-130  # what is nearer to zero DynamoDB refuses


def item(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value(member) for name, member in values.items()}


def value(plain: Any) -> dict[str, Any]:
    if isinstance(plain, str):
        return {"S": plain}
    if isinstance(plain, bool):
        return {"BOOL": plain}
    if isinstance(plain, (int, float)):
        return {"N": "0" if abs(plain) < SMALLEST else repr(plain)}
    if plain is None:
        return {"NULL": True}
    if isinstance(plain, Mapping):
        return {"M": item(plain)}
    return {"L": [value(member) for member in plain]}


def plain_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(member) for name, member in item.items()}


def plain(value: Mapping[str, Any]) -> Any:
    ((kind, held),) = value.items()
    if kind == "N":
        return float(held) if any(sign in held for sign in ".eE") else int(held)
    if kind == "L":
        return [plain(member) for member in held]
    if kind == "M":
        return plain_item(held)
    return None if kind == "NULL" else held
