"""Selection sets: as AppSync passes them to a resolver, and the fields that they contain."""

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
from local.appsync.errors import PayloadTooLarge

Node = FieldNode | OperationDefinitionNode
Fragments = dict[str, FragmentDefinitionNode]
VisitedFragments = set[tuple[str, str]]

MAX_PATHS = 10_000


def selection_set_list(nodes: list[FieldNode], fragments: Fragments, max_characters: int) -> list[str]:
    """Returns AppSync's `selectionSetList`: the path of every selected field, parents before their children.

    Path segments are aliases, or names without an alias. At most MAX_PATHS paths, without duplicates.
    Raises PayloadTooLarge if they have more than `max_characters` together.
    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    visited: VisitedFragments = set()
    paths = (path for node in nodes if node.selection_set for path in walk(node.selection_set, "", fragments, visited))
    character_count = 0
    unique_paths: dict[str, None] = {}
    for path in islice(paths, MAX_PATHS):
        character_count += len(path)
        if character_count > max_characters:
            raise PayloadTooLarge
        unique_paths[path] = None
    return list(unique_paths)


def walk(
    selection_set: SelectionSetNode, prefix: str, fragments: Fragments, visited: VisitedFragments
) -> Iterator[str]:
    """Yields the paths in a selection set. Visits a fragment once per prefix, or few lines could expand to millions."""
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            if selection.name.value == "__typename" and not assumptions.TYPENAME_IN_SELECTION_SET_LIST:
                continue
            path = prefix + response_key(selection)
            yield path
            if selection.selection_set:
                yield from walk(selection.selection_set, f"{path}/", fragments, visited)
        elif isinstance(selection, FragmentSpreadNode):
            visit = (prefix, selection.name.value)
            if visit not in visited:
                visited.add(visit)
                yield from walk(fragments[selection.name.value].selection_set, prefix, fragments, visited)
        elif isinstance(selection, InlineFragmentNode):
            yield from walk(selection.selection_set, prefix, fragments, visited)


def selection_set_graphql(nodes: list[FieldNode]) -> str:
    """Returns AppSync's `selectionSetGraphQL`: the selection set as written, with fragment spreads unexpanded."""
    return " ".join(print_ast(node.selection_set) for node in nodes if node.selection_set)


def response_key(node: FieldNode) -> str:
    """Returns a field's key in the response: its alias, or its name."""
    return (node.alias or node.name).value


def subfields(nodes: Iterable[Node], fragments: Fragments) -> Iterator[FieldNode]:
    """Yields the direct subfields of these nodes. Visits each fragment once; ignores @skip and @include."""
    pending = [selection for node in nodes if node.selection_set for selection in node.selection_set.selections][::-1]
    unvisited_fragments = dict(fragments)
    while pending:
        selection = pending.pop()
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            pending += selection.selection_set.selections[::-1]
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value in unvisited_fragments:
            pending += unvisited_fragments.pop(selection.name.value).selection_set.selections[::-1]


def unalias(nodes: Iterable[FieldNode], fragments: Fragments, result: Any) -> Any:
    """Returns the result of these fields, with the aliases of all subfields replaced by their names."""
    if isinstance(result, list):
        return [unalias(nodes, fragments, member) for member in result]
    if not isinstance(result, Mapping):
        return result
    fields_by_key: dict[str, list[FieldNode]] = {}
    for node in subfields(nodes, fragments):
        fields_by_key.setdefault(response_key(node), []).append(node)
    return {
        same_key_fields[0].name.value: unalias(same_key_fields, fragments, result[key])
        for key, same_key_fields in fields_by_key.items()
        if key in result
    }
