"""Records to plain values and back: one conversion, for the table's items and for the API's JSON alike."""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from data.constraints import AtMost, Between, Bound, Length, Matches
from data.errors import InvalidInput, TooMany
from data.records import Absent

R = TypeVar("R")
Naming = Callable[[str], str]
Loader = Callable[[Any, str], Any]


def same(name: str) -> str:
    return name


@cache
def camel(name: str) -> str:
    """A Python name as the API spells it: `zip_code` is `zipCode`."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def dump(value: Any, naming: Naming = same) -> Any:
    """A record as dicts, lists, texts, numbers; its attributes named by `naming`."""
    if value is None or type(value) in WORDS:
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {name: dump(getattr(value, attribute), naming) for attribute, name in members(value.__class__, naming)}
    if isinstance(value, (list, tuple)):
        return [dump(member, naming) for member in value]
    return value


@cache
def members(kind: Any, naming: Naming) -> list[tuple[str, str]]:
    """The attributes of a record, each with the name that `naming` gives it."""
    return [(field.name, naming(field.name)) for field in fields(kind)]


def item(record: Any) -> dict[str, Any]:
    """A record as an item's attributes: an absent one is left out."""
    return {name: value for name, value in dump(record).items() if value is not None}


def load(kind: type[R], value: Mapping[str, Any], naming: Naming = same) -> R:
    """The record of `kind` that `value` was dumped from. Trusts its source: nothing is checked."""
    loads: Any = loader
    record: R = loads(kind, naming, checked=False)(value, "")
    return record


@cache
def loader(kind: Any, naming: Naming, checked: bool) -> Loader:
    """What makes a `kind` from plain values; `checked`, it raises InvalidInput or TooMany for one out of bounds."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        bounds = [note for note in notes if isinstance(note, (Matches, Length, Between, AtMost))]
        return bounded(loader(inner, naming, checked), bounds if checked else [])
    if isinstance(kind, NewType):
        return loader(kind.__supertype__, naming, checked)
    if get_origin(kind) in (Union, types.UnionType):
        return optional(kind, naming, checked)
    if get_origin(kind) in (list, tuple):
        return sequence(get_origin(kind), loader(get_args(kind)[0], naming, checked), checked)
    if is_dataclass(kind):
        return record(kind, naming, checked)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return member(kind) if checked else lambda value, where: kind(value)
    return number_or_text(kind, checked)


def bounded(load: Loader, bounds: list[Bound | AtMost]) -> Loader:
    if not bounds:
        return load

    def within(value: Any, where: str) -> Any:
        loaded = load(value, where)
        for bound in bounds if loaded is not None else ():
            if isinstance(bound, AtMost):
                if len(loaded) > bound.count:
                    raise TooMany(where, bound.count)
            elif why := bound.refuses(loaded):
                raise InvalidInput(where, why)
        return loaded

    return within


def optional(kind: Any, naming: Naming, checked: bool) -> Loader:
    inner = next(arm for arm in get_args(kind) if arm not in (types.NoneType, Absent))
    load = loader(inner, naming, checked)
    nullable = types.NoneType in get_args(kind)

    def value_or_null(value: Any, where: str) -> Any:
        if value is not None:
            return load(value, where)
        if nullable:
            return None
        raise InvalidInput(where, "may be left out, but not null")

    return value_or_null


def sequence(kind: Any, load: Loader, checked: bool) -> Loader:
    def load_each(values: Any, where: str) -> Any:
        if checked and not isinstance(values, list):
            raise InvalidInput(where, "must be a list")
        return kind(load(value, f"{where}[{n}]") for n, value in enumerate(values))

    return load_each


def member(kind: type[Enum]) -> Loader:
    names = ", ".join(kind.__members__)

    def load_member(value: Any, where: str) -> Any:
        try:
            return kind(value)
        except ValueError as error:
            raise InvalidInput(where, f"must be one of {names}") from error

    return load_member


def record(kind: Any, naming: Naming, checked: bool) -> Loader:
    hints = get_type_hints(kind, include_extras=True)
    loaders = [(field.name, naming(field.name), loader(hints[field.name], naming, checked)) for field in fields(kind)]
    needed = {field.name for field in fields(kind) if field.default is MISSING}

    def load_record(value: Any, where: str) -> Any:
        if checked and not isinstance(value, Mapping):
            raise InvalidInput(where, "must be an object")
        found = {}
        for attribute, name, load in loaders:
            inside = f"{where}.{name}" if where else name
            if name in value:
                found[attribute] = load(value[name], inside)
            elif checked and attribute in needed:
                raise InvalidInput(inside, "is missing")
        return kind(**found)

    return load_record


def number_or_text(kind: Any, checked: bool) -> Loader:
    accepted = (int, float) if kind is float else (kind,)

    def load_scalar(value: Any, where: str) -> Any:
        if checked and (type(value) not in accepted):
            raise InvalidInput(where, f"must be {WORDS[kind]}")
        return finite_or_infinite(value) if kind is float else value

    return load_scalar


def finite_or_infinite(value: float) -> float:
    """JSON has whole numbers that no float holds; they are infinite here, and so out of every bound."""
    try:
        return float(value) + 0.0  # which makes zero of minus zero
    except OverflowError:
        return float("inf")


WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
