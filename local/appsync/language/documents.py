"""Parses and validates the document of a request and selects the operation to execute."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from local import assumptions
from local.appsync.graphql_request import RequestError
from local.appsync.language import validation


@dataclass(frozen=True)
class Document:
    """A parsed document and its validation errors in the response's format; no errors if it is valid."""

    text: str
    node: DocumentNode
    errors: tuple[dict[str, Any], ...]

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return {node.name.value: node for node in self.node.definitions if isinstance(node, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Returns the operation with this name, or the only operation if there is no name.

        Raises RequestError if there is no such operation, or if several match and there is no name.
        """
        operations = [node for node in self.node.definitions if isinstance(node, OperationDefinitionNode)]
        matches = [node for node in operations if name is None or (node.name and node.name.value == name)]
        if len(matches) > 1:
            raise RequestError(400, "BadRequestException", "Missing operation name.")
        if not matches:
            raise unknown_operation(name) if name else RequestError(*assumptions.NO_OPERATION)
        return matches[0]


def unknown_operation(name: str) -> RequestError:
    status, type, message = assumptions.UNKNOWN_OPERATION
    return RequestError(status, type, message.format(name=name))


def parse_document(schema: GraphQLSchema, max_tokens: int, text: str) -> Document:
    """Parses and validates a document. Raises RequestError for a syntax error or more than `max_tokens` tokens."""
    try:
        node = parse(text, max_tokens=max_tokens)
        return Document(text, node, tuple(validation.validate_document(schema, node)))
    except GraphQLSyntaxError as error:
        too_long = f"more than {max_tokens} tokens" in error.message
        raise RequestError(*(assumptions.TOO_MANY_TOKENS if too_long else assumptions.SYNTAX)) from error
    except RecursionError as error:
        raise RequestError(*assumptions.SYNTAX) from error


def is_subscription(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.SUBSCRIPTION


def is_mutation(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION
