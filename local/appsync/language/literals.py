"""Values as they stand in a document: how AppSync prints one, and what is wrong with it."""

from typing import Any, NamedTuple

from graphql import (
    EnumValueNode,
    GraphQLError,
    GraphQLInputType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.utilities import validate_input_literal

from local import assumptions

KINDS = {"int": "IntValue", "float": "FloatValue", "string": "StringValue", "boolean": "BooleanValue"}


class Problem(NamedTuple):
    """Where in an argument a value is wrong, which one, and how."""

    where: str
    value: ValueNode
    what: str


def printed(node: Any) -> str:
    """A value as graphql-java's classes print themselves: `StringValue{value='x'}`."""
    match node:
        case ObjectValueNode():
            fields = ", ".join(f"ObjectField{{name='{f.name.value}', value={printed(f.value)}}}" for f in node.fields)
            return f"ObjectValue{{objectFields=[{fields}]}}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(map(printed, node.values))}]}}"
        case NullValueNode():
            return "NullValue{}"
        case VariableNode():
            return f"VariableReference{{name='{node.name.value}'}}"
        case EnumValueNode():
            return f"EnumValue{{name='{node.value}'}}"
    kind = node.kind.removesuffix("_value")
    value = {"string": f"'{node.value}'", "boolean": str(node.value).lower()}.get(kind, node.value)
    return f"{KINDS[kind]}{{value={value}}}"


def problem(node: ValueNode, type: GraphQLInputType, where: str) -> Problem | None:
    """The first thing wrong with a value that is to be of this type; variables in it are not looked at."""
    if isinstance(node, VariableNode):
        return None
    if is_non_null_type(type):
        null = isinstance(node, NullValueNode)
        return Problem(where, node, assumptions.NULL_LITERAL) if null else problem(node, type.of_type, where)
    if isinstance(node, NullValueNode):
        return None
    if is_list_type(type):
        items = node.values if isinstance(node, ListValueNode) else (node,)
        places = [f"{where}[{index}]" if isinstance(node, ListValueNode) else where for index in range(len(items))]
        found = (problem(item, type.of_type, place) for item, place in zip(items, places, strict=True))
        return next(filter(None, found), None)
    return in_object(node, type, where) if is_input_object_type(type) else in_leaf(node, type, where)


def in_object(node: ValueNode, type: Any, where: str) -> Problem | None:
    """What is missing comes first, then what is unknown, then what is wrong, as the fields are written."""
    if not isinstance(node, ObjectValueNode):
        return Problem(where, node, assumptions.NOT_OBJECT_LITERAL)
    given = {field.name.value: field.value for field in node.fields}
    missing = [name for name, field in type.fields.items() if name not in given and is_required_input_field(field)]
    if missing:
        return Problem(where, node, f"is missing required fields '[{', '.join(missing)}]'")
    for name in given:
        if name not in type.fields:
            return Problem(where, node, f"contains a field not in '{type.name}': '{name}'")
    found = (problem(value, type.fields[name].type, f"{where}.{name}") for name, value in given.items())
    return next(filter(None, found), None)


def in_leaf(node: ValueNode, type: Any, where: str) -> Problem | None:
    wrong: list[GraphQLError] = []
    validate_input_literal(node, type, lambda error, _: wrong.append(error), hide_suggestions=True)
    return Problem(where, node, f"is not a valid '{type.name}'") if wrong else None
