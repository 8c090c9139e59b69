"""Deprecations with an end date: after it an element may be removed if no supported operation uses it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from graphql import GraphQLSchema, is_enum_type

from schema_diff.changes import INPUT_TYPE, Change
from schema_diff.graphql.schema_document import SchemaDocument

UNTIL = re.compile(r"\buntil (\d{4}-\d{2}-\d{2})\b")
REMOVALS = ("field-removed", "value-removed")


def end_date(reason: str | None) -> date | None:
    """Returns the end date in a reason; None if it has none."""
    match = UNTIL.search(reason or "")
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def deprecation_reasons(schema: GraphQLSchema) -> dict[str, str | None]:
    """Returns the deprecation reason of each member and argument by coordinate; None if it is not deprecated."""
    result: dict[str, str | None] = {}
    for name, type in schema.type_map.items():
        if name.startswith("__"):
            continue
        members: dict[str, Any] = {**getattr(type, "fields", {}), **getattr(type, "values", {})}
        for member_name, definition in members.items():
            result[f"{name}.{member_name}"] = definition.deprecation_reason
            for argument, argument_definition in getattr(definition, "args", {}).items():
                result[f"{name}.{member_name}({argument}:)"] = argument_definition.deprecation_reason
    return result


def changes(old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    """Yields new, withdrawn and changed deprecations."""
    before, after = deprecation_reasons(old.schema), deprecation_reasons(new.schema)
    for coordinate in sorted(before.keys() & after.keys()):
        old_reason, new_reason = before[coordinate], after[coordinate]
        if old_reason != new_reason:
            kind, description = kind_and_description(old_reason, new_reason)
            affected = affected_coordinates(coordinate, old.schema) if kind.startswith("deprecated") else frozenset()
            yield Change(kind, coordinate, description, may_affect=affected)


def affected_coordinates(coordinate: str, schema: GraphQLSchema) -> frozenset[str]:
    """Returns the coordinates of operations that use the field or argument, or may send or get the value."""
    type = coordinate.partition(".")[0]
    return frozenset({coordinate, type, type + INPUT_TYPE} if is_enum_type(schema.type_map[type]) else {coordinate})


def kind_and_description(old_reason: str | None, new_reason: str | None) -> tuple[str, str]:
    """Returns the kind of the change and its description."""
    if new_reason is None:
        return "deprecation-withdrawn", "it is not deprecated any more"
    end = end_date(new_reason)
    if old_reason is None:
        return ("deprecated" if end else "deprecated/no-day"), f"it is deprecated: {new_reason}"
    old_end = end_date(old_reason)
    if old_end and (end is None or end < old_end):
        return "deprecation-brought-forward", f"its end date was {old_end}, and is {end or 'none'}"
    return "deprecation-reworded", "the reason for its deprecation changed"


def classify_removal(change: Change, old: SchemaDocument, today: date, in_use: bool) -> Change:
    """Returns a removal with the kind for its end date, and for whether a supported operation uses the element."""
    if change.kind not in REMOVALS:
        return change
    reason = reason_at(old, change.location)
    if reason is None:
        return change
    end = end_date(reason)
    if end is None:
        return replace(
            change,
            kind=f"{change.kind}/early",
            description=f"{change.description}; its deprecation has no end date",
        )
    if today <= end:
        return replace(change, kind=f"{change.kind}/early", description=f"{change.description}; its end date is {end}")
    description = f"{change.description}; its end date {end} has passed"
    return replace(change, kind=f"{change.kind}/{'used' if in_use else 'due'}", description=description)


def reason_at(old: SchemaDocument, coordinate: str) -> str | None:
    type, _, member = coordinate.partition(".")
    owner: Any = old.schema.type_map[type]
    members: dict[str, Any] = getattr(owner, "fields", None) or owner.values
    reason: str | None = members[member].deprecation_reason
    return reason
