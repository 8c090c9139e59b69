"""No list costs a request for each of its members: random queries, each held to a bound.

Every batched field of the wiring takes part, with the bound that its type gives it: ceil(keys / 100) requests, and for
a connection one Query for each parent, since it pages through a partition of its own. A field that needs less or more
states that in COSTS. If aliases share batches, the bound counts once for all instances of a field with the same
arguments on one level; else once for each place in the query.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from local.schema.compiler import FILE
from resolvers.wiring import ROWS
from tests.local import dataset
from tests.local import server_fixture as desks
from tests.local.server_fixture import Answer, Desk
from tests.profiles import examples
from tests.shared_processes import Shared

EXAMPLES = examples(3, unchecked=tuple(HealthCheck))
SCHEMA = build_schema(FILE.read_text())
ROOTS = (  # each field of Query, with arguments that find something
    'property(id: "{home}")',
    'properties(ids: ["{home}", "{other}", "{home}"])',
    'listingsByZip(zipCode: "{zip}", first: {first}, sort: {sort})',
    'user(id: "{owner}")',
    "me",
)
COSTS: dict[str, Callable[[list[Any]], int]] = {  # the requests for a list of answers, where not `default_cost`
    "Query.listingsByZip": len,
    "Property.history": len,
    "User.email": lambda _: 0,
}


def default_cost(field: str, answers: list[Any]) -> int:
    """One request for every 100 keys. A connection pages by one Query for each parent, then reads its nodes by key."""
    if is_connection(field):
        return len(answers) + ceil(sum(len(page["nodes"]) for page in answers if page) / 100)
    if is_list_type(get_nullable_type(schema_field(field).type)):
        return ceil(sum(len(members) for members in answers if members) / 100)
    return ceil(len(answers) / 100)


def batched_fields(parent: str) -> dict[str, str]:
    """The batched fields of a type by their names, each with the type of its objects, or "" for a scalar."""
    return {row.name: node_type(row.path) for row in ROWS.values() if row.parent == parent and row.batch}


def schema_field(path: str) -> GraphQLField:
    parent, _, name = path.partition(".")
    fields: dict[str, GraphQLField] = vars(SCHEMA.type_map[parent])["fields"]
    assert name in fields, f"schema.graphql lacks {path}: run `make schema`"
    return fields[name]


def is_connection(path: str) -> bool:
    return get_named_type(schema_field(path).type).name.endswith("Connection")


def node_type(path: str) -> str:
    """The type of the objects that a field leads to, of a connection that of its nodes; "" for a scalar."""
    type_ = get_named_type(schema_field(path).type)
    if is_connection(path):
        type_ = get_named_type(vars(type_)["fields"]["nodes"].type)
    return type_.name if isinstance(type_, GraphQLObjectType) else ""


def leaf(parent: str) -> str:
    """A field of a type that comes with its parent, besides `id`."""
    fields: dict[str, GraphQLField] = vars(SCHEMA.type_map[parent])["fields"]
    excluded = ("id", *batched_fields(parent))
    return next(name for name in fields if name not in excluded and is_leaf_type(get_named_type(fields[name].type)))


@dataclass(frozen=True)
class Asked:
    """A field that a function answers, or a leaf, under an alias; a connection's children are those of its `nodes`."""

    path: str
    alias: str
    call: str
    children: tuple["Asked", ...]

    @property
    def text(self) -> str:
        inner = " ".join(child.text for child in self.children)
        nodes = f"nodes {{ {inner} }}" if "first:" in self.call else inner
        return f"{self.alias}: {self.call}" + (f" {{ {nodes} }}" if inner else "")


@st.composite
def selections(draw: st.DrawFn, parent: str, depth: int) -> tuple[Asked, ...]:
    """One to three fields of a type, at times one under two aliases, down to `depth` more levels of functions."""
    types = batched_fields(parent)
    chosen = draw(st.lists(st.sampled_from([leaf(parent), *(types if depth else ())]), min_size=1, max_size=3))
    return tuple(
        Asked(
            path=f"{parent}.{name}",
            alias=f"{name}{n}",
            call=f"{name}(first: {draw(st.integers(1, 3))})" if is_connection(f"{parent}.{name}") else name,
            children=draw(selections(types[name], depth - 1)) if types.get(name) else (),
        )
        for n, name in enumerate(chosen)
    )


@st.composite
def queries(draw: st.DrawFn) -> tuple[Asked, ...]:
    roots = []
    for n in range(draw(st.integers(1, 2))):
        call = draw(st.sampled_from(ROOTS))
        filled = call.format(
            home=draw(st.sampled_from(dataset.ALL)).id,
            other=draw(st.sampled_from(dataset.ALL)).id,
            zip=draw(st.sampled_from(dataset.ZIPS)),
            first=draw(st.integers(1, 5)),
            sort=draw(st.sampled_from(["NEWEST", "PRICE_ASC", "PRICE_DESC"])),
            owner=draw(st.sampled_from(dataset.OWNERS)),
        )
        name = call.partition("(")[0]
        children = draw(selections(node_type(f"Query.{name}"), draw(st.integers(3, 5))))
        roots.append(Asked(f"Query.{name}", f"{name}{n}", filled, children))
    return tuple(roots)


