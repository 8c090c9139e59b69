"""Records and arguments as the API's JSON, and back."""

import hashlib
import inspect
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from data import serialization
from data.errors import InvalidInput
from data.records import ABSENT
from data.serialization import Naming, camel
from resolvers.field_config import Field, Resolver
from resolvers.runtime.caller import Caller

__all__ = [
    "arguments",
    "camel",
    "decode",
    "digest",
    "encode",
    "facts",
    "parameters",
    "parents",
    "result",
    "said",
    "takes_caller",
]


def encode(answer: Any, naming: Naming = camel) -> Any:
    """An answer as AppSync takes it: all of a record, for the fields below it; the schema says what a client sees."""
    return serialization.dump(answer, naming)


def decode(kind: Any, given: Any, where: str, naming: Naming = camel) -> Any:
    """What was given, as a `kind`; `where` is what people know it by. Raises InvalidInput, TooMany."""
    return serialization.loader(kind, naming, checked=True)(given, where)


def arguments(resolver: Resolver, given: Mapping[str, Any]) -> dict[str, Any]:
    """A field's arguments as its resolver takes them. Raises InvalidInput or TooMany where one is out of bounds."""
    kinds = {camel(name): (name, kind) for name, kind in parameters(resolver).items()}
    return {name: decode(kind, given[spelled], spelled) for spelled, (name, kind) in kinds.items() if spelled in given}


def said(input: Any) -> dict[str, Any]:
    """What an update's input says: all that was not left out. Raises InvalidInput where that is nothing."""
    changes = {name: value for name, value in vars(input).items() if value is not ABSENT}
    if not changes:
        raise InvalidInput("input", "is empty: there is nothing to change")
    return changes


def digest(input: Any) -> str:
    """A hash of an input: the same for the same values, however they were written."""
    return hashlib.sha256(json.dumps(encode(input), sort_keys=True).encode()).hexdigest()


def parents(field: Field, sources: list[Mapping[str, Any]]) -> list[Any]:
    """What a batched field's function is handed: of each parent the attribute in its row, or the parent itself."""
    if field.batch and field.batch.by:
        return [source[camel(field.batch.by)] for source in sources]
    record = get_args(next(iter(hints(field.resolver).values())))[0]
    return [serialization.load(record, source, camel) for source in sources]


def facts(error: Exception) -> dict[str, Any]:
    """What an error carries besides its text: its attributes, as `errorInfo`."""
    return {camel(name): value for name, value in vars(error).items()}


def takes_caller(resolver: Resolver) -> str | None:
    """The name of the resolver's parameter that is the caller; None where it does not ask who calls."""
    return next((name for name, kind in hints(resolver).items() if kind is Caller), None)


def parameters(resolver: Resolver) -> dict[str, Any]:
    """The field's arguments among a resolver's parameters: all that is named and is not the caller, nor the parents."""
    return {
        name: hints(resolver)[name]
        for name, parameter in inspect.signature(resolver).parameters.items()
        if hints(resolver)[name] is not Caller and parameter.kind is not inspect.Parameter.POSITIONAL_ONLY
    }


def result(field: Field) -> Any:
    """The type that a field answers: of a batched one, the member of its function's list."""
    answer = get_type_hints(field.resolver, include_extras=True)["return"]
    return get_args(answer)[0] if field.batch else answer


@cache
def hints(resolver: Resolver) -> dict[str, Any]:
    """The types of a resolver's parameters, in their order."""
    found = get_type_hints(resolver, include_extras=True)
    return {name: found[name] for name in inspect.signature(resolver).parameters}
