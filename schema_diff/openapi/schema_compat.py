"""The differences between two JSON schemas of OpenAPI documents: which values only one of them allows.

OpenAPI 3.0's dialect of JSON Schema: https://spec.openapis.org/oas/v3.0.3#schema-object
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from schema_diff.openapi.openapi_document import OpenApiDocument, as_list, as_mapping

Schema = dict[str, Any]
Direction = Literal["narrower", "wider", "other", "gone", "new", "required", "value", "default"]
LOWER_BOUNDS = ("minimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "maxLength", "maxItems", "maxProperties")
UNORDERED_KEYWORDS = (
    "format",
    "pattern",
    "multipleOf",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "not",
    "discriminator",
)
MAX_DEPTH = 24


@dataclass(frozen=True)
class SchemaDifference:
    """One difference: its path in the schema, its direction, and its description."""

    path: str
    direction: Direction
    description: str


class SchemaComparison:
    """Compares schemas of two documents, each pair of references once."""

    def __init__(self, old: OpenApiDocument, new: OpenApiDocument) -> None:
        self.old = old
        self.new = new
        self.active_pairs: set[tuple[str, str]] = set()

    def compare(self, before: Any, after: Any, path: str = "") -> Iterator[SchemaDifference]:
        """Yields each difference, those of a schema before those of its members."""
        pair = (str(as_mapping(before).get("$ref", "")), str(as_mapping(after).get("$ref", "")))
        if all(pair):
            if pair in self.active_pairs:
                return
            self.active_pairs.add(pair)
        try:
            old_schema, new_schema = self.merge_all_of(self.old, before), self.merge_all_of(self.new, after)
            for differences_of in (type_changes, enum_changes, bound_changes, keyword_changes, default_changes):
                yield from differences_of(old_schema, new_schema, path)
            yield from self.property_changes(old_schema, new_schema, path)
            yield from self.additional_property_changes(old_schema, new_schema, path)
            yield from self.choice_changes(old_schema, new_schema, path)
            if "items" in old_schema and "items" in new_schema:
                yield from self.compare(old_schema["items"], new_schema["items"], f"{path}[]")
        finally:
            self.active_pairs.discard(pair)

    def merge_all_of(self, document: OpenApiDocument, schema: Any, depth: int = 0) -> Schema:
        """Returns a schema without references and with its `allOf` merged."""
        resolved: Schema = document.resolve(schema)
        parts = as_list(resolved.get("allOf"))
        if not parts or depth > MAX_DEPTH:
            return resolved
        result: Schema = {key: value for key, value in resolved.items() if key != "allOf"}
        for part in (self.merge_all_of(document, subschema, depth + 1) for subschema in parts):
            combined = {**part, **result}
            combined["properties"] = {**as_mapping(part.get("properties")), **as_mapping(result.get("properties"))}
            combined["required"] = sorted(
                {*map(str, as_list(part.get("required"))), *map(str, as_list(result.get("required")))}
            )
            result = {key: value for key, value in combined.items() if value or key not in ("properties", "required")}
        return result

    def property_changes(self, old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
        """Yields added, removed and changed properties, and those that became required or optional."""
        before, after = as_mapping(old_schema.get("properties")), as_mapping(new_schema.get("properties"))
        old_required, new_required = (
            {str(name) for name in as_list(schema.get("required"))} for schema in (old_schema, new_schema)
        )
        for name in sorted(before.keys() | after.keys()):
            property_path = f"{path}.{name}"
            if name not in after:
                yield SchemaDifference(property_path, "gone", "it was removed")
            elif name not in before:
                yield SchemaDifference(property_path, "required" if name in new_required else "new", "it was added")
            else:
                if (name in old_required) != (name in new_required):
                    direction: Direction = "narrower" if name in new_required else "wider"
                    yield SchemaDifference(
                        property_path, direction, f"it became {'required' if name in new_required else 'optional'}"
                    )
                yield from self.compare(before[name], after[name], property_path)

    def additional_property_changes(
        self, old_schema: Schema, new_schema: Schema, path: str
    ) -> Iterator[SchemaDifference]:
        """Yields changes of `additionalProperties`."""
        before, after = old_schema.get("additionalProperties", True), new_schema.get("additionalProperties", True)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self.compare(before, after, f"{path}{{}}")
        elif before != after:
            direction: Direction = "wider" if before is False or after is True else "narrower"
            yield SchemaDifference(
                path,
                direction,
                f"other properties were {describe_additional(before)}, and are {describe_additional(after)}",
            )

    def choice_changes(self, old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
        """`oneOf` and `anyOf`: alternatives, each matched by its reference or else by its text."""
        for keyword in ("oneOf", "anyOf"):
            before, after = (
                {choice_name(choice): choice for choice in as_list(schema.get(keyword))}
                for schema in (old_schema, new_schema)
            )
            if not before and not after:
                continue
            if not before or not after:
                yield SchemaDifference(
                    path, "wider" if before else "narrower", f"{keyword} {'was removed' if before else 'is new'}"
                )
                continue
            removed, added = before.keys() - after.keys(), after.keys() - before.keys()
            yield from (
                SchemaDifference(path, "narrower", f"{keyword} has {choice} no more") for choice in sorted(removed)
            )
            yield from (SchemaDifference(path, "wider", f"{keyword} has {choice} too") for choice in sorted(added))
            for name in sorted(before.keys() & after.keys()):
                yield from self.compare(before[name], after[name], f"{path}({name})")


def choice_name(choice: Any) -> str:
    return str(choice.get("$ref", choice)).rpartition("/")[2] if isinstance(choice, dict) else str(choice)


def describe_additional(extra: Any) -> str:
    return "refused" if extra is False else "allowed" if extra is True else "allowed in one shape"


def type_changes(old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
    """The type, and whether null is one of its values."""
    before, after = old_schema.get("type"), new_schema.get("type")
    if before != after:
        direction: Direction = "other"
        if (before, after) == ("integer", "number") or after is None:
            direction = "wider"
        elif (before, after) == ("number", "integer") or before is None:
            direction = "narrower"
        yield SchemaDifference(path, direction, f"its type was {before or 'any'}, and is {after or 'any'}")
    was_nullable, is_nullable = bool(old_schema.get("nullable")), bool(new_schema.get("nullable"))
    if was_nullable != is_nullable:
        yield SchemaDifference(
            path,
            "wider" if is_nullable else "narrower",
            f"null is {'allowed' if is_nullable else 'not allowed any more'}",
        )


def enum_changes(old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
    """The values of an enum."""
    before, after = as_list(old_schema.get("enum")), as_list(new_schema.get("enum"))
    if after and not before:
        yield SchemaDifference(path, "narrower", f"it is one of {', '.join(map(str, after))}")
    elif before and not after:
        yield SchemaDifference(path, "wider", "it may be any value")
    else:
        removed = [value for value in before if value not in after]
        added = [value for value in after if value not in before]
        yield from (SchemaDifference(path, "narrower", f"the value {value} was removed") for value in removed)
        yield from (SchemaDifference(path, "value", f"the value {value} was added") for value in added)


def bound_changes(old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
    """Yields changes of minimum and maximum numbers, lengths and counts."""
    for keywords, greater_is_narrower in ((LOWER_BOUNDS, True), (UPPER_BOUNDS, False)):
        for keyword in keywords:
            before, after = old_schema.get(keyword), new_schema.get(keyword)
            if before == after:
                continue
            numbers = [bound for bound in (before, after) if isinstance(bound, int | float)]
            is_narrower = after is not None and (len(numbers) < 2 or (after > before) is greater_is_narrower)
            yield SchemaDifference(
                path,
                "narrower" if is_narrower else "wider",
                f"its {keyword} was {value_or_none(before)}, and is {value_or_none(after)}",
            )


def value_or_none(value: Any) -> str:
    return "none" if value is None else str(value)


def keyword_changes(old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
    """Yields changes of keywords whose values have no order."""
    for keyword in UNORDERED_KEYWORDS:
        before, after = old_schema.get(keyword), new_schema.get(keyword)
        if before != after:
            direction: Direction = "narrower" if not before else "wider" if not after else "other"
            yield SchemaDifference(
                path, direction, f"its {keyword} was {value_or_none(before)}, and is {value_or_none(after)}"
            )


def default_changes(old_schema: Schema, new_schema: Schema, path: str) -> Iterator[SchemaDifference]:
    """Yields changes of the default."""
    before, after = old_schema.get("default"), new_schema.get("default")
    if before != after:
        yield SchemaDifference(
            path, "default", f"its default was {value_or_none(before)}, and is {value_or_none(after)}"
        )
