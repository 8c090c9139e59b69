"""Completes values as graphql-core does, with AppSync's messages, and with a limit of the fields in a response."""

from typing import Any

from graphql import GraphQLLeafType, GraphQLList, GraphQLNamedType, GraphQLObjectType, GraphQLOutputType
from graphql.execution import Executor as GraphQLExecutor
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from local import assumptions
from local.appsync.errors import CoercionError, ResponseLimitReached
from local.appsync.language import scalars

NULL_MESSAGE = "Cannot return null for non-nullable field "
KIND_BY_TYPE = {"dict": "OBJECT", "list": "LIST"} | assumptions.VALUE_KINDS


class Executor(GraphQLExecutor[Any]):
    """Is passed to graphql-core: `execute(..., executor_class=Executor)`."""

    field_count = 0  # below the root fields, so far

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """Resolves one field. Raises ResponseLimitReached: aliases and fragments multiply with lists and types."""
        if path.prev:
            self.field_count += 1
            if self.field_count > assumptions.MAX_RESPONSE_FIELDS:
                raise ResponseLimitReached
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def handle_field_error(
        self, raw_error: Exception, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, path: Path
    ) -> None:
        """Nulls a field that failed. A response limit nulls the root field: each field below would fail too."""
        if isinstance(raw_error, ResponseLimitReached) and path.prev:
            raise raw_error
        if isinstance(raw_error, TypeError) and str(raw_error).startswith(NULL_MESSAGE):
            raw_error = null_error(str(raw_error).removeprefix(NULL_MESSAGE).partition(".")[0], return_type)
        super().handle_field_error(raw_error, return_type, field_details_list, path)

    def complete_list_value(self, return_type: GraphQLList[Any], *rest: Any) -> Any:
        check_kind("LIST", rest[3])
        return super().complete_list_value(return_type, *rest)

    def complete_object_value(self, return_type: GraphQLObjectType, *rest: Any) -> Any:
        check_kind("OBJECT", rest[3])
        return super().complete_object_value(return_type, *rest)

    @staticmethod
    def complete_leaf_value(return_type: GraphQLLeafType, result: Any) -> Any:
        try:
            return GraphQLExecutor.complete_leaf_value(return_type, result)
        except Exception as error:
            reason = scalars.scalar_error("serialize", result, return_type.name)
            raise CoercionError("Can't serialize value", f" : {reason}") from error


def null_error(parent: str, type: Any) -> CoercionError:
    name = type.of_type.name if isinstance(type.of_type, GraphQLNamedType) else "null"
    return CoercionError(f"Cannot return null for non-nullable type: '{name}' within parent '{parent}'")


def check_kind(expected: str, value: Any) -> None:
    """Raises CoercionError if a JSON value is of another kind. Introspection values are not JSON values, and pass."""
    kind = KIND_BY_TYPE.get(type(value).__name__, expected)
    if kind != expected:
        raise CoercionError("Can't resolve value", f" : type mismatch error, expected type {expected}, got {kind}")
