"""No list ever costs a read for each of its members, whatever is asked: queries drawn at random, held to a bound.

The bound, for every field that reads: ceil(keys / 100) calls, and one Query for each parent where a connection pages
through a partition of its own. Where aliases share batches it counts once for all instances of a field, with the same
arguments, on one level; where they do not, once for each place in the query.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.wiring import ROWS
from tests.local import desk as desks
from tests.local import world
from tests.local.desk import Answer, Desk

EXAMPLES = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
PAGED = ("history", "properties")
LEAVES = {"Property": "address", "Listing": "price", "User": "name", "Image": "url", "HistoryEvent": "version"}
RESOLVED = {
    "Property": {"owner": "User", "images": "Image", "coverImage": "Image", "history": "HistoryEvent"},
    "Listing": {"property": "Property"},
    "User": {"properties": "Property", "email": ""},
    "Image": {},
    "HistoryEvent": {"changedBy": "User"},
}
ROOTS = {
    'property(id: "{home}")': "Property",
    'properties(ids: ["{home}", "{other}", "{home}"])': "Property",
    'listingsByZip(zipCode: "{zip}", first: {first}, sort: {sort})': "Listing",
    'user(id: "{owner}")': "User",
    "me": "User",
}


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
    names = [LEAVES[parent], *(RESOLVED[parent] if depth else ())]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    return tuple(
        Asked(
            path=f"{parent}.{name}",
            alias=f"{name}{n}",
            call=f"{name}(first: {draw(st.integers(1, 3))})" if name in PAGED else name,
            children=draw(selections(kind, depth - 1)) if (kind := RESOLVED[parent].get(name)) else (),
        )
        for n, name in enumerate(chosen)
    )


@st.composite
def queries(draw: st.DrawFn) -> tuple[Asked, ...]:
    roots = []
    for n in range(draw(st.integers(1, 2))):
        call, kind = draw(st.sampled_from(sorted(ROOTS.items())))
        filled = call.format(
            home=draw(st.sampled_from(world.ALL)).id,
            other=draw(st.sampled_from(world.ALL)).id,
            zip=draw(st.sampled_from(world.ZIPS)),
            first=draw(st.integers(1, 5)),
            sort=draw(st.sampled_from(["NEWEST", "PRICE_ASC", "PRICE_DESC"])),
            owner=draw(st.sampled_from(world.OWNERS)),
        )
        name = call.partition("(")[0]
        children = draw(selections(kind, draw(st.integers(3, 5))))
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
        if one.path.partition(".")[2] != LEAVES.get(one.path.partition(".")[0]):
            yield Place(one.path, one.call, level, f"{above}/{one.alias}"), answers
        found = [answer["nodes"] if "first:" in one.call and answer else answer for answer in answers]
        below = [value for answer in found for value in (answer if isinstance(answer, list) else [answer]) if value]
        if one.children:
            yield from places(one.children, below, level + 1, f"{above}/{one.alias}")


def bound(field: str, answers: list[Any]) -> int:
    """The calls that one field may make for all of these answers."""
    members = sum(len(answer) for answer in answers if isinstance(answer, list))
    nodes = sum(len(answer["nodes"]) for answer in answers if isinstance(answer, dict) and "nodes" in answer)
    match field:
        case "User.email":
            return 0
        case "Property.history" | "Query.listingsByZip":
            return len(answers)
        case "User.properties":
            return len(answers) + ceil(nodes / 100)
        case "Property.images":
            return ceil(members / 100)
    return ceil(len(answers) / 100)


def calls_allowed(asked: tuple[Asked, ...], answer: Answer, mixed: bool) -> int:
    """The bound of a whole query: over fields, arguments and levels where aliases share batches, else over places."""
    read_together: dict[Any, list[Any]] = defaultdict(list)
    for place, answers in places(asked, [answer.data]):
        shared = mixed and place.level > 0
        read_together[place.field, (place.call, place.level) if shared else place.aliases] += answers
    return sum(bound(field, answers) for (field, _), answers in read_together.items())


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
def desk(engine: str) -> Iterator[Desk]:
    """A desk where aliases of one field share a batch; nobody but this module has made a home in it."""
    with desks.running(engine) as running:
        running.put(world.items())
        yield running


@pytest.fixture(scope="module")
def splitting_desk(engine: str) -> Iterator[Desk]:
    """A desk where each alias has batches of its own."""
    with desks.running(engine, mixed=False) as running:
        running.put(world.items())
        yield running


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
    assert len(answer.operations) <= calls_allowed(asked, answer, mixed)
    assert len(answer.invocations) == invocations_expected(asked, answer, mixed)
    assert sorted(answer.operations) == sorted(desk.proxy.seen[before:])
    return answer
