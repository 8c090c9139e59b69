"""What graphql-core sees: types, fields, arguments, members. Its changes are told in sentences, whose coordinates are
taken out here; where it stops too early (nullability, a default whose removal makes an input required), the
definitions themselves are asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    GraphQLSchema,
    get_named_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_specified_scalar_type,
    resolve_schema_coordinate,
)
from graphql.utilities import BreakingChangeType, DangerousChangeType, SafeChangeType, find_schema_changes
from graphql.utilities.find_schema_changes import (
    is_change_safe_for_input_object_field_or_field_arg,
    is_change_safe_for_object_or_interface_field,
)

from schema_diff.changes import LEFT_OUT, SENT, Change
from schema_diff.graphql.appsync_restrictions import DIRECTIVES, SCALARS
from schema_diff.graphql.schema_document import Contract

TYPE = r"(?:Standard scalar )?(?P<where>\w+) "
FIELD = r".*?[Ff]ield (?P<where>\w+\.\w+) "
VALUE = r"Enum value (?P<where>\w+\.\w+) "
ARGUMENT = r".*?(?P<where>\w+\.\w+\(\w+:\)) "
INPUT = r"(?P<where>\w+\.\w+) "
DIRECTIVE = r".*?(?P<where>@\w+)"
DESCRIBED = r"Description of (?:field |argument |enum value |input-field )?(?P<where>@?\w+(?:\.\w+)?(?:\(\w+\))?) has"

PATTERNS = {
    BreakingChangeType.TYPE_REMOVED: ("type-removed", TYPE),
    BreakingChangeType.TYPE_CHANGED_KIND: ("type-kind-changed", TYPE),
    BreakingChangeType.TYPE_REMOVED_FROM_UNION: (
        "member-removed",
        r"(?P<to>\w+) was removed from union type (?P<where>\w+)",
    ),
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM: ("value-removed", VALUE),
    BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED: ("input-field-added/required", FIELD),
    BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED: (
        "interface-removed",
        r"(?P<where>\w+) no longer implements interface (?P<to>\w+)",
    ),
    BreakingChangeType.FIELD_REMOVED: ("field-removed", FIELD),
    BreakingChangeType.FIELD_CHANGED_KIND: ("field-type", FIELD),
    BreakingChangeType.REQUIRED_ARG_ADDED: ("argument-added/required", ARGUMENT),
    BreakingChangeType.ARG_REMOVED: ("argument-removed", ARGUMENT),
    BreakingChangeType.ARG_CHANGED_KIND: ("argument-type", ARGUMENT),
    BreakingChangeType.DIRECTIVE_REMOVED: ("directive-removed", DIRECTIVE),
    DangerousChangeType.VALUE_ADDED_TO_ENUM: ("value-added", VALUE),
    DangerousChangeType.TYPE_ADDED_TO_UNION: ("member-added", r"(?P<to>\w+) was added to union type (?P<where>\w+)"),
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED: ("input-field-added", FIELD),
    DangerousChangeType.OPTIONAL_ARG_ADDED: ("argument-added", ARGUMENT),
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED: (
        "interface-added",
        r"(?P<to>\w+) added to interfaces implemented by (?P<where>\w+)",
    ),
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE: ("argument-default", ARGUMENT),
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE: ("input-field-default", INPUT),
    SafeChangeType.TYPE_ADDED: ("type-added", TYPE),
    SafeChangeType.DIRECTIVE_ADDED: ("directive-added", DIRECTIVE),
    SafeChangeType.FIELD_ADDED: ("field-added", FIELD),
    SafeChangeType.FIELD_CHANGED_KIND_SAFE: ("field-type", FIELD),
    SafeChangeType.ARG_CHANGED_KIND_SAFE: ("argument-type", ARGUMENT),
    SafeChangeType.ARG_DEFAULT_VALUE_ADDED: ("argument-default", ARGUMENT),
    SafeChangeType.INPUT_FIELD_DEFAULT_VALUE_ADDED: ("input-field-default", INPUT),
    SafeChangeType.DESCRIPTION_CHANGED: ("description-changed", DESCRIBED),
}
SENTENCES = (
    (r" changed type from (\S+) to (\S+)\.$", "its type was {0}, and is {1}"),
    (r" changed from an? (.+) to an? (.+)\.$", "it was of the kind {0}, and is {1}"),
    (r" changed defaultValue from (.+) to (.+)\.$", "its default was {0}, and is {1}"),
    (r" added a defaultValue (.+)\.$", "its default is {0}, and it had none"),
    (r" defaultValue was removed\.$", "its default was removed"),
    (r" removed from union type ", "{to} is one of it no more"),
    (r" added to union type ", "{to} is one of it too"),
    (r" added to interfaces ", "it implements {to}"),
    (r" no longer implements ", "it implements {to} no more"),
    (r"^Argument (?!@).* was (removed|added)\.$", "it was {0}"),
    (r"^An? (required|optional) .* was added\.$", "it was added, and is {0}"),
    (r"^(?:Field |Enum value |Directive )?\S+ was (removed|added)\.$", "it was {0}"),
)
OF_A_DIRECTIVE = ("directive-changed", DIRECTIVE)  # its arguments, locations and whether it repeats


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """All changes of types, members, arguments, defaults and descriptions, each once."""
    received = outputs(new.schema)
    for found in find_schema_changes(old.schema, new.schema):
        kind, pattern = PATTERNS.get(found.type, OF_A_DIRECTIVE)
        if "@" in found.description.partition(" has ")[0] and kind not in ("directive-removed", "directive-added"):
            kind, pattern = ("description-changed", DESCRIBED) if kind == "description-changed" else OF_A_DIRECTIVE
        match = re.match(pattern, found.description)
        assert match, f"graphql-core tells this otherwise now: {found.description}"
        told = match.groupdict()
        where = re.sub(r"\((\w+)\)", r"(\1:)", told["where"])
        if not is_appsyncs_own(where, old.schema, new.schema):
            change = Change(kind, where, found.description.removesuffix("."), told.get("to") or "")
            exact = precise(change, old.schema, new.schema, received)
            yield replace(exact, what=sentence(kind, found.description, told))
    yield from roots(old.schema, new.schema)


def sentence(kind: str, description: str, told: Mapping[str, str | None]) -> str:
    """What became of the thing at a coordinate, which is told beside."""
    if kind == "description-changed":
        return "its description changed"
    for pattern, words in SENTENCES:
        if match := re.search(pattern, description):
            return words.format(*match.groups(), to=told.get("to"))
    return description.rstrip(".")


def is_appsyncs_own(where: str, old: GraphQLSchema, new: GraphQLSchema) -> bool:
    """Whether AppSync or GraphQL has it by itself, declared or not."""
    type = old.type_map.get(where) or new.type_map.get(where)
    return (
        where in SCALARS
        or where.partition("(")[0].removeprefix("@") in DIRECTIVES
        or (type is not None and is_specified_scalar_type(type))
    )


def precise(change: Change, old: GraphQLSchema, new: GraphQLSchema, received: set[str]) -> Change:
    """The change with its final kind, and with what an operation touches that meets it."""
    where, kind = change.where, change.kind
    owner = where.partition(".")[0]
    if kind in ("field-removed", "field-type") and is_input_object_type(old.type_map[owner]):
        kind = f"input-{kind}"
    if kind.endswith("-type"):
        kind, to = retyped(kind.removesuffix("-type"), element(old, where).type, element(new, where).type)
        return touching(change, kind, to)
    if kind.endswith("-default"):
        kind, to = redefaulted(kind.removesuffix("-default"), change.what, element(new, where))
        return touching(change, kind, to)
    if kind == "value-added" and owner not in received:
        kind = "value-added/sent"
    return touching(change, kind, change.to)


def retyped(part: str, old: Any, new: Any) -> tuple[str, str]:
    """Which kind of change of a type it is, and the id's word for it."""
    to = f"{old}->{new}"
    if part == "field":
        is_safe, safe, reverse = is_change_safe_for_object_or_interface_field, "became-non-null", "became-nullable"
    else:
        is_safe, safe, reverse = (
            is_change_safe_for_input_object_field_or_field_arg,
            "became-optional",
            "became-required",
        )
    if is_safe(old, new):
        return f"{part}-{safe}", to
    return f"{part}-{reverse if is_safe(new, old) else 'type-changed'}", to


