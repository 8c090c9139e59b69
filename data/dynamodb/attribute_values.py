"""Converts plain Python values to DynamoDB attribute values and back.

Numbers are int or float, never Decimal: a price has at most 15 significant digits, which a float carries exactly.
"""

from collections.abc import Mapping
from typing import Any

MIN_MAGNITUDE = 1e-130  # DynamoDB rejects numbers closer to zero


def serialize_item(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: serialize(value) for name, value in values.items()}


def serialize(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": "0" if abs(value) < MIN_MAGNITUDE else repr(value)}
    if value is None:
        return {"NULL": True}
    if isinstance(value, Mapping):
        return {"M": serialize_item(value)}
    return {"L": [serialize(member) for member in value]}


def deserialize_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: deserialize(value) for name, value in item.items()}


def deserialize(attribute_value: Mapping[str, Any]) -> Any:
    ((type_code, value),) = attribute_value.items()
    if type_code == "N":
        return float(value) if any(sign in value for sign in ".eE") else int(value)
    if type_code == "L":
        return [deserialize(member) for member in value]
    if type_code == "M":
        return deserialize_item(value)
    return None if type_code == "NULL" else value
