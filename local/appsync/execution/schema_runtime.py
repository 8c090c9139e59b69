"""A GraphQL API as AppSync has it: its schema, the configuration of its fields, and who may see what of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from functools import lru_cache, partial
from typing import Any

from graphql import ExecutionResult, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode, execute

from local.appsync.errors import NotAuthorized, written
from local.appsync.execution.executor import Executor
from local.appsync.graphql_request import GraphQLRequest
from local.appsync.language import scalars, validation
from local.appsync.language.documents import Document, parse_document
from resolvers.field_config import Field, Limits, Mode

MOST_REMEMBERED = 128  # documents, of at most so many characters
LONGEST_REMEMBERED = 10_000

Answer = dict[str, Any]
Info = GraphQLResolveInfo[Any]
TypeModes = Mapping[str, Collection[Mode]]


class ExecutableSchema:
    """A schema, the configuration of the fields that a function resolves, and the limits of a request.

    `type_modes` are the authorization modes of each type, for the fields that have no configuration of their own.
    """

    def __init__(self, schema: GraphQLSchema, fields: Iterable[Field], type_modes: TypeModes, limits: Limits) -> None:
        scalars.attach(schema)
        self.schema = without_resolvers(schema)
        self.fields = {(field.parent, field.name): field for field in fields}
        self.type_modes = type_modes
        self.limits = limits
        self.parse_document = partial(parse_document, self.schema, limits.tokens)
        self.document_cache = lru_cache(MOST_REMEMBERED)(self.parse_document)

    def document(self, text: str) -> Document:
        """The document in a text. Raises RequestError."""
        return self.document_cache(text) if len(text) <= LONGEST_REMEMBERED else self.parse_document(text)

    def errors(self, document: Document, operation: OperationDefinitionNode, variables: dict[str, Any]) -> list[Answer]:
        """The validation errors of a document or, if it has none, the error of the variables that came with it."""
        return list(document.errors) or validation.variables(self.schema, operation, variables)

    def run(
        self, document: Document, request: GraphQLRequest, resolve: Callable[..., Any], context: Any, root: Any = None
    ) -> Any:
        """The result of an operation, or an awaitable of it; `resolve` resolves every field."""
        args = request.variables, request.operation_name
        return execute(self.schema, document.node, root, context, *args, resolve, executor_class=Executor)

    def authorize_field(self, mode: Mode, info: Info) -> Field | None:
        """The configuration of a field, if it has one. Raises NotAuthorized if the mode is not among the field's or, if
        it has none, its type's.

        https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
        """
        parent, name = info.parent_type.name, info.field_name
        field = self.fields.get((parent, name))
        if mode not in (field.who if field else self.type_modes.get(parent, ())):
            raise NotAuthorized(parent, name)
        return field


def without_resolvers(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema without resolvers of its own: whoever executes an operation passes one for all fields."""
    for type in schema.type_map.values():
        for field in getattr(type, "fields", {}).values():
            if not type.name.startswith("__") and hasattr(field, "resolve"):
                field.resolve = None
    return schema


def argument_value(value: Any) -> Any:
    """An argument as an event has it: an enum's member is its name."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: argument_value(member) for name, member in value.items()}
    return [argument_value(member) for member in value] if isinstance(value, list) else value


def format_result(result: ExecutionResult) -> Answer:
    """The result of an operation as the body of its response: it has `errors` only if there are some."""
    errors = [written(error) for error in result.errors or ()]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}
