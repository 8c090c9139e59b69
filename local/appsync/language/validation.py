"""What AppSync refuses before it runs anything: documents that its schema does not allow, variables that do not fit.

Both are answered with status 200 and errors without an errorType, in the words of the graphql-java that it runs.
"""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    get_variable_values,
    validate,
    visit,
)
from graphql.execution.values import VariableValues
from graphql.language import Node

from local import assumptions
from local.appsync.errors import locations
from local.appsync.language import variables as given
from local.appsync.language.validation_rules import RULES, Invalid


def refused(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """The errors of a document, as they go out, in the order of the text; none where it is valid.

    At most MOST_VALIDATION_ERRORS, and one that tells of more.
    """
    errors = validate(schema, document, RULES, assumptions.MOST_VALIDATION_ERRORS, hide_suggestions=True)
    if not errors:
        return []
    paths = Paths({id(error.nodes[0]) for error in errors if error.nodes})
    visit(document, paths)
    return [told(error, paths.found) for error in sorted(errors, key=place)]


def place(error: GraphQLError) -> tuple[float, int]:
    """Where in the text an error is; what is nowhere comes last."""
    first = error.locations[0] if error.locations else None
    return (first.line, first.column) if first else (float("inf"), 0)


def told(error: GraphQLError, paths: dict[int, str]) -> dict[str, Any]:
    kind = error.kind if isinstance(error, Invalid) else assumptions.ABORTED
    path = paths.get(id(error.nodes[0])) if error.nodes else None
    at = f" @ '{path}'" if path else ""
    message = f"Validation error of type {kind}: {error.message}{at}"
    return {"path": None, "locations": locations(error), "message": message}


class Paths(Visitor):
    """The names of the fields, and of the fragment, around each of some nodes."""

    def __init__(self, wanted: set[int]) -> None:
        super().__init__()
        self.wanted = wanted
        self.names: list[str] = []
        self.found: dict[int, str] = {}

    def enter(self, node: Node, *_: Any) -> None:
        if isinstance(node, FieldNode | FragmentDefinitionNode):
            self.names.append(name(node))
        if id(node) in self.wanted:
            self.found[id(node)] = "/".join(self.names)

    def leave(self, node: Node, *_: Any) -> None:
        if isinstance(node, FieldNode | FragmentDefinitionNode):
            self.names.pop()


def name(node: FieldNode | FragmentDefinitionNode) -> str:
    alias = node.alias if isinstance(node, FieldNode) and assumptions.PATH_BY_ALIAS else None
    return (alias or node.name).value


def variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, values: dict[str, Any]
) -> list[dict[str, Any]]:
    """The errors of a valid operation's variables, as they go out: none where they fit, else that of the first.

    Values of variables that the operation does not have are not looked at.
    """
    coerced = get_variable_values(schema, operation.variable_definitions or (), values, 1, hide_suggestions=True)
    return [] if isinstance(coerced, VariableValues) else [given.error(schema, operation, values)]
