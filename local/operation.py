"""What a request asks, read: its document, the one operation of it that is to run, and what is wrong with them."""

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

from local import unconfirmed, validation
from resolvers.wiring import LIMITS


class Refused(Exception):
    """A request that never reaches the schema: the status and the errorType that tell so over HTTP."""

    def __init__(self, status: int, type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.type = type


def bad(message: str) -> Refused:
    return Refused(400, "BadRequestException", message)


def unknown(name: str) -> Refused:
    status, type, message = unconfirmed.UNKNOWN_OPERATION
    return Refused(status, type, message.format(name=name))


@dataclass(frozen=True)
class Question:
    """What a client sends: a document, its variables, and which of its operations is meant."""

    query: str
    variables: dict[str, Any]
    operation: str | None = None


@dataclass(frozen=True)
class Document:
    """A text that was parsed, and the errors of validation, as they go out, where the schema does not allow it."""

    text: str
    node: DocumentNode
    errors: tuple[dict[str, Any], ...]

    @cached_property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return {node.name.value: node for node in self.node.definitions if isinstance(node, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of this name, or the only one. Raises Refused where there is none, or it is not said which."""
        operations = [node for node in self.node.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
        if len(chosen) > 1:
            raise bad("Missing operation name.")
        if not chosen:
            raise unknown(name) if name else Refused(*unconfirmed.NO_OPERATION)
        return chosen[0]


def read(schema: GraphQLSchema, text: str) -> Document:
    """The document that a text is. Raises Refused where it is no GraphQL, or more of it than AppSync takes."""
    try:
        node = parse(text, max_tokens=LIMITS.tokens)
        return Document(text, node, tuple(validation.refused(schema, node)))
    except GraphQLSyntaxError as error:
        too_long = f"more than {LIMITS.tokens} tokens" in error.message
        raise Refused(*(unconfirmed.TOO_MANY_TOKENS if too_long else unconfirmed.SYNTAX)) from error
    except RecursionError as error:
        raise Refused(*unconfirmed.SYNTAX) from error


def is_subscription(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.SUBSCRIPTION


def is_mutation(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION
