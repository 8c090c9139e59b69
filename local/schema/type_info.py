"""What the schema reads from Python types: names, descriptions, attributes, and the auth modes that reach a type."""

import inspect
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from data.records import INTERNAL, Deprecated, Unset
from resolvers.field_config import ROOT_TYPES, AuthMode, FieldConfig
from resolvers.runtime import encoding
from resolvers.runtime.encoding import camel_case


def strip_annotations(type_: Any) -> Any:
    """Returns the type inside `Annotated`; any other type unchanged."""
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_


def annotations(type_: Any) -> list[Any]:
    return list(get_args(type_)[1:]) if get_origin(type_) is Annotated else []


def description(type_: Any) -> str | None:
    """Returns a type's description: the outermost text in its `Annotated`, or else that of its first union member."""
    texts = [annotation for annotation in annotations(type_) if isinstance(annotation, str)]
    members = union_members(strip_annotations(type_)) or []
    return texts[-1] if texts else next((description(member) for member in members), None)


def deprecation_reason(type_: Any) -> str | None:
    return next((annotation.reason for annotation in annotations(type_) if isinstance(annotation, Deprecated)), None)


def is_internal(type_: Any) -> bool:
    return INTERNAL in annotations(type_)


def union_members(type_: Any) -> list[Any] | None:
    """Returns the members of a union without None and Unset; None if the type is not a union."""
    if get_origin(type_) not in (Union, types.UnionType):
        return None
    return [member for member in get_args(type_) if member not in (types.NoneType, Unset)]


def is_record(type_: Any) -> bool:
    record = get_origin(type_) or type_
    return isinstance(record, type) and is_dataclass(record)


def type_name(type_: Any) -> str:
    """Returns a record's name in the schema. A generic type has its node's CONNECTION or name as a prefix."""
    record: Any = get_origin(type_) or type_
    if not get_args(type_):
        return str(record.__name__)
    (node,) = get_args(type_)
    return f"{getattr(node, 'CONNECTION', node.__name__)}{record.__name__}"


def attributes(type_: Any) -> dict[str, Any]:
    """Returns a record's attributes by their names in the schema, with their annotated types."""
    record: Any = get_origin(type_) or type_
    type_arguments = dict(zip(getattr(record, "__parameters__", ()), get_args(type_), strict=True))
    hints = get_type_hints(record, include_extras=True)
    return {camel_case(field.name): substitute_type_vars(hints[field.name], type_arguments) for field in fields(record)}


def substitute_type_vars(type_: Any, type_arguments: dict[Any, Any]) -> Any:
    """Returns a type with its type variables replaced."""
    if isinstance(type_, TypeVar):
        return type_arguments[type_]
    if type_arguments and get_args(type_) and getattr(type_, "__parameters__", ()):
        return type_[tuple(type_arguments[variable] for variable in type_.__parameters__)]
    return type_


def reachable_auth_modes(field_configs: tuple[FieldConfig, ...]) -> dict[str, list[AuthMode]]:
    """Returns the auth modes that can reach each type through the fields that allow them, in the fields' order."""
    modes: dict[str, list[AuthMode]] = {}
    for config in field_configs:
        for mode in config.auth_modes if config.parent in ROOT_TYPES else ():
            collect_auth_modes(
                encoding.result_type(config), mode, {config.path: config for config in field_configs}, modes
            )
    return modes


def collect_auth_modes(
    type_: Any, mode: AuthMode, configs: dict[str, FieldConfig], modes: dict[str, list[AuthMode]]
) -> None:
    for record in record_types(type_):
        record_modes = modes.setdefault(type_name(record), [])
        if mode in record_modes:
            continue
        record_modes.append(mode)
        resolved_fields = [config for config in configs.values() if config.parent == type_name(record)]
        for attribute, attribute_type in attributes(record).items():
            if f"{type_name(record)}.{attribute}" not in configs and not is_internal(attribute_type):
                collect_auth_modes(attribute_type, mode, configs, modes)
        for config in resolved_fields:
            if mode in config.auth_modes:
                collect_auth_modes(encoding.result_type(config), mode, configs, modes)


def record_types(type_: Any) -> Iterator[Any]:
    """Yields the records in a type: the type itself, or the records in the arguments of a list or a union."""
    if is_record(type_):
        yield type_
        return
    for argument in get_args(type_):
        yield from record_types(argument)


def docstring(type_: Any) -> str | None:
    return inspect.getdoc(get_origin(type_) or type_)
