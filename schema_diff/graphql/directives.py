"""Other directives that mean something: which mutations a subscription follows, @oneOf, and whatever else is used."""

from collections.abc import Iterator

from graphql import is_input_object_type, print_ast
from graphql.utilities.sort_value_node import sort_value_node

from schema_diff.changes import SENT, Change
from schema_diff.graphql.access import MODES
from schema_diff.graphql.appsync_restrictions import SUBSCRIBING, subscribed_mutations
from schema_diff.graphql.schema_document import Contract

SEEN_ELSEWHERE = {*MODES, *SUBSCRIBING, "deprecated", "oneOf"}


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    for where in sorted((old.uses.keys() | new.uses.keys()) & old.places & new.places):
        yield from followed(where, old, new)
        yield from used(where, old, new)
    yield from one_of(old, new)


def followed(where: str, old: Contract, new: Contract) -> Iterator[Change]:
    """A subscription that follows other mutations: https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html"""
    before, after = (subscribed_mutations(side.uses.get(where, ())) for side in (old, new))
    to = "+".join(sorted(after))
    if before - after:
        more = f"; it now follows {told(after - before)}" if after - before else ""
        what = f"it follows {told(before - after)} no more{more}"
        yield Change("subscription-deaf", where, what, to, frozenset({where}))
    elif after - before:
        what = f"it now follows {told(after - before)} too"
        yield Change("subscription-louder", where, what, to, brushes=frozenset({where}))


def told(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def used(where: str, old: Contract, new: Contract) -> Iterator[Change]:
    """A use of any other directive, in whatever order its arguments stand."""
    before, after = (printed(side, where) for side in (old, new))
    if before != after:
        what = f"its directives were {' '.join(before) or 'none'} and are {' '.join(after) or 'none'}"
        yield Change("directive-use-changed", where, what, "+".join(after))


def printed(side: Contract, where: str) -> list[str]:
    """Uses as text, each with its arguments in order."""
    others = [use for use in side.uses.get(where, ()) if use.name.value not in SEEN_ELSEWHERE]
    return sorted(
        f"@{use.name.value}"
        + ",".join(sorted(f"{one.name.value}:{print_ast(sort_value_node(one.value))}" for one in use.arguments or ()))
        for use in others
    )


def one_of(old: Contract, new: Contract) -> Iterator[Change]:
    for name, type in old.schema.type_map.items():
        now = new.schema.type_map.get(name)
        if is_input_object_type(type) and is_input_object_type(now) and type.is_one_of != now.is_one_of:
            kind = "one-of-added" if now.is_one_of else "one-of-removed"
            what = "exactly one of its fields must be given" if now.is_one_of else "any of its fields may be given"
            yield Change(kind, name, what, touches=frozenset({name + SENT}))
