"""The changes that graphql-core finds: types, fields, arguments, members. It describes changes in sentences, whose
coordinates are extracted here; where its result is too coarse (nullability, a default whose removal makes an input
required), the definitions themselves are compared.
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

from schema_diff.changes import INPUT_TYPE, OMITTED, Change
from schema_diff.graphql.appsync_restrictions import DIRECTIVES, SCALARS
from schema_diff.graphql.schema_document import SchemaDocument

TYPE_PATTERN = r"(?:Standard scalar )?(?P<where>\w+) "
FIELD_PATTERN = r".*?[Ff]ield (?P<where>\w+\.\w+) "
VALUE_PATTERN = r"Enum value (?P<where>\w+\.\w+) "
ARGUMENT_PATTERN = r".*?(?P<where>\w+\.\w+\(\w+:\)) "
INPUT_FIELD_PATTERN = r"(?P<where>\w+\.\w+) "
DIRECTIVE_PATTERN = r".*?(?P<where>@\w+)"
DESCRIPTION_PATTERN = (
    r"Description of (?:field |argument |enum value |input-field )?(?P<where>@?\w+(?:\.\w+)?(?:\(\w+\))?) has"
)

PATTERNS = {
    BreakingChangeType.TYPE_REMOVED: ("type-removed", TYPE_PATTERN),
    BreakingChangeType.TYPE_CHANGED_KIND: ("type-kind-changed", TYPE_PATTERN),
    BreakingChangeType.TYPE_REMOVED_FROM_UNION: (
        "member-removed",
        r"(?P<to>\w+) was removed from union type (?P<where>\w+)",
    ),
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM: ("value-removed", VALUE_PATTERN),
    BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED: ("input-field-added/required", FIELD_PATTERN),
    BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED: (
        "interface-removed",
        r"(?P<where>\w+) no longer implements interface (?P<to>\w+)",
    ),
    BreakingChangeType.FIELD_REMOVED: ("field-removed", FIELD_PATTERN),
    BreakingChangeType.FIELD_CHANGED_KIND: ("field-type", FIELD_PATTERN),
    BreakingChangeType.REQUIRED_ARG_ADDED: ("argument-added/required", ARGUMENT_PATTERN),
    BreakingChangeType.ARG_REMOVED: ("argument-removed", ARGUMENT_PATTERN),
    BreakingChangeType.ARG_CHANGED_KIND: ("argument-type", ARGUMENT_PATTERN),
    BreakingChangeType.DIRECTIVE_REMOVED: ("directive-removed", DIRECTIVE_PATTERN),
    DangerousChangeType.VALUE_ADDED_TO_ENUM: ("value-added", VALUE_PATTERN),
    DangerousChangeType.TYPE_ADDED_TO_UNION: ("member-added", r"(?P<to>\w+) was added to union type (?P<where>\w+)"),
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED: ("input-field-added", FIELD_PATTERN),
    DangerousChangeType.OPTIONAL_ARG_ADDED: ("argument-added", ARGUMENT_PATTERN),
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED: (
        "interface-added",
        r"(?P<to>\w+) added to interfaces implemented by (?P<where>\w+)",
    ),
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE: ("argument-default", ARGUMENT_PATTERN),
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE: ("input-field-default", INPUT_FIELD_PATTERN),
    SafeChangeType.TYPE_ADDED: ("type-added", TYPE_PATTERN),
    SafeChangeType.DIRECTIVE_ADDED: ("directive-added", DIRECTIVE_PATTERN),
    SafeChangeType.FIELD_ADDED: ("field-added", FIELD_PATTERN),
    SafeChangeType.FIELD_CHANGED_KIND_SAFE: ("field-type", FIELD_PATTERN),
    SafeChangeType.ARG_CHANGED_KIND_SAFE: ("argument-type", ARGUMENT_PATTERN),
    SafeChangeType.ARG_DEFAULT_VALUE_ADDED: ("argument-default", ARGUMENT_PATTERN),
    SafeChangeType.INPUT_FIELD_DEFAULT_VALUE_ADDED: ("input-field-default", INPUT_FIELD_PATTERN),
    SafeChangeType.DESCRIPTION_CHANGED: ("description-changed", DESCRIPTION_PATTERN),
}
SENTENCES = (
    (r" changed type from (\S+) to (\S+)\.$", "its type was {0}, and is {1}"),
    (r" changed from an? (.+) to an? (.+)\.$", "it was of the kind {0}, and is {1}"),
    (r" changed defaultValue from (.+) to (.+)\.$", "its default was {0}, and is {1}"),
    (r" added a defaultValue (.+)\.$", "its default is {0}, and it had none"),
    (r" defaultValue was removed\.$", "its default was removed"),
    (r" removed from union type ", "{to} is not a member any more"),
    (r" added to union type ", "{to} is a new member"),
    (r" added to interfaces ", "it implements {to}"),
    (r" no longer implements ", "it does not implement {to} any more"),
    (r"^Argument (?!@).* was (removed|added)\.$", "it was {0}"),
    (r"^An? (required|optional) .* was added\.$", "it was added, and is {0}"),
    (r"^(?:Field |Enum value |Directive )?\S+ was (removed|added)\.$", "it was {0}"),
)
DIRECTIVE_CHANGED = ("directive-changed", DIRECTIVE_PATTERN)  # its arguments, locations and whether it repeats


def changes(old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    """Yields all changes of types, members, arguments, defaults and descriptions, each once."""
    output_names = output_type_names(new.schema)
    for core_change in find_schema_changes(old.schema, new.schema):
        kind, pattern = PATTERNS.get(core_change.type, DIRECTIVE_CHANGED)
        if "@" in core_change.description.partition(" has ")[0] and kind not in (
            "directive-removed",
            "directive-added",
        ):
            kind, pattern = (
                ("description-changed", DESCRIPTION_PATTERN) if kind == "description-changed" else DIRECTIVE_CHANGED
            )
        match = re.match(pattern, core_change.description)
        assert match, f"graphql-core has another text for this change: {core_change.description}"
        groups = match.groupdict()
        coordinate = re.sub(r"\((\w+)\)", r"(\1:)", groups["where"])
        if not is_predefined(coordinate, old.schema, new.schema):
            change = Change(kind, coordinate, core_change.description.removesuffix("."), groups.get("to") or "")
            classified = classify(change, old.schema, new.schema, output_names)
            yield replace(classified, description=describe(kind, core_change.description, groups))
    yield from root_changes(old.schema, new.schema)


def describe(kind: str, description: str, groups: Mapping[str, str | None]) -> str:
    """Returns the description of the change at a coordinate, without the coordinate."""
    if kind == "description-changed":
        return "its description changed"
    for pattern, template in SENTENCES:
        if match := re.search(pattern, description):
            return template.format(*match.groups(), to=groups.get("to"))
    return description.rstrip(".")


def is_predefined(coordinate: str, old: GraphQLSchema, new: GraphQLSchema) -> bool:
    """Returns whether AppSync or GraphQL predefines it."""
    type = old.type_map.get(coordinate) or new.type_map.get(coordinate)
    return (
        coordinate in SCALARS
        or coordinate.partition("(")[0].removeprefix("@") in DIRECTIVES
        or (type is not None and is_specified_scalar_type(type))
    )


def classify(change: Change, old: GraphQLSchema, new: GraphQLSchema, output_names: set[str]) -> Change:
    """Returns the change with its final kind and its affected coordinates."""
    coordinate, kind = change.location, change.kind
    owner = coordinate.partition(".")[0]
    if kind in ("field-removed", "field-type") and is_input_object_type(old.type_map[owner]):
        kind = f"input-{kind}"
    if kind.endswith("-type"):
        kind, detail = type_change(
            kind.removesuffix("-type"), element_at(old, coordinate).type, element_at(new, coordinate).type
        )
        return with_affected_coordinates(change, kind, detail)
    if kind.endswith("-default"):
        kind, detail = default_change(kind.removesuffix("-default"), change.description, element_at(new, coordinate))
        return with_affected_coordinates(change, kind, detail)
    if kind == "value-added" and owner not in output_names:
        kind = "value-added/sent"
    return with_affected_coordinates(change, kind, change.detail)


def type_change(part: str, old: Any, new: Any) -> tuple[str, str]:
    """Returns the kind of a type change and the detail in its id."""
    detail = f"{old}->{new}"
    if part == "field":
        is_safe, safe, reverse = is_change_safe_for_object_or_interface_field, "became-non-null", "became-nullable"
    else:
        is_safe, safe, reverse = (
            is_change_safe_for_input_object_field_or_field_arg,
            "became-optional",
            "became-required",
        )
    if is_safe(old, new):
        return f"{part}-{safe}", detail
    return f"{part}-{reverse if is_safe(new, old) else 'type-changed'}", detail


def default_change(part: str, description: str, new: Any) -> tuple[str, str]:
    """Returns the kind of a default change and the detail in its id."""
    if "added a defaultValue" in description:
        return f"{part}-default-added", description.partition(" defaultValue ")[2]
    if "has changed defaultValue" in description:
        return f"{part}-default-changed", description.rpartition(" to ")[2]
    required = str(new.type).endswith("!")
    return f"{part}-default-removed{'/required' if required else ''}", ""


def with_affected_coordinates(change: Change, kind: str, detail: str) -> Change:
    """Returns the change with the coordinates of affected operations."""
    coordinate = change.location
    type, field = coordinate.partition(".")[0], coordinate.partition("(")[0]
    omitted, input_type = {coordinate + OMITTED}, {type + INPUT_TYPE}
    affects: dict[str, set[str]] = {
        "type-removed": {type} | input_type,
        "type-kind-changed": {type} | input_type,
        "field-removed": {field},
        "field-became-nullable": {field},
        "field-became-non-null": {field},
        "field-type-changed": {field},
        "argument-added/required": {field},
        "argument-removed": {coordinate},
        "argument-became-required": {coordinate} | omitted,
        "argument-type-changed": {coordinate},
        "input-field-added/required": input_type,
        "input-field-removed": {coordinate},
        "input-field-became-required": {coordinate} | omitted,
        "input-field-type-changed": {coordinate},
        "value-added": {type},
        "value-removed": {coordinate},
        "member-added": {type},
        "member-removed": {type},
        "interface-added": {detail},
        "interface-removed": {detail},
    }
    may_affect: dict[str, set[str]] = {
        "argument-added": {field},
        "input-field-added": input_type,
        "value-removed": {type} | input_type,
        "interface-added": {type},
        "interface-removed": {type},
    }
    affected = omitted if "-default-" in kind else affects.get(kind, set())
    return Change(
        kind, coordinate, change.description, detail, frozenset(affected), frozenset(may_affect.get(kind, ()))
    )


def element_at(schema: GraphQLSchema, coordinate: str) -> Any:
    """Returns the field, argument, input field or value at a coordinate."""
    resolved: Any = resolve_schema_coordinate(schema, coordinate)
    return next(getattr(resolved, name) for name in ELEMENT_ATTRIBUTES if hasattr(resolved, name))


ELEMENT_ATTRIBUTES = ("field_argument", "input_field", "enum_value", "field")


def output_type_names(schema: GraphQLSchema) -> set[str]:
    """Returns the names of the types that responses consist of."""
    types: list[Any] = [type for type in schema.type_map.values() if is_object_type(type) or is_interface_type(type)]
    return {get_named_type(field.type).name for type in types for field in type.fields.values()}


def root_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Yields changed root types whose old type still exists, and new root types whose type existed before."""
    for name in ("query", "mutation", "subscription"):
        before, after = getattr(old, f"{name}_type"), getattr(new, f"{name}_type")
        if before and before.name in new.type_map and (after is None or after.name != before.name):
            description = f"the {name} type was {before.name} and is {after.name if after else 'gone'}"
            yield Change("root-changed", "schema", description, name, frozenset({before.name}))
        elif before is None and after and after.name in old.type_map:
            yield Change("root-added", "schema", f"{after.name} became the {name} type", name)
