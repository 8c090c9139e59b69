"""How values become answers: as graphql-core does it, but what does not fit its field is told as AppSync tells it."""

from typing import Any

from graphql import GraphQLLeafType, GraphQLList, GraphQLNamedType, GraphQLObjectType, GraphQLOutputType
from graphql.execution import Executor as Core
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from local import assumptions
from local.appsync.errors import Misfit
from local.appsync.language import scalars

NULL = "Cannot return null for non-nullable field "
KINDS = {"dict": "OBJECT", "list": "LIST"} | assumptions.VALUE_KINDS


class Executor(Core[Any]):
    """For `execute(..., executor_class=Executor)`."""

    def handle_field_error(
        self, raw_error: Exception, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, path: Path
    ) -> None:
        if isinstance(raw_error, TypeError) and str(raw_error).startswith(NULL):
            raw_error = null(str(raw_error).removeprefix(NULL).partition(".")[0], return_type)
        super().handle_field_error(raw_error, return_type, field_details_list, path)

    def complete_list_value(self, return_type: GraphQLList[Any], *rest: Any) -> Any:
        fits("LIST", rest[3])
        return super().complete_list_value(return_type, *rest)

    def complete_object_value(self, return_type: GraphQLObjectType, *rest: Any) -> Any:
        fits("OBJECT", rest[3])
        return super().complete_object_value(return_type, *rest)

    @staticmethod
    def complete_leaf_value(return_type: GraphQLLeafType, result: Any) -> Any:
        try:
            return Core.complete_leaf_value(return_type, result)
        except Exception as error:
            why = scalars.scalar_error("serialize", result, return_type.name)
            raise Misfit("Can't serialize value", f" : {why}") from error


def null(parent: str, type: Any) -> Misfit:
    name = type.of_type.name if isinstance(type.of_type, GraphQLNamedType) else "null"
    return Misfit(f"Cannot return null for non-nullable type: '{name}' within parent '{parent}'")


def fits(expected: str, value: Any) -> None:
    """Raises Misfit where a value out of JSON is of another kind; introspection's own are not out of JSON."""
    kind = KINDS.get(type(value).__name__, expected)
    if kind != expected:
        raise Misfit("Can't resolve value", f" : type mismatch error, expected type {expected}, got {kind}")
