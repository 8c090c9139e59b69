"""Converts records to plain values and back, for both the items of the table and the JSON of the API."""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from data.constraints import Constraint, Length, MaxItems, Pattern, Range
from data.errors import InvalidInput, LimitExceeded
from data.records import Unset

R = TypeVar("R")
Rename = Callable[[str], str]
Converter = Callable[[Any, str], Any]


def identity(name: str) -> str:
    return name


@cache
def camel_case(name: str) -> str:
    """Returns a Python name as the API names it: `zip_code` is `zipCode`."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def to_plain(value: Any, rename: Rename = identity) -> Any:
    """Returns a record as dicts, lists, texts and numbers, with attribute names converted by `rename`."""
    if value is None or type(value) in TYPE_NAMES:
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {
            name: to_plain(getattr(value, attribute), rename)
            for attribute, name in field_names(value.__class__, rename)
        }
    if isinstance(value, (list, tuple)):
        return [to_plain(member, rename) for member in value]
    return value


@cache
def field_names(type_: Any, rename: Rename) -> list[tuple[str, str]]:
    """Returns the attributes of a record, each with its name converted by `rename`."""
    return [(field.name, rename(field.name)) for field in fields(type_)]


def to_item_attributes(record: Any) -> dict[str, Any]:
    """Returns a record as attributes of an item, without those that are None."""
    return {name: value for name, value in to_plain(record).items() if value is not None}


def from_plain(type_: type[R], value: Mapping[str, Any], rename: Rename = identity) -> R:
    """Returns the record of `type_` from which `value` was made. It does not validate: `value` is trusted."""
    make_converter: Any = converter
    record: R = make_converter(type_, rename, validate=False)(value, "")
    return record


@cache
def converter(type_: Any, rename: Rename, validate: bool) -> Converter:
    """Returns the function that converts a plain value to `type_`. Its second argument is the path for messages.

    With `validate`, the function raises InvalidInput or LimitExceeded if a value violates its type or a constraint.
    """
    if get_origin(type_) is Annotated:
        inner, *annotations = get_args(type_)
        constraints = [
            annotation for annotation in annotations if isinstance(annotation, (Pattern, Length, Range, MaxItems))
        ]
        return constrained(converter(inner, rename, validate), constraints if validate else [])
    if isinstance(type_, NewType):
        return converter(type_.__supertype__, rename, validate)
    if get_origin(type_) in (Union, types.UnionType):
        return optional(type_, rename, validate)
    if get_origin(type_) in (list, tuple):
        return sequence(get_origin(type_), converter(get_args(type_)[0], rename, validate), validate)
    if is_dataclass(type_):
        return record(type_, rename, validate)
    if isinstance(type_, type) and issubclass(type_, Enum):
        return enum_member(type_) if validate else lambda value, path: type_(value)
    return scalar(type_, validate)


def constrained(convert: Converter, constraints: list[Constraint | MaxItems]) -> Converter:
    if not constraints:
        return convert

    def convert_and_check(value: Any, path: str) -> Any:
        converted = convert(value, path)
        for constraint in constraints if converted is not None else ():
            if isinstance(constraint, MaxItems):
                if len(converted) > constraint.maximum:
                    raise LimitExceeded(path, constraint.maximum)
            elif reason := constraint.violation(converted):
                raise InvalidInput(path, reason)
        return converted

    return convert_and_check


def optional(type_: Any, rename: Rename, validate: bool) -> Converter:
    inner = next(member_type for member_type in get_args(type_) if member_type not in (types.NoneType, Unset))
    convert = converter(inner, rename, validate)
    nullable = types.NoneType in get_args(type_)

    def convert_or_null(value: Any, path: str) -> Any:
        if value is not None:
            return convert(value, path)
        if nullable:
            return None
        raise InvalidInput(path, "must not be null (omit it to keep the current value)")

    return convert_or_null


def sequence(type_: Any, convert: Converter, validate: bool) -> Converter:
    def convert_each(values: Any, path: str) -> Any:
        if validate and not isinstance(values, list):
            raise InvalidInput(path, "must be a list")
        return type_(convert(value, f"{path}[{position}]") for position, value in enumerate(values))

    return convert_each


def enum_member(enum_type: type[Enum]) -> Converter:
    names = ", ".join(enum_type.__members__)

    def convert_member(value: Any, path: str) -> Any:
        try:
            return enum_type(value)
        except ValueError as error:
            raise InvalidInput(path, f"must be one of {names}") from error

    return convert_member


def record(type_: Any, rename: Rename, validate: bool) -> Converter:
    hints = get_type_hints(type_, include_extras=True)
    converters = [
        (field.name, rename(field.name), converter(hints[field.name], rename, validate)) for field in fields(type_)
    ]
    required = {field.name for field in fields(type_) if field.default is MISSING}

    def convert_record(value: Any, path: str) -> Any:
        if validate and not isinstance(value, Mapping):
            raise InvalidInput(path, "must be an object")
        attributes = {}
        for attribute, name, convert in converters:
            field_path = f"{path}.{name}" if path else name
            if name in value:
                attributes[attribute] = convert(value[name], field_path)
            elif validate and attribute in required:
                raise InvalidInput(field_path, "is missing")
        return type_(**attributes)

    return convert_record


def scalar(type_: Any, validate: bool) -> Converter:
    accepted_types = (int, float) if type_ is float else (type_,)

    def convert_scalar(value: Any, path: str) -> Any:
        if validate and (type(value) not in accepted_types):
            raise InvalidInput(path, f"must be {TYPE_NAMES[type_]}")
        return to_finite_float(value) if type_ is float else value

    return convert_scalar


def to_finite_float(value: float) -> float:
    """Returns a float. A JSON integer too large for a float becomes infinity, which violates every range."""
    try:
        return float(value) + 0.0  # converts minus zero to zero
    except OverflowError:
        return float("inf")


TYPE_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
