"""Two schemas of an OpenAPI description side by side: what the new one takes or gives less, or more, than the old one.

OpenAPI 3.0's dialect of JSON Schema: https://spec.openapis.org/oas/v3.0.3#schema-object
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from schema_diff.openapi.openapi_document import Described, listing, mapping

Schema = dict[str, Any]
Turn = Literal["narrower", "wider", "other", "gone", "new", "required", "value", "default"]
LOWER = ("minimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
WHOLE = (
    "format",
    "pattern",
    "multipleOf",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "not",
    "discriminator",
)
MOST_DEEP = 24


@dataclass(frozen=True)
class Turned:
    """One difference: at which place within the schema, which way it turned, and what it was and is."""

    at: str
    turn: Turn
    what: str


class Shapes:
    """Compares schemas of two descriptions, each pair of references once."""

    def __init__(self, old: Described, new: Described) -> None:
        self.old = old
        self.new = new
        self.under_way: set[tuple[str, str]] = set()

    def turned(self, before: Any, after: Any, at: str = "") -> Iterator[Turned]:
        """Each difference, outer before inner."""
        pair = (str(mapping(before).get("$ref", "")), str(mapping(after).get("$ref", "")))
        if all(pair):
            if pair in self.under_way:
                return
            self.under_way.add(pair)
        try:
            was, now = self.merged(self.old, before), self.merged(self.new, after)
            for compare in (kinds, values, bounds, wholes, defaults):
                yield from compare(was, now, at)
            yield from self.members(was, now, at)
            yield from self.extras(was, now, at)
            yield from self.choices(was, now, at)
            if "items" in was and "items" in now:
                yield from self.turned(was["items"], now["items"], f"{at}[]")
        finally:
            self.under_way.discard(pair)

    def merged(self, side: Described, schema: Any, depth: int = 0) -> Schema:
        """A schema without references, and with all of its `allOf` in one."""
        told: Schema = side.followed(schema)
        parts = listing(told.get("allOf"))
        if not parts or depth > MOST_DEEP:
            return told
        whole: Schema = {key: value for key, value in told.items() if key != "allOf"}
        for part in (self.merged(side, one, depth + 1) for one in parts):
            both = {**part, **whole}
            both["properties"] = {**mapping(part.get("properties")), **mapping(whole.get("properties"))}
            both["required"] = sorted(
                {*map(str, listing(part.get("required"))), *map(str, listing(whole.get("required")))}
            )
            whole = {key: value for key, value in both.items() if value or key not in ("properties", "required")}
        return whole

    def members(self, was: Schema, now: Schema, at: str) -> Iterator[Turned]:
        """Properties that came, went, became required or optional, or are of another shape."""
        before, after = mapping(was.get("properties")), mapping(now.get("properties"))
        must, musts = ({str(name) for name in listing(one.get("required"))} for one in (was, now))
        for name in sorted(before.keys() | after.keys()):
            where = f"{at}.{name}"
            if name not in after:
                yield Turned(where, "gone", "it was removed")
            elif name not in before:
                yield Turned(where, "required" if name in musts else "new", "it was added")
            else:
                if (name in must) != (name in musts):
                    turn: Turn = "narrower" if name in musts else "wider"
                    yield Turned(where, turn, f"it became {'required' if name in musts else 'optional'}")
                yield from self.turned(before[name], after[name], where)

    def extras(self, was: Schema, now: Schema, at: str) -> Iterator[Turned]:
        """What is allowed beside the properties that are named."""
        before, after = was.get("additionalProperties", True), now.get("additionalProperties", True)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self.turned(before, after, f"{at}{{}}")
        elif before != after:
            turn: Turn = "wider" if before is False or after is True else "narrower"
            yield Turned(at, turn, f"other properties were {allowed(before)}, and are {allowed(after)}")

    def choices(self, was: Schema, now: Schema, at: str) -> Iterator[Turned]:
        """`oneOf` and `anyOf`: schemas to choose from, each matched by its reference or else by its text."""
        for word in ("oneOf", "anyOf"):
            before, after = ({naming(one): one for one in listing(schema.get(word))} for schema in (was, now))
            if not before and not after:
                continue
            if not before or not after:
                yield Turned(at, "wider" if before else "narrower", f"{word} {'is no more' if before else 'is new'}")
                continue
            gone, new = before.keys() - after.keys(), after.keys() - before.keys()
            yield from (Turned(at, "narrower", f"{word} has {one} no more") for one in sorted(gone))
            yield from (Turned(at, "wider", f"{word} has {one} too") for one in sorted(new))
            for name in sorted(before.keys() & after.keys()):
                yield from self.turned(before[name], after[name], f"{at}({name})")


def naming(choice: Any) -> str:
    return str(choice.get("$ref", choice)).rpartition("/")[2] if isinstance(choice, dict) else str(choice)


def allowed(extra: Any) -> str:
    return "refused" if extra is False else "allowed" if extra is True else "allowed in one shape"


def kinds(was: Schema, now: Schema, at: str) -> Iterator[Turned]:
    """The type, and whether null is one of its values."""
    before, after = was.get("type"), now.get("type")
    if before != after:
        turn: Turn = "other"
        if (before, after) == ("integer", "number") or after is None:
            turn = "wider"
        elif (before, after) == ("number", "integer") or before is None:
            turn = "narrower"
        yield Turned(at, turn, f"its type was {before or 'any'}, and is {after or 'any'}")
    null, nulls = bool(was.get("nullable")), bool(now.get("nullable"))
    if null != nulls:
        yield Turned(at, "wider" if nulls else "narrower", f"null is {'allowed' if nulls else 'not allowed any more'}")


def values(was: Schema, now: Schema, at: str) -> Iterator[Turned]:
    """The values of an enum."""
    before, after = listing(was.get("enum")), listing(now.get("enum"))
    if after and not before:
        yield Turned(at, "narrower", f"it is one of {', '.join(map(str, after))}")
    elif before and not after:
        yield Turned(at, "wider", "it may be any value")
    else:
        gone = [value for value in before if value not in after]
        new = [value for value in after if value not in before]
        yield from (Turned(at, "narrower", f"the value {value} was removed") for value in gone)
        yield from (Turned(at, "value", f"the value {value} was added") for value in new)


def bounds(was: Schema, now: Schema, at: str) -> Iterator[Turned]:
    """Least and greatest numbers, lengths and counts."""
    for words, tighter in ((LOWER, True), (UPPER, False)):
        for word in words:
            before, after = was.get(word), now.get(word)
            if before == after:
                continue
            known = [bound for bound in (before, after) if isinstance(bound, int | float)]
            tightens = after is not None and (len(known) < 2 or (after > before) is tighter)
            yield Turned(
                at, "narrower" if tightens else "wider", f"its {word} was {told(before)}, and is {told(after)}"
            )


def told(bound: Any) -> str:
    return "none" if bound is None else str(bound)


def wholes(was: Schema, now: Schema, at: str) -> Iterator[Turned]:
    """Words that have no order: there, not there, or another."""
    for word in WHOLE:
        before, after = was.get(word), now.get(word)
        if before != after:
            turn: Turn = "narrower" if not before else "wider" if not after else "other"
            yield Turned(at, turn, f"its {word} was {told(before)}, and is {told(after)}")


def defaults(was: Schema, now: Schema, at: str) -> Iterator[Turned]:
    """What is meant where nothing is said."""
    before, after = was.get("default"), now.get("default")
    if before != after:
        yield Turned(at, "default", f"its default was {told(before)}, and is {told(after)}")
