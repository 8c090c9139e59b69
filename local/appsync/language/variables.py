"""Values of variables, as they are given beside a document, and what AppSync says of one that does not fit."""

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


class Misfit(NamedTuple):
    """What is wrong with a variable, and whether AppSync tells where that is defined."""

    text: str
    located: bool = True


def error(schema: GraphQLSchema, operation: OperationDefinitionNode, values: dict[str, Any]) -> dict[str, Any]:
    """The error, as it goes out, of the first variable that does not fit its type, where one does not."""
    wrong = ((node, of_variable(schema, node, values)) for node in operation.variable_definitions or ())
    node, found = next((node, found) for node, found in wrong if found)
    told = locations(GraphQLError("", node)) if found.located else None
    return {"path": None, "locations": told, "message": found.text}


def of_variable(schema: GraphQLSchema, node: VariableDefinitionNode, values: dict[str, Any]) -> Misfit | None:
    name = node.variable.name.value
    if name not in values and node.default_value:
        return None
    type: Any = type_from_ast(schema, node.type)
    return misfit(values.get(name), type, name, name)


def misfit(value: Any, type: GraphQLInputType, variable: str, inside: str) -> Misfit | None:
    """The first thing that does not fit: a null is told by the variable, all else by the input field it is `inside`."""
    if is_non_null_type(type):
        if value is None:
            return Misfit(f"Variable '{variable}' has coerced Null value for NonNull type '{type}'")
        return misfit(value, type.of_type, variable, inside)
    if value is None:
        return None
    if is_list_type(type):
        items = value if isinstance(value, list) else [value]
        return next(filter(None, (misfit(item, type.of_type, variable, inside) for item in items)), None)
    if is_input_object_type(type) and isinstance(value, dict):
        return in_object(value, type, variable)
    return in_leaf(value, type, inside)


def in_object(value: dict[str, Any], type: Any, variable: str) -> Misfit | None:
    if value.keys() - type.fields.keys():
        text = f"The variables input contains a field that is not defined for input object type '{type.name}' "
        return Misfit(text, located=False)
    asked = {name: field for name, field in type.fields.items() if name in value or field.default is None}
    found = (misfit(value.get(name), field.type, variable, name) for name, field in asked.items())
    return next(filter(None, found), None)


def in_leaf(value: Any, type: Any, inside: str) -> Misfit | None:
    wrong: list[GraphQLError] = []
    validate_input_value(value, type, lambda error, _: wrong.append(error), hide_suggestions=True)
    text = f"Variable '{inside}' has an invalid value. {scalars.scalar_error('parse', value, type.name)}"
    return Misfit(text) if wrong else None
