"""A GraphQL API as AppSync runs it: its schema, the configuration of its fields, and their authorization modes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from functools import lru_cache, partial
from typing import Any

from graphql import ExecutionResult, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode, execute

from local.appsync.errors import NotAuthorized, format_error
from local.appsync.execution.executor import Executor
from local.appsync.graphql_request import GraphQLRequest
from local.appsync.language import scalars, validation
from local.appsync.language.documents import Document, parse_document
from local.appsync.request_threads import RequestThreads
from resolvers.field_config import AuthMode, FieldConfig, Limits

MAX_CACHED_DOCUMENTS = 128
MAX_CACHED_DOCUMENT_LENGTH = 10_000  # characters

ResponseBody = dict[str, Any]
Info = GraphQLResolveInfo[Any]
TypeModes = Mapping[str, Collection[AuthMode]]


class ExecutableSchema:
    """Holds a schema, the configuration of the fields that a function resolves, and the limits and threads of requests.

    `type_modes` maps each type to the authorization modes of its fields without a configuration.
    """

    def __init__(
        self, schema: GraphQLSchema, fields: Iterable[FieldConfig], type_modes: TypeModes, limits: Limits
    ) -> None:
        scalars.attach_coercions(schema)
        self.schema = without_resolvers(schema)
        self.fields = {(field.parent, field.name): field for field in fields}
        self.type_modes = type_modes
        self.limits = limits
        self.threads = RequestThreads()
        self.parse_document = partial(parse_document, self.schema, limits.tokens)
        self.document_cache = lru_cache(MAX_CACHED_DOCUMENTS)(self.parse_document)

    def document(self, text: str) -> Document:
        """Returns the parsed document, cached if it is short. Raises RequestError."""
        return self.document_cache(text) if len(text) <= MAX_CACHED_DOCUMENT_LENGTH else self.parse_document(text)

    def validation_errors(
        self, document: Document, operation: OperationDefinitionNode, variables: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Returns the validation errors of a document or, if it is valid, the errors of its variables."""
        return list(document.errors) or validation.validate_variables(self.schema, operation, variables)

    def run(
        self, document: Document, request: GraphQLRequest, resolve: Callable[..., Any], context: Any, root: Any = None
    ) -> Any:
        """Returns the result of an operation, or an awaitable of it. `resolve` resolves every field."""
        args = request.variables, request.operation_name
        return execute(self.schema, document.node, root, context, *args, resolve, executor_class=Executor)

    def authorize_field(self, mode: AuthMode, info: Info) -> FieldConfig | None:
        """Returns the configuration of a field, or None if it has none.

        Raises NotAuthorized if the mode is not among those of the field or, without a configuration, of its type.

        https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
        """
        parent, name = info.parent_type.name, info.field_name
        field = self.fields.get((parent, name))
        if mode not in (field.auth_modes if field else self.type_modes.get(parent, ())):
            raise NotAuthorized(parent, name)
        return field


def without_resolvers(schema: GraphQLSchema) -> GraphQLSchema:
    """Returns the same schema without resolvers: each execution passes one resolver for all fields."""
    for type in schema.type_map.values():
        for field in getattr(type, "fields", {}).values():
            if not type.name.startswith("__") and hasattr(field, "resolve"):
                field.resolve = None
    return schema


def argument_value(value: Any) -> Any:
    """Returns an argument as an event contains it: an enum member as its value, which is its GraphQL name."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: argument_value(member) for name, member in value.items()}
    return [argument_value(member) for member in value] if isinstance(value, list) else value


def format_result(result: ExecutionResult) -> ResponseBody:
    """Returns the result of an operation as a response body. It has the key `errors` only if there are errors."""
    errors = [format_error(error) for error in result.errors or ()]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}
