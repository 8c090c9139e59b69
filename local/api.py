"""The API as its schema and its rows make it: what a document means, who may see what, and how it is run."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode, execute

from local import kinds, operation, validation
from local.errors import NotAuthorized, written
from local.executor import Executor
from local.operation import Document, Question
from resolvers.field import Field, Mode

MOST_REMEMBERED = 128  # documents, of at most so many characters
LONGEST_REMEMBERED = 10_000

Answer = dict[str, Any]
Info = GraphQLResolveInfo[Any]


class Api:
    """A schema, and the rows of those of its fields that a function answers."""

    def __init__(self, schema: strawberry.Schema, rows: tuple[Field, ...]) -> None:
        self.schema = without_resolvers(schema._schema)
        self.rows = {(row.parent, row.name): row for row in rows}
        self.modes = kinds.reached(rows)
        self.remembered = lru_cache(MOST_REMEMBERED)(partial(operation.read, self.schema))

    def document(self, text: str) -> Document:
        """What a text is. Raises Refused."""
        return self.remembered(text) if len(text) <= LONGEST_REMEMBERED else operation.read(self.schema, text)

    def errors(self, document: Document, chosen: OperationDefinitionNode, asked: Question) -> list[Answer]:
        """What is wrong with a document or, where nothing is, with the variables that came with it."""
        return list(document.errors) or validation.variables(self.schema, chosen, asked.variables)

    def run(
        self, document: Document, asked: Question, resolve: Callable[..., Any], context: Any, root: Any = None
    ) -> Any:
        """The result of an operation, or what is to be awaited for it; `resolve` answers every field."""
        said = asked.variables, asked.operation
        return execute(self.schema, document.node, root, context, *said, resolve, executor_class=Executor)

    def allowed(self, mode: Mode, info: Info) -> Field | None:
        """A field's row, if it has one. Raises NotAuthorized where the mode is not among the field's or, without a row,
        its type's.

        https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
        """
        parent, name = info.parent_type.name, info.field_name
        row = self.rows.get((parent, name))
        if mode not in (row.who if row else self.modes.get(parent, ())):
            raise NotAuthorized(parent, name)
        return row


def without_resolvers(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema, whose fields are all answered by whatever runs it."""
    for type in schema.type_map.values():
        for field in getattr(type, "fields", {}).values():
            if not type.name.startswith("__") and hasattr(field, "resolve"):
                field.resolve = None
    return schema


def body(result: ExecutionResult) -> Answer:
    """What came of an operation, as it goes out: `errors` only where there are some."""
    errors = [written(error) for error in result.errors or ()]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}
