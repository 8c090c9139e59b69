"""Checks variable values against the types that the operation declares, with AppSync's messages."""

from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
)
from graphql.utilities import validate_input_value

from local.appsync.errors import locations
from local.appsync.language import scalars


class VariableError(NamedTuple):
    """The message for an invalid variable, and whether AppSync returns the location of the variable's definition."""

    text: str
    has_location: bool = True


def first_error(schema: GraphQLSchema, operation: OperationDefinitionNode, values: dict[str, Any]) -> dict[str, Any]:
    """Returns the first invalid variable's error in the response's format. At least one variable must be invalid."""
    checks = ((node, check_variable(schema, node, values)) for node in operation.variable_definitions or ())
    node, error = next((node, error) for node, error in checks if error)
    error_locations = locations(GraphQLError("", node)) if error.has_location else None
    return {"path": None, "locations": error_locations, "message": error.text}


def check_variable(schema: GraphQLSchema, node: VariableDefinitionNode, values: dict[str, Any]) -> VariableError | None:
    name = node.variable.name.value
    if name not in values and node.default_value:
        return None
    type: Any = type_from_ast(schema, node.type)
    return check_value(values.get(name), type, name, name)


def check_value(value: Any, type: GraphQLInputType, variable: str, field: str) -> VariableError | None:
    """Returns a value's first error, or None. Null errors name the variable, all others the enclosing input `field`."""
    if is_non_null_type(type):
        if value is None:
            return VariableError(f"Variable '{variable}' has coerced Null value for NonNull type '{type}'")
        return check_value(value, type.of_type, variable, field)
    if value is None:
        return None
    if is_list_type(type):
        items = value if isinstance(value, list) else [value]
        return next(filter(None, (check_value(item, type.of_type, variable, field) for item in items)), None)
    if is_input_object_type(type) and isinstance(value, dict):
        return check_object(value, type, variable)
    return check_leaf(value, type, field)


def check_object(value: dict[str, Any], type: Any, variable: str) -> VariableError | None:
    if value.keys() - type.fields.keys():
        text = f"The variables input contains a field that is not defined for input object type '{type.name}' "
        return VariableError(text, has_location=False)
    fields = {name: field for name, field in type.fields.items() if name in value or field.default is None}
    errors = (check_value(value.get(name), field.type, variable, name) for name, field in fields.items())
    return next(filter(None, errors), None)


def check_leaf(value: Any, type: Any, field: str) -> VariableError | None:
    errors: list[GraphQLError] = []
    validate_input_value(value, type, lambda error, _: errors.append(error), hide_suggestions=True)
    text = f"Variable '{field}' has an invalid value. {scalars.scalar_error('parse', value, type.name)}"
    return VariableError(text) if errors else None
