"""The way out of a contract: deprecated with a day, until that day has passed, and no living operation uses it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from graphql import GraphQLSchema, is_enum_type

from schema_diff.changes import SENT, Change
from schema_diff.graphql.schema_document import Contract

UNTIL = re.compile(r"\buntil (\d{4}-\d{2}-\d{2})\b")
REMOVALS = ("field-removed", "value-removed")


def day(reason: str | None) -> date | None:
    """The day in a reason: until then it is promised to stay."""
    match = UNTIL.search(reason or "")
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def reasons(schema: GraphQLSchema) -> dict[str, str | None]:
    """What each member and argument of a schema says of its deprecation, by coordinate; None where it is not."""
    found: dict[str, str | None] = {}
    for name, type in schema.type_map.items():
        if name.startswith("__"):
            continue
        members: dict[str, Any] = {**getattr(type, "fields", {}), **getattr(type, "values", {})}
        for member, one in members.items():
            found[f"{name}.{member}"] = one.deprecation_reason
            for argument, taken in getattr(one, "args", {}).items():
                found[f"{name}.{member}({argument}:)"] = taken.deprecation_reason
    return found


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """What is newly deprecated, no longer, or until another day."""
    before, after = reasons(old.schema), reasons(new.schema)
    for where in sorted(before.keys() & after.keys()):
        was, now = before[where], after[where]
        if was != now:
            kind, what = told(was, now)
            met = touching(where, old.schema) if kind.startswith("deprecated") else frozenset()
            yield Change(kind, where, what, brushes=met)


def touching(where: str, schema: GraphQLSchema) -> frozenset[str]:
    """What operations touch that use the field or argument, or may send or get the value."""
    type = where.partition(".")[0]
    return frozenset({where, type, type + SENT} if is_enum_type(schema.type_map[type]) else {where})


def told(was: str | None, now: str | None) -> tuple[str, str]:
    """The kind of the change, and what it says."""
    if now is None:
        return "deprecation-withdrawn", "it is deprecated no more"
    ends = day(now)
    if was is None:
        return ("deprecated" if ends else "deprecated/no-day"), f"it is deprecated: {now}"
    promised = day(was)
    if promised and (ends is None or ends < promised):
        return "deprecation-brought-forward", f"it was promised until {promised}, and now until {ends or 'no day'}"
    return "deprecation-reworded", "the reason for its deprecation changed"


def judged(change: Change, old: Contract, today: date, in_use: bool) -> Change:
    """A removal by what its deprecation promised, and by whether a living operation uses what is gone."""
    if change.kind not in REMOVALS:
        return change
    reason = reasons_at(old, change.where)
    if reason is None:
        return change
    ends = day(reason)
    if ends is None:
        return replace(change, kind=f"{change.kind}/early", what=f"{change.what}; it was deprecated, but until no day")
    if today <= ends:
        return replace(change, kind=f"{change.kind}/early", what=f"{change.what}; it was promised until {ends}")
    what = f"{change.what}; it was promised until {ends}, which has passed"
    return replace(change, kind=f"{change.kind}/{'used' if in_use else 'due'}", what=what)


def reasons_at(old: Contract, where: str) -> str | None:
    type, _, member = where.partition(".")
    owner: Any = old.schema.type_map[type]
    members: dict[str, Any] = getattr(owner, "fields", None) or owner.values
    reason: str | None = members[member].deprecation_reason
    return reason
