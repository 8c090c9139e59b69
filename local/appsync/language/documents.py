"""The document of a request: parsed, validated, and the one operation of it that is executed."""

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
    """A parsed text, and its validation errors, formatted for the response; none if the schema allows it."""

    text: str
    node: DocumentNode
    errors: tuple[dict[str, Any], ...]

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return {node.name.value: node for node in self.node.definitions if isinstance(node, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of this name, or the only one. Raises RequestError if there is none, or several without a name
        to choose by."""
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
    """The document in a text. Raises RequestError if it is not GraphQL, or has more tokens than AppSync accepts."""
    try:
        node = parse(text, max_tokens=max_tokens)
        return Document(text, node, tuple(validation.refused(schema, node)))
    except GraphQLSyntaxError as error:
        too_long = f"more than {max_tokens} tokens" in error.message
        raise RequestError(*(assumptions.TOO_MANY_TOKENS if too_long else assumptions.SYNTAX)) from error
    except RecursionError as error:
        raise RequestError(*assumptions.SYNTAX) from error


def is_subscription(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.SUBSCRIPTION


def is_mutation(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION
