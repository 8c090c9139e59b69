"""Requests that each take as much work as a client can cause. Each is answered, and none may delay other clients.

test_hostile_documents.py states the response to each; `make bench` measures another client meanwhile. A fraction of the
largest size shows the same limits in less time, except for that of comparisons in the validation.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLObjectType, get_introspection_query, get_named_type, is_required_argument

from data.dynamodb.requests import Item
from data.records import ID
from local import assumptions
from tests.local import dataset
from tests.local.small_schema import FULL_SCHEMA

INTROSPECTION = get_introspection_query(
    input_value_deprecation=False, specified_by_url=False, directive_is_repeatable=False
)
FULL_TYPE = INTROSPECTION[INTROSPECTION.index("fragment FullType") :]
ZIP = "20002"
FIRST_PAGE = f'listingsByZip(zipCode: "{ZIP}", first: 100)'
WIDEST_LEVELS = 4  # of objects below a listing


@dataclass(frozen=True)
class HostileRequest:
    """A document of at most 15,000 tokens, and variables."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return json.dumps({"query": self.query, "variables": self.variables}).encode()


def repeat(template: str, count: int) -> str:
    """Returns copies of a template, with `#` replaced by the number of the copy and `$next` by the number after it."""
    return " ".join(template.replace("#", str(n)).replace("$next", str(n + 1)) for n in range(count))


def selection_of_every_field(type: Any, levels: int) -> str:
    """Returns a selection of all fields of a type that require no argument; `levels` more levels of objects."""
    selections = []
    for name, definition in type.fields.items():
        named_type = get_named_type(definition.type)
        is_object = isinstance(named_type, GraphQLObjectType)
        if (is_object and not levels) or any(map(is_required_argument, definition.args.values())):
            continue
        selections.append(f"{name} {selection_of_every_field(named_type, levels - 1)}" if is_object else name)
    return f"{{ {' '.join(selections)} }}"


def request_of_bytes(query: str, name: str, value_of_length: Any, bytes: int) -> HostileRequest:
    """Returns a request whose body has at most `bytes` bytes, by the length of one variable's value."""
    used = len(HostileRequest(query, {name: value_of_length(0)}).body)
    return HostileRequest(query, {name: value_of_length(bytes - used)})


def page_items(count: int) -> list[Item]:
    """Returns the items of `count` properties with images and history, whose listings are the pages of ZIP."""
    page = [replace(dataset.make_property(n), zip_code=ZIP, id=ID(f"hostile-{n}")) for n in range(count)]
    return [item for property_ in page for item in dataset.items_of(property_)]


