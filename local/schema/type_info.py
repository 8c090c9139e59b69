"""What Python's types say, read for the schema: names, descriptions, members, and who can reach what."""

import inspect
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from data.records import INTERNAL, Absent, Deprecated
from resolvers.field_config import ROOTS, Field, Mode
from resolvers.runtime import encoding
from resolvers.runtime.encoding import camel


def bare(kind: Any) -> Any:
    """A type without what is noted on it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def notes(kind: Any) -> list[Any]:
    return list(get_args(kind)[1:]) if get_origin(kind) is Annotated else []


def description(kind: Any) -> str | None:
    """The text noted on a type or, where that is a union, on its first arm; the outermost where there are several."""
    texts = [note for note in notes(kind) if isinstance(note, str)]
    inner = arms(bare(kind)) or []
    return texts[-1] if texts else next((description(arm) for arm in inner), None)


def deprecation(kind: Any) -> str | None:
    return next((note.reason for note in notes(kind) if isinstance(note, Deprecated)), None)


def internal(kind: Any) -> bool:
    return INTERNAL in notes(kind)


def arms(kind: Any) -> list[Any] | None:
    """The members of a union, without null and ABSENT; None where a type is no union."""
    if get_origin(kind) not in (Union, types.UnionType):
        return None
    return [arm for arm in get_args(kind) if arm not in (types.NoneType, Absent)]


def is_record(kind: Any) -> bool:
    record = get_origin(kind) or kind
    return isinstance(record, type) and is_dataclass(record)


def name(kind: Any) -> str:
    """A record's name in the schema. A connection and its edges are named for their node, or as the node asks to be."""
    record: Any = get_origin(kind) or kind
    if not get_args(kind):
        return str(record.__name__)
    (node,) = get_args(kind)
    return f"{getattr(node, 'CONNECTION', node.__name__)}{record.__name__}"


def attributes(kind: Any) -> dict[str, Any]:
    """The attributes of a record by their names in the schema, each with its type and what is noted on that."""
    record: Any = get_origin(kind) or kind
    filled = dict(zip(getattr(record, "__parameters__", ()), get_args(kind), strict=True))
    hints = get_type_hints(record, include_extras=True)
    return {camel(field.name): substituted(hints[field.name], filled) for field in fields(record)}


def substituted(kind: Any, filled: dict[Any, Any]) -> Any:
    """A type with its type variables filled in."""
    if isinstance(kind, TypeVar):
        return filled[kind]
    if filled and get_args(kind) and getattr(kind, "__parameters__", ()):
        return kind[tuple(filled[variable] for variable in kind.__parameters__)]
    return kind


def reached(rows: tuple[Field, ...]) -> dict[str, list[Mode]]:
    """Which kinds of caller can reach each type through the fields open to them, in the order of the rows."""
    modes: dict[str, list[Mode]] = {}
    for row in rows:
        for mode in row.who if row.parent in ROOTS else ():
            visit(encoding.result(row), mode, {row.path: row for row in rows}, modes)
    return modes


def visit(kind: Any, mode: Mode, rows: dict[str, Field], modes: dict[str, list[Mode]]) -> None:
    for record in records_in(kind):
        seen = modes.setdefault(name(record), [])
        if mode in seen:
            continue
        seen.append(mode)
        answered = [row for row in rows.values() if row.parent == name(record)]
        for attribute, inner in attributes(record).items():
            if f"{name(record)}.{attribute}" not in rows and not internal(inner):
                visit(inner, mode, rows, modes)
        for row in answered:
            if mode in row.who:
                visit(encoding.result(row), mode, rows, modes)


def records_in(kind: Any) -> Iterator[Any]:
    """The records that a type is made of: itself, or what it is a list or a union of."""
    if is_record(kind):
        yield kind
        return
    for inner in get_args(kind):
        yield from records_in(inner)


def docstring(kind: Any) -> str | None:
    return inspect.getdoc(get_origin(kind) or kind)
