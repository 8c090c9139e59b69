"""Strawberry scalars for the text types of data/records.py, each named as the AppSync scalar that it is."""

from typing import Any

import strawberry

from data.records import DateTime, Email, Url
from local.appsync.language.scalars import make_coercion

SCALAR_NAMES: dict[object, str] = {DateTime: "AWSDateTime", Url: "AWSURL", Email: "AWSEmail"}


def scalar_map() -> dict[object, Any]:
    return {type: define_scalar(name) for type, name in SCALAR_NAMES.items()}


def define_scalar(name: str) -> Any:
    coerce = make_coercion(name)
    return strawberry.scalar(name=name, serialize=coerce, parse_value=coerce)
