"""What a field's children were asked for, as AppSync tells a resolver of it."""

from collections.abc import Iterator
from itertools import islice

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    print_ast,
)

Fragments = dict[str, FragmentDefinitionNode]
Seen = set[tuple[str, str]]

MOST = 10_000


def paths(nodes: list[FieldNode], fragments: Fragments) -> list[str]:
    """`selectionSetList`: the path of every selected field, a parent before its children, an aliased one by its alias.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    seen: Seen = set()
    found = (path for node in nodes if node.selection_set for path in inside(node.selection_set, "", fragments, seen))
    return list(dict.fromkeys(islice(found, MOST)))


def inside(selected: SelectionSetNode, before: str, fragments: Fragments, seen: Seen) -> Iterator[str]:
    """The paths in a selection. A fragment is followed once at each place, or a few lines could ask for millions."""
    for selection in selected.selections:
        if isinstance(selection, FieldNode):
            path = before + (selection.alias or selection.name).value
            yield path
            if selection.selection_set:
                yield from inside(selection.selection_set, f"{path}/", fragments, seen)
        elif isinstance(selection, FragmentSpreadNode):
            place = (before, selection.name.value)
            if place not in seen:
                seen.add(place)
                yield from inside(fragments[selection.name.value].selection_set, before, fragments, seen)
        elif isinstance(selection, InlineFragmentNode):
            yield from inside(selection.selection_set, before, fragments, seen)


def text(nodes: list[FieldNode]) -> str:
    """`selectionSetGraphQL`: the selection as it was written; spreads stay spreads."""
    return " ".join(print_ast(node.selection_set) for node in nodes if node.selection_set)
