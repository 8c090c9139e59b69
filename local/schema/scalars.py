"""The scalars of our schema: the AppSync scalar that each of our text types is, as Strawberry takes them."""

from typing import Any

import strawberry

from data.records import DateTime, Email, Url
from local.appsync.language.scalars import coercion

NAMES: dict[object, str] = {DateTime: "AWSDateTime", Url: "AWSURL", Email: "AWSEmail"}


def definitions() -> dict[object, Any]:
    return {type: definition(name) for type, name in NAMES.items()}


def definition(name: str) -> Any:
    checked = coercion(name)
    return strawberry.scalar(name=name, serialize=checked, parse_value=checked)
