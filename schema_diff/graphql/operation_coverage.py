"""What an operation touches of a schema: the coordinates that it asks for, sends, leaves out, or may meet."""

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

from schema_diff.changes import LEFT_OUT, SENT


def touched(schema: GraphQLSchema, document: DocumentNode) -> frozenset[str]:
    """The coordinates that the one operation of a document touches. What the schema does not have is passed over."""
    info = TypeInfo(schema)
    seeing = Touching(schema, info, optional_variables(document))
    visit(document, TypeInfoVisitor(info, seeing))
    return frozenset(seeing.found)


def optional_variables(document: DocumentNode) -> set[str]:
    """The variables that an app may leave out, and then what they stand for is left out."""
    definitions = [
        variable
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for variable in node.variable_definitions or ()
    ]
    return {
        one.variable.name.value for one in definitions if one.type.kind != "non_null_type" and one.default_value is None
    }


class Touching(Visitor):
    """Gathers what is touched on the way through a document."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo, optional: set[str]) -> None:
        super().__init__()
        self.schema = schema
        self.info = info
        self.optional = optional
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, field = self.info.get_parent_type(), self.info.get_field_def()
        if parent is None or field is None or node.name.value.startswith("__"):
            return
        answered = get_named_type(field.type)
        self.found |= {answered.name, *(type.name for type in self.possible(answered))}
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for type in (parent, *self.possible(parent)):
            where = f"{type.name}.{node.name.value}"
            self.found |= {type.name, where}
            for name in field.args:
                self.found |= set(self.said(f"{where}({name}:)", given.get(name)))

    def enter_inline_fragment(self, node: Any, *_: Any) -> None:
        self.conditioned(node)

    def enter_fragment_definition(self, node: Any, *_: Any) -> None:
        self.conditioned(node)

    def conditioned(self, node: Any) -> None:
        if node.type_condition:
            self.found.add(node.type_condition.name.value)

    def possible(self, type: Any) -> list[Any]:
        return list(self.schema.get_possible_types(type)) if is_abstract_type(type) else []

    def said(self, where: str, value: Any) -> Iterator[str]:
        """A place for a value, as given, as left out, or as either where it is an optional variable's."""
        if value is not None:
            yield where
        if value is None or (isinstance(value, VariableNode) and value.name.value in self.optional):
            yield where + LEFT_OUT

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        argument = self.info.get_argument()
        if argument:
            self.found.add(get_named_type(argument.type).name + SENT)

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
        type = get_named_type(self.info.get_input_type())
        if not isinstance(type, GraphQLInputObjectType):
            return
        given = {field.name.value: field.value for field in node.fields}
        self.found.add(type.name + SENT)
        for name, field in type.fields.items():
            self.found |= set(self.said(f"{type.name}.{name}", given.get(name)))
            if name in given:
                self.found.add(get_named_type(field.type).name + SENT)

    def enter_enum_value(self, node: Any, *_: Any) -> None:
        type = get_named_type(self.info.get_input_type())
        if is_enum_type(type):
            self.found.add(f"{type.name}.{node.value}")

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type = get_named_type(type_from_ast(self.schema, node.type))
        if type:
            self.sends(type, set())

    def sends(self, type: Any, seen: set[str]) -> None:
        """All that a variable of a type may carry: any field of an input, or none of them; any value of an enum."""
        if type.name in seen:
            return
        seen.add(type.name)
        self.found.add(type.name + SENT)
        if is_enum_type(type):
            self.found |= {f"{type.name}.{value}" for value in type.values}
        if is_input_object_type(type):
            for name, field in type.fields.items():
                self.found |= {f"{type.name}.{name}", f"{type.name}.{name}{LEFT_OUT}"}
                self.sends(get_named_type(field.type), seen)
