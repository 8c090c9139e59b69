"""The coordinates that an operation uses: those that it selects, sends, omits, or may receive."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    type_from_ast,
    visit,
)

from schema_diff.changes import INPUT_TYPE, OMITTED


def coordinates_used_by(schema: GraphQLSchema, document: DocumentNode) -> frozenset[str]:
    """Returns the coordinates that the operation of a document uses. Unknown elements are ignored."""
    info = TypeInfo(schema)
    visitor = CoverageVisitor(schema, info, optional_variables(document))
    visit(document, TypeInfoVisitor(info, visitor))
    return frozenset(visitor.coordinates)


def optional_variables(document: DocumentNode) -> set[str]:
    """Returns the variables that an app may omit; an argument with such a variable is omitted too."""
    definitions = [
        variable
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for variable in node.variable_definitions or ()
    ]
    return {
        definition.variable.name.value
        for definition in definitions
        if definition.type.kind != "non_null_type" and definition.default_value is None
    }


class CoverageVisitor(Visitor):
    """Collects the coordinates that a document uses."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo, optional: set[str]) -> None:
        super().__init__()
        self.schema = schema
        self.info = info
        self.optional = optional
        self.coordinates: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, field = self.info.get_parent_type(), self.info.get_field_def()
        if parent is None or field is None or node.name.value.startswith("__"):
            return
        output_type = get_named_type(field.type)
        self.coordinates |= {output_type.name, *(type.name for type in self.possible_types(output_type))}
        values = {argument.name.value: argument.value for argument in node.arguments or ()}
        for type in (parent, *self.possible_types(parent)):
            coordinate = f"{type.name}.{node.name.value}"
            self.coordinates |= {type.name, coordinate}
            for name in field.args:
                self.coordinates |= set(self.input_coordinates(f"{coordinate}({name}:)", values.get(name)))

    def enter_inline_fragment(self, node: Any, *_: Any) -> None:
        self.add_type_condition(node)

    def enter_fragment_definition(self, node: Any, *_: Any) -> None:
        self.add_type_condition(node)

    def add_type_condition(self, node: Any) -> None:
        if node.type_condition:
            self.coordinates.add(node.type_condition.name.value)

    def possible_types(self, type: Any) -> list[Any]:
        return list(self.schema.get_possible_types(type)) if is_abstract_type(type) else []

    def input_coordinates(self, coordinate: str, value: Any) -> Iterator[str]:
        """Yields the coordinate of an input value as sent, as omitted, or both if it is an optional variable."""
        if value is not None:
            yield coordinate
        if value is None or (isinstance(value, VariableNode) and value.name.value in self.optional):
            yield coordinate + OMITTED

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        argument = self.info.get_argument()
        if argument:
            self.coordinates.add(get_named_type(argument.type).name + INPUT_TYPE)

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
        type = get_named_type(self.info.get_input_type())
        if not isinstance(type, GraphQLInputObjectType):
            return
        values = {field.name.value: field.value for field in node.fields}
        self.coordinates.add(type.name + INPUT_TYPE)
        for name, field in type.fields.items():
            self.coordinates |= set(self.input_coordinates(f"{type.name}.{name}", values.get(name)))
            if name in values:
                self.coordinates.add(get_named_type(field.type).name + INPUT_TYPE)

    def enter_enum_value(self, node: Any, *_: Any) -> None:
        type = get_named_type(self.info.get_input_type())
        if is_enum_type(type):
            self.coordinates.add(f"{type.name}.{node.value}")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type = get_named_type(type_from_ast(self.schema, node.type))
        if type:
            self.add_input_type(type, set())

    def add_input_type(self, type: Any, visited: set[str]) -> None:
        """Adds all that a variable of a type may contain: input fields, sent or omitted; enum values."""
        if type.name in visited:
            return
        visited.add(type.name)
        self.coordinates.add(type.name + INPUT_TYPE)
        if is_enum_type(type):
            self.coordinates |= {f"{type.name}.{value}" for value in type.values}
        if is_input_object_type(type):
            for name, field in type.fields.items():
                self.coordinates |= {f"{type.name}.{name}", f"{type.name}.{name}{OMITTED}"}
                self.add_input_type(get_named_type(field.type), visited)
