"""Validation before execution: documents that the schema does not allow, and variables of the wrong type.

AppSync responds to both with status 200 and errors without an errorType, with graphql-java's messages.
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
from local.appsync.language import variables
from local.appsync.language.validation_rules import RULES, InvalidDocument


def validate_document(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """Returns a document's errors in the response's format and in the document's order; none if it is valid.

    At most MAX_VALIDATION_ERRORS, and one more error if validation stopped there.
    """
    errors = validate(schema, document, RULES, assumptions.MAX_VALIDATION_ERRORS, hide_suggestions=True)
    if not errors:
        return []
    visitor = FieldPathVisitor({id(error.nodes[0]) for error in errors if error.nodes})
    visit(document, visitor)
    return [format_validation_error(error, visitor.paths) for error in sorted(errors, key=position)]


def position(error: GraphQLError) -> tuple[float, int]:
    """Returns an error's line and column as a sort key. Errors without a location come last."""
    location = error.locations[0] if error.locations else None
    return (location.line, location.column) if location else (float("inf"), 0)


def format_validation_error(error: GraphQLError, paths: dict[int, str]) -> dict[str, Any]:
    kind = error.kind if isinstance(error, InvalidDocument) else assumptions.ABORTED
    path = paths.get(id(error.nodes[0])) if error.nodes else None
    suffix = f" @ '{path}'" if path else ""
    message = f"Validation error of type {kind}: {error.message}{suffix}"
    return {"path": None, "locations": locations(error), "message": message}


class FieldPathVisitor(Visitor):
    """Collects for each node of `node_ids` its path: the enclosing fragment's name and the enclosing fields' names."""

    def __init__(self, node_ids: set[int]) -> None:
        super().__init__()
        self.node_ids = node_ids
        self.names: list[str] = []
        self.paths: dict[int, str] = {}

    def enter(self, node: Node, *_: Any) -> None:
        if isinstance(node, FieldNode | FragmentDefinitionNode):
            self.names.append(path_segment(node))
        if id(node) in self.node_ids:
            self.paths[id(node)] = "/".join(self.names)

    def leave(self, node: Node, *_: Any) -> None:
        if isinstance(node, FieldNode | FragmentDefinitionNode):
            self.names.pop()


def path_segment(node: FieldNode | FragmentDefinitionNode) -> str:
    alias = node.alias if isinstance(node, FieldNode) and assumptions.PATH_BY_ALIAS else None
    return (alias or node.name).value


def validate_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, values: dict[str, Any]
) -> list[dict[str, Any]]:
    """Returns a list with the first invalid variable's error, in the response's format; empty if all are valid.

    The operation must be valid. Ignores values of variables that the operation does not declare.
    """
    coerced = get_variable_values(schema, operation.variable_definitions or (), values, 1, hide_suggestions=True)
    return [] if isinstance(coerced, VariableValues) else [variables.first_error(schema, operation, values)]
