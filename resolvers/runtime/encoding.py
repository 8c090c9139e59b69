"""Converts records and arguments to the API's JSON, and back."""

import hashlib
import inspect
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from data import serialization
from data.errors import InvalidInput
from data.records import UNSET
from data.serialization import Rename, camel_case
from resolvers.field_config import FieldConfig, Resolver
from resolvers.runtime.caller import Caller

__all__ = [
    "argument_types",
    "arguments",
    "batch_arguments",
    "caller_parameter",
    "camel_case",
    "decode",
    "digest",
    "encode",
    "error_info",
    "provided_fields",
    "result_type",
]


def encode(value: Any, naming: Rename = camel_case) -> Any:
    """Returns a result as JSON for AppSync: the entire record, because nested fields need it as their source."""
    return serialization.to_plain(value, naming)


def decode(type_: Any, value: Any, path: str, naming: Rename = camel_case) -> Any:
    """Returns a JSON value as an object of a type; errors name its `path`. Raises InvalidInput, LimitExceeded."""
    return serialization.converter(type_, naming, validate=True)(value, path)


def arguments(resolver: Resolver, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the arguments of a field for its resolver. Raises InvalidInput, LimitExceeded."""
    parameters_by_graphql_name = {camel_case(name): (name, type_) for name, type_ in argument_types(resolver).items()}
    return {
        name: decode(type_, values[graphql_name], graphql_name)
        for graphql_name, (name, type_) in parameters_by_graphql_name.items()
        if graphql_name in values
    }


def provided_fields(input: Any) -> dict[str, Any]:
    """Returns the fields of an update that the client has set, null included. Raises InvalidInput if none is set."""
    changes = {name: value for name, value in vars(input).items() if value is not UNSET}
    if not changes:
        raise InvalidInput("input", "must set at least one field")
    return changes


def digest(input: Any) -> str:
    """Returns the SHA-256 of an input: equal for equal values, however they were spelled in JSON."""
    return hashlib.sha256(json.dumps(encode(input), sort_keys=True).encode()).hexdigest()


def batch_arguments(field: FieldConfig, sources: list[Mapping[str, Any]]) -> list[Any]:
    """Returns the first argument of a batched resolver: `batch.by` of each parent, or the parents themselves."""
    if field.batch and field.batch.by:
        return [source[camel_case(field.batch.by)] for source in sources]
    type_ = get_args(next(iter(parameter_types(field.resolver).values())))[0]
    return [serialization.from_plain(type_, source, camel_case) for source in sources]


def error_info(error: Exception) -> dict[str, Any]:
    """Returns the attributes of an error as `errorInfo`."""
    return {camel_case(name): value for name, value in vars(error).items()}


def caller_parameter(resolver: Resolver) -> str | None:
    """Returns the name of the resolver's parameter for the caller; None if it has none."""
    return next((name for name, type_ in parameter_types(resolver).items() if type_ is Caller), None)


def argument_types(resolver: Resolver) -> dict[str, Any]:
    """Returns the types of the field's arguments: all parameters except the caller and the batch's parents."""
    return {
        name: parameter_types(resolver)[name]
        for name, parameter in inspect.signature(resolver).parameters.items()
        if parameter_types(resolver)[name] is not Caller and parameter.kind is not inspect.Parameter.POSITIONAL_ONLY
    }


def result_type(field: FieldConfig) -> Any:
    """Returns the type of a field: for a batched field, the item type of the resolver's list."""
    type_ = get_type_hints(field.resolver, include_extras=True)["return"]
    return get_args(type_)[0] if field.batch else type_


@cache
def parameter_types(resolver: Resolver) -> dict[str, Any]:
    """Returns the types of a resolver's parameters, in their order."""
    types = get_type_hints(resolver, include_extras=True)
    return {name: types[name] for name in inspect.signature(resolver).parameters}
