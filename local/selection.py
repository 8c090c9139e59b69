"""What a field's children were asked for, as AppSync tells a resolver of it."""

from collections.abc import Iterator

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    print_ast,
)

Fragments = dict[str, FragmentDefinitionNode]


def paths(nodes: list[FieldNode], fragments: Fragments) -> list[str]:
    """`selectionSetList`: the path of every selected field, a parent before its children, an aliased one by its alias.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    found = (path for node in nodes if node.selection_set for path in inside(node.selection_set, "", fragments))
    return list(dict.fromkeys(found))


def inside(selected: SelectionSetNode, before: str, fragments: Fragments) -> Iterator[str]:
    for selection in selected.selections:
        if isinstance(selection, FieldNode):
            path = before + (selection.alias or selection.name).value
            yield path
            if selection.selection_set:
                yield from inside(selection.selection_set, f"{path}/", fragments)
        elif isinstance(selection, FragmentSpreadNode):
            yield from inside(fragments[selection.name.value].selection_set, before, fragments)
        elif isinstance(selection, InlineFragmentNode):
            yield from inside(selection.selection_set, before, fragments)


def text(nodes: list[FieldNode]) -> str:
    """`selectionSetGraphQL`: the selection as it was written; spreads stay spreads."""
    return " ".join(print_ast(node.selection_set) for node in nodes if node.selection_set)
