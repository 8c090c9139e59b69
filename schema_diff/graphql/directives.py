"""Changes of other directives: the mutations of a subscription, @oneOf, and any other directive."""

from collections.abc import Iterator

from graphql import is_input_object_type, print_ast
from graphql.utilities.sort_value_node import sort_value_node

from schema_diff.changes import INPUT_TYPE, Change
from schema_diff.graphql.access import AUTH_MODES
from schema_diff.graphql.appsync_restrictions import SUBSCRIPTION_DIRECTIVES, subscribed_mutations
from schema_diff.graphql.schema_document import SchemaDocument

COMPARED_SEPARATELY = {*AUTH_MODES, *SUBSCRIPTION_DIRECTIVES, "deprecated", "oneOf"}


def changes(old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    for coordinate in sorted((old.directives.keys() | new.directives.keys()) & old.coordinates & new.coordinates):
        yield from subscription_changes(coordinate, old, new)
        yield from directive_use_changes(coordinate, old, new)
    yield from one_of_changes(old, new)


def subscription_changes(coordinate: str, old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    """Yields changes of a subscription's mutations: https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html"""
    before, after = (subscribed_mutations(document.directives.get(coordinate, ())) for document in (old, new))
    detail = "+".join(sorted(after))
    if before - after:
        addition = f"; it now subscribes to {join_names(after - before)}" if after - before else ""
        description = f"it does not subscribe to {join_names(before - after)} any more{addition}"
        yield Change("subscription-source-removed", coordinate, description, detail, frozenset({coordinate}))
    elif after - before:
        description = f"it now subscribes to {join_names(after - before)} too"
        yield Change("subscription-source-added", coordinate, description, detail, may_affect=frozenset({coordinate}))


def join_names(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def directive_use_changes(coordinate: str, old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    """Yields a change of any other directive, independent of the order of its arguments."""
    before, after = (print_directives(document, coordinate) for document in (old, new))
    if before != after:
        description = f"its directives were {' '.join(before) or 'none'} and are {' '.join(after) or 'none'}"
        yield Change("directive-use-changed", coordinate, description, "+".join(after))


def print_directives(document: SchemaDocument, coordinate: str) -> list[str]:
    """Returns directives as text, each with sorted arguments."""
    directives = [
        directive
        for directive in document.directives.get(coordinate, ())
        if directive.name.value not in COMPARED_SEPARATELY
    ]
    return sorted(
        f"@{directive.name.value}"
        + ",".join(
            sorted(
                f"{argument.name.value}:{print_ast(sort_value_node(argument.value))}"
                for argument in directive.arguments or ()
            )
        )
        for directive in directives
    )


def one_of_changes(old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    for name, type in old.schema.type_map.items():
        new_type = new.schema.type_map.get(name)
        if is_input_object_type(type) and is_input_object_type(new_type) and type.is_one_of != new_type.is_one_of:
            kind = "one-of-added" if new_type.is_one_of else "one-of-removed"
            description = (
                "exactly one of its fields must be given" if new_type.is_one_of else "any of its fields may be given"
            )
            yield Change(kind, name, description, affects=frozenset({name + INPUT_TYPE}))