def redefaulted(part: str, what: str, new: Any) -> tuple[str, str]:
    """Which kind of change of a default it is, and the id's word for it."""
    if "added a defaultValue" in what:
        return f"{part}-default-added", what.partition(" defaultValue ")[2]
    if "has changed defaultValue" in what:
        return f"{part}-default-changed", what.rpartition(" to ")[2]
    required = str(new.type).endswith("!")
    return f"{part}-default-removed{'/required' if required else ''}", ""


def touching(change: Change, kind: str, to: str) -> Change:
    """The change, with what operations touch that meet it."""
    where = change.where
    type, field = where.partition(".")[0], where.partition("(")[0]
    left_out, sent = {where + LEFT_OUT}, {type + SENT}
    touches: dict[str, set[str]] = {
        "type-removed": {type} | sent,
        "type-kind-changed": {type} | sent,
        "field-removed": {field},
        "field-became-nullable": {field},
        "field-became-non-null": {field},
        "field-type-changed": {field},
        "argument-added/required": {field},
        "argument-removed": {where},
        "argument-became-required": {where} | left_out,
        "argument-type-changed": {where},
        "input-field-added/required": sent,
        "input-field-removed": {where},
        "input-field-became-required": {where} | left_out,
        "input-field-type-changed": {where},
        "value-added": {type},
        "value-removed": {where},
        "member-added": {type},
        "member-removed": {type},
        "interface-added": {to},
        "interface-removed": {to},
    }
    brushes: dict[str, set[str]] = {
        "argument-added": {field},
        "input-field-added": sent,
        "value-removed": {type} | sent,
        "interface-added": {type},
        "interface-removed": {type},
    }
    met = left_out if "-default-" in kind else touches.get(kind, set())
    return Change(kind, where, change.what, to, frozenset(met), frozenset(brushes.get(kind, ())))


def element(schema: GraphQLSchema, where: str) -> Any:
    """The field, argument, input field or value at a coordinate."""
    found: Any = resolve_schema_coordinate(schema, where)
    return next(getattr(found, name) for name in MEMBERS if hasattr(found, name))


MEMBERS = ("field_argument", "input_field", "enum_value", "field")


def outputs(schema: GraphQLSchema) -> set[str]:
    """The names of the types that answers are made of."""
    types: list[Any] = [one for one in schema.type_map.values() if is_object_type(one) or is_interface_type(one)]
    return {get_named_type(field.type).name for type in types for field in type.fields.values()}


def roots(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Queries, mutations or subscriptions that begin at another type, where the old one is still there."""
    for name in ("query", "mutation", "subscription"):
        before, after = getattr(old, f"{name}_type"), getattr(new, f"{name}_type")
        if before and before.name in new.type_map and (after is None or after.name != before.name):
            what = f"the {name} type was {before.name} and is {after.name if after else 'gone'}"
            yield Change("root-changed", "schema", what, name, frozenset({before.name}))
        elif before is None and after and after.name in old.type_map:
            yield Change("root-added", "schema", f"{after.name} became the {name} type", name)