@dataclass(frozen=True)
class Place:
    """Where in a query a function answers: how many answer above it, and the aliases that lead there."""

    field: str
    call: str
    level: int
    aliases: str


def places(
    asked: tuple[Asked, ...], parents: list[Any], level: int = 0, above: str = ""
) -> Iterator[tuple[Place, list[Any]]]:
    """Each place of a query, with what was answered there to each parent."""
    for one in asked:
        answers = [parent[one.alias] for parent in parents]
        if one.path in ROWS:
            yield Place(one.path, one.call, level, f"{above}/{one.alias}"), answers
        found = [answer["nodes"] if "first:" in one.call and answer else answer for answer in answers]
        below = [value for answer in found for value in (answer if isinstance(answer, list) else [answer]) if value]
        if one.children:
            yield from places(one.children, below, level + 1, f"{above}/{one.alias}")


def calls_allowed(asked: tuple[Asked, ...], answer: Answer, mixed: bool) -> Counter[str]:
    """The bound of each field in a query: over arguments and levels where aliases share batches, else over places."""
    read_together: dict[Any, list[Any]] = defaultdict(list)
    for place, answers in places(asked, [answer.data]):
        shared = mixed and place.level > 0
        read_together[place.field, (place.call, place.level) if shared else place.aliases] += answers
    allowed: Counter[str] = Counter()
    for (field, _), answers in read_together.items():
        allowed[field] += COSTS[field](answers) if field in COSTS else default_cost(field, answers)
    return allowed


def invocations_expected(asked: tuple[Asked, ...], answer: Answer, mixed: bool) -> int:
    """One for each root field, and for each batch that anybody is in."""
    instances: dict[Any, int] = defaultdict(int)
    for place, answers in places(asked, [answer.data]):
        instances[place.field, place.level if mixed and place.level > 0 else place.aliases] += len(answers)
    return sum(ceil(count / size(field)) for (field, _), count in instances.items())


def size(field: str) -> int:
    batch = ROWS[field].batch
    return batch.size if batch else 1


@pytest.fixture(scope="module")
def desk(shared: Shared) -> Iterator[Desk]:
    """A desk where aliases of one field share a batch; nobody but this module has made a home in it."""
    with desks.running(shared) as running:
        running.put(dataset.items())
        yield running


@pytest.fixture(scope="module")
def splitting_desk(shared: Shared) -> Iterator[Desk]:
    """A desk where each alias has batches of its own."""
    with desks.running(shared, mixed=False) as running:
        running.put(dataset.items())
        yield running


def test_each_query_is_drawn() -> None:
    names = {call.partition("(")[0] for call in ROOTS}
    missing = [row.name for row in ROWS.values() if row.parent == "Query" and row.name not in names]
    assert missing == [], "add each to ROOTS in this file, with arguments that find something"


def test_each_batched_field_is_drawn() -> None:
    fields, types = set(), [node_type(f"Query.{call.partition('(')[0]}") for call in ROOTS]
    for parent in types:
        fields |= {f"{parent}.{name}" for name in batched_fields(parent)}
        types += [child for child in batched_fields(parent).values() if child and child not in types]
    missing = [row.path for row in ROWS.values() if row.batch and row.path not in fields]
    assert missing == [], "no field of ROOTS in this file leads to them"


def test_a_batched_field_requires_no_argument() -> None:
    required = [
        f"{row.path}({name})"
        for row in ROWS.values()
        for name, argument in (schema_field(row.path).args.items() if row.batch else ())
        if is_required_argument(argument)
    ]
    assert required == [], "draw a value for each in `selections` of this file"


@EXAMPLES
@given(asked=queries())
def test_any_query_keeps_to_the_bound_whether_aliases_share_batches_or_not(
    desk: Desk, splitting_desk: Desk, asked: tuple[Asked, ...]
) -> None:
    mixed, split = held_to_its_bound(desk, asked, mixed=True), held_to_its_bound(splitting_desk, asked, mixed=False)
    assert mixed.data == split.data


def held_to_its_bound(desk: Desk, asked: tuple[Asked, ...], mixed: bool) -> Answer:
    """The answer to a query that made no more calls than it may, and told of just those that went over the wire."""
    desk.forget()
    before = len(desk.proxy.seen)
    answer = desk.ask("{ " + " ".join(one.text for one in asked) + " }")
    allowed = calls_allowed(asked, answer, mixed)
    assert len(answer.operations) <= allowed.total(), f"a field takes more requests than {allowed}: see COSTS"
    assert len(answer.invocations) == invocations_expected(asked, answer, mixed)
    assert sorted(answer.operations) == sorted(desk.proxy.seen[before:])
    return answer
