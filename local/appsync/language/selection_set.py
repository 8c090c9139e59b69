"""What a field's children were asked for, as AppSync tells a resolver of it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    print_ast,
)

from local import assumptions

Node = FieldNode | OperationDefinitionNode
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
            if selection.name.value == "__typename" and not assumptions.TYPENAME_IN_SELECTION_SET_LIST:
                continue
            path = before + key(selection)
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


def key(node: FieldNode) -> str:
    """What a field goes by in an answer: its alias or its name."""
    return (node.alias or node.name).value


def fields(nodes: Iterable[Node], fragments: Fragments) -> Iterator[FieldNode]:
    """The fields selected right below these, each fragment followed once, whatever @skip and @include say."""
    waiting = [selection for node in nodes if node.selection_set for selection in node.selection_set.selections][::-1]
    unseen = dict(fragments)
    while waiting:
        selection = waiting.pop()
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            waiting += selection.selection_set.selections[::-1]
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value in unseen:
            waiting += unseen.pop(selection.name.value).selection_set.selections[::-1]


def named(nodes: Iterable[FieldNode], fragments: Fragments, answer: Any) -> Any:
    """What was answered to these fields, by the names of the fields below them instead of their aliases."""
    if isinstance(answer, list):
        return [named(nodes, fragments, member) for member in answer]
    if not isinstance(answer, Mapping):
        return answer
    asked: dict[str, list[FieldNode]] = {}
    for node in fields(nodes, fragments):
        asked.setdefault(key(node), []).append(node)
    return {same[0].name.value: named(same, fragments, answer[key]) for key, same in asked.items() if key in answer}
