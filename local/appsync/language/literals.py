"""Checks literal values of a document against their types and prints them as AppSync does in messages."""

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


class LiteralError(NamedTuple):
    """An invalid value in an argument: its path, the value, and the reason."""

    path: str
    value: ValueNode
    reason: str


def print_graphql_java(node: Any) -> str:
    """Returns a value in the format of graphql-java's `toString()`: `StringValue{value='x'}`."""
    match node:
        case ObjectValueNode():
            fields = ", ".join(
                f"ObjectField{{name='{field.name.value}', value={print_graphql_java(field.value)}}}"
                for field in node.fields
            )
            return f"ObjectValue{{objectFields=[{fields}]}}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(map(print_graphql_java, node.values))}]}}"
        case NullValueNode():
            return "NullValue{}"
        case VariableNode():
            return f"VariableReference{{name='{node.name.value}'}}"
        case EnumValueNode():
            return f"EnumValue{{name='{node.value}'}}"
    kind = node.kind.removesuffix("_value")
    value = {"string": f"'{node.value}'", "boolean": str(node.value).lower()}.get(kind, node.value)
    return f"{KINDS[kind]}{{value={value}}}"


def check_literal(node: ValueNode, type: GraphQLInputType, path: str) -> LiteralError | None:
    """Returns the first error of a value that must have this type, or None. Skips variables inside the value."""
    if isinstance(node, VariableNode):
        return None
    if is_non_null_type(type):
        is_null = isinstance(node, NullValueNode)
        return (
            LiteralError(path, node, assumptions.NULL_LITERAL) if is_null else check_literal(node, type.of_type, path)
        )
    if isinstance(node, NullValueNode):
        return None
    if is_list_type(type):
        items = node.values if isinstance(node, ListValueNode) else (node,)
        paths = [f"{path}[{index}]" if isinstance(node, ListValueNode) else path for index in range(len(items))]
        errors = (check_literal(item, type.of_type, item_path) for item, item_path in zip(items, paths, strict=True))
        return next(filter(None, errors), None)
    return check_object(node, type, path) if is_input_object_type(type) else check_leaf(node, type, path)


def check_object(node: ValueNode, type: Any, path: str) -> LiteralError | None:
    """Returns the first error: missing fields, then unknown fields, then invalid values in the document's order."""
    if not isinstance(node, ObjectValueNode):
        return LiteralError(path, node, assumptions.NOT_OBJECT_LITERAL)
    values = {field.name.value: field.value for field in node.fields}
    missing = [name for name, field in type.fields.items() if name not in values and is_required_input_field(field)]
    if missing:
        return LiteralError(path, node, f"is missing required fields '[{', '.join(missing)}]'")
    for name in values:
        if name not in type.fields:
            return LiteralError(path, node, f"contains a field not in '{type.name}': '{name}'")
    errors = (check_literal(value, type.fields[name].type, f"{path}.{name}") for name, value in values.items())
    return next(filter(None, errors), None)


def check_leaf(node: ValueNode, type: Any, path: str) -> LiteralError | None:
    errors: list[GraphQLError] = []
    validate_input_literal(node, type, lambda error, _: errors.append(error), hide_suggestions=True)
    return LiteralError(path, node, f"is not a valid '{type.name}'") if errors else None