def numbers(bytes: int) -> list[int]:
    return [1] * (bytes // 3)


PAGE = selection_of_every_field(FULL_SCHEMA.type_map["ListingConnection"], WIDEST_LEVELS)
BY_IDS = "query($ids: [ID!]!) { properties(ids: $ids) { id } }"
BY_IDS_OFTEN = f"query($ids: [ID!]!) {{ {repeat('a#: properties(ids: $ids) { id }', 5)} }}"
UNUSED_VARIABLE = "{ me { id } }"
TYPE_OF_PROPERTY = 'a#: __type(name: "Property") { ...FullType }'
ME_OFTEN = f"{{ {repeat('a#: me { id }', 20)} }}"
BATCH = f"{{ me {{ {repeat('a#: properties { nodes { id } }', 100)} }} }}"
CHAIN = repeat("fragment F# on User { properties { nodes { owner { a: id ...F$next b: name ...F$next } } } }", 6)
SPREAD_TWICE, SPREAD = "fragment F# on User { ...F$next ...F$next }", "fragment F# on User { ...F$next }"


def introspections(fraction: float) -> dict[str, HostileRequest]:
    def n(count: int) -> int:
        return int(count * fraction)

    return {
        "aliases of __schema": HostileRequest(
            f"{{ {repeat('a#: __schema { ...S }', n(2_000))} }}"
            f" fragment S on __Schema {{ types {{ ...FullType }} directives {{ args {{ ...InputValue }} }} }}"
            f" {FULL_TYPE}"
        ),
        "aliases of __type": HostileRequest(f"{{ {repeat(TYPE_OF_PROPERTY, n(1_100))} }} {FULL_TYPE}"),
        "aliases inside of __schema": HostileRequest(
            f"{{ __schema {{ types {{ {repeat('a#: fields { ...F }', n(1_000))} }} }} }}"
            f" fragment F on __Field {{ {repeat('a#: name', n(1_000))} }}"
        ),
    }


def fragments(fraction: float) -> dict[str, HostileRequest]:
    def n(count: int) -> int:
        return int(count * fraction)

    def spreads(numbers: Iterable[int]) -> str:
        return " ".join(f"...F{number}" for number in numbers)

    return {
        "fragments that spread the next twice": HostileRequest(
            f"{{ me {{ ...F0 }} }} {repeat(SPREAD_TWICE, n(900))} fragment F{n(900)} on User {{ id }}"
        ),
        "fragments that spread all later ones": HostileRequest(
            "{ me { ...F0 } } "
            + " ".join(f"fragment F{first} on User {{ {spreads(range(first + 1, 80))} id }}" for first in range(80))
        ),
        "fragments in circles": HostileRequest(
            "{ me { ...F0 } } " + repeat(f"fragment F# on User {{ {spreads(range(60))} }}", 60)
        ),
        "fragments that all conflict": HostileRequest(
            f"{{ me {{ {repeat('...F#', n(800))} }} }}"
            f" {repeat('fragment F# on User { properties { nodes { id } } }', n(800))}"
        ),
        "a fragment chain through lists": HostileRequest(f"{{ me {{ ...F0 }} }} {CHAIN} fragment F6 on User {{ id }}"),
        "fragments of every operation": HostileRequest(
            f"{repeat('query Q# { me { ...F0 } }', n(600))} {repeat(SPREAD, n(600))}"
            f" fragment F{n(600)} on User {{ id }}"
        ),
    }


def fields(fraction: float) -> dict[str, HostileRequest]:
    def n(count: int) -> int:
        return int(count * fraction)

    return {
        "one key, many arguments": HostileRequest(f"{{ {repeat('a: user(id: #) { id }', n(1_300))} }}"),
        "one key, many fields": HostileRequest(f"{{ me {{ {repeat('a: id', 4_900)} }} }}"),
        "aliases of a leaf": HostileRequest(f"{{ me {{ {repeat('a#: id', n(4_900))} }} }}"),
        "many operations": HostileRequest(repeat("query Q# { me { id } }", n(1_800))),
        "many variables": HostileRequest(f"query({repeat('$a#: Int', n(3_000))}) {{ me {{ id }} }}"),
        "undefined fields": HostileRequest(f"{{ {repeat('x#', n(14_900))} }}"),
        "definitions of types": HostileRequest(repeat("type A { a: Int }", n(1_800))),
        "a directive repeated": HostileRequest(f"{{ me {{ id {repeat('@skip(if: false)', n(2_400))} }} }}"),
        "more tokens than allowed": HostileRequest(f"{{ {'x ' * n(450_000)} }}"),
        "a deep query": HostileRequest(f"{{ me {{ {'properties { nodes { owner { ' * 60} id {'} } } ' * 60} }} }}"),
        "a document nested too deep": HostileRequest("{ me " * 5_000),
        "the widest page": HostileRequest(f"{{ {FIRST_PAGE} {PAGE} }}"),
        "aliases of a page": HostileRequest(f"{{ {FIRST_PAGE} {{ nodes {{ {repeat('a#: id', n(4_800))} }} }} }}"),
    }


def values(fraction: float) -> dict[str, HostileRequest]:
    def n(count: int) -> int:
        return int(count * fraction)

    def with_variable(query: str, name: str, value_of_length: Any) -> HostileRequest:
        return request_of_bytes(query, name, value_of_length, n(assumptions.MAX_BODY_BYTES))

    return {
        "a deep list": HostileRequest(f"{{ properties(ids: {'[' * 150}{']' * 150}) {{ id }} }}"),
        "a deep object": HostileRequest(f"mutation {{ createProperty(input: {'{a: ' * 150} 1 {'}' * 150}) {{ id }} }}"),
        "a long list": HostileRequest(f"{{ properties(ids: [{'1 ' * n(14_900)}]) {{ id }} }}"),
        "a long string": HostileRequest(f'{{ user(id: "{"x" * n(900_000)}") {{ id }} }}'),
        "a long block string": HostileRequest('{ user(id: """' + "  x\n" * n(180_000) + '""") { id } }'),
        "a long alias above many fields": HostileRequest(
            f"{{ me {{ {'x' * n(900_000)}: properties {{ nodes {{ {repeat('a#: id', n(3_000))} }} }} }} }}"
        ),
        "a long list in variables": with_variable(BY_IDS, "ids", numbers),
        "a long list in many events": with_variable(BY_IDS_OFTEN, "ids", numbers),
        "an unused variable of 1 MB": with_variable(UNUSED_VARIABLE, "x", numbers),
        "1 MB of lists in variables": with_variable(UNUSED_VARIABLE, "x", lambda bytes: [[]] * (bytes // 4)),
        "1 MB of variables in many events": with_variable(ME_OFTEN, "x", numbers),
        "1 MB of variables in a batch": with_variable(BATCH, "x", numbers),
        "variables nested too deep": HostileRequest(UNUSED_VARIABLE, {"x": json.loads("[" * 900 + "]" * 900)}),
    }


def hostile_requests(fraction: float = 1) -> dict[str, HostileRequest]:
    """Returns the requests by name, with this fraction of their largest size."""
    return introspections(fraction) | fragments(fraction) | fields(fraction) | values(fraction)
