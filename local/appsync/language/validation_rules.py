"""The validation rules for documents, with AppSync's error kinds and messages."""

from collections.abc import Callable
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLOutputType,
    ValidationContext,
    ValidationRule,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    print_ast,
    specified_rules,
)
from graphql.language import ArgumentNode, Node, VariableDefinitionNode

from local import assumptions
from local.appsync.language import introspection, literals


class InvalidDocument(GraphQLError):
    """An error of a validation rule, and AppSync's name for its kind."""

    def __init__(self, kind: str, text: str, nodes: list[Node] | Node | None) -> None:
        super().__init__(text, nodes)
        self.kind = kind


Translation = Callable[[GraphQLError], InvalidDocument]


class FieldsRule(ValidationRule):
    """Fields must exist; a field has a selection set if and only if its type is composite."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, type, name = self.context.get_parent_type(), self.context.get_type(), node.name.value
        if parent and (type is None or not introspection.has_field(parent.name, name)):
            text = f"Field '{name}' in type '{parent.name}' is undefined"
            self.report_error(InvalidDocument("FieldUndefined", text, node))
        elif type and node.selection_set and is_leaf_type(get_named_type(type)):
            text = f"Sub selection not allowed on leaf type {type_name(type)} of field {name}"
            self.report_error(InvalidDocument("SubSelectionNotAllowed", text, node))
        elif type and not node.selection_set and not is_leaf_type(get_named_type(type)):
            text = f"Sub selection required for type {type_name(type)} of field {name}"
            self.report_error(InvalidDocument("SubSelectionRequired", text, node))


class ArgumentsRule(ValidationRule):
    """Arguments must exist and have valid values; required arguments must not be omitted."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        for name in missing_arguments(self.context.get_field_def(), node):
            self.report_error(InvalidDocument("MissingFieldArgument", f"Missing field argument {name}", node))

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        for name in missing_arguments(self.context.get_directive(), node):
            text = assumptions.MISSING_DIRECTIVE_ARGUMENT.format(name=name)
            self.report_error(InvalidDocument("MissingDirectiveArgument", text, node))

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        argument, name = self.context.get_argument(), node.name.value
        if argument is None or self.is_unsupported_introspection_argument(name):
            self.report_unknown_argument(node)
        elif error := literals.check_literal(node.value, argument.type, name):
            value = literals.print_graphql_java(error.value)
            self.report_error(
                InvalidDocument("WrongType", f"argument '{error.path}' with value '{value}' {error.reason}", node)
            )

    def is_unsupported_introspection_argument(self, argument: str) -> bool:
        """True if it is an introspection argument that AppSync does not support."""
        parent, field = self.context.get_parent_type(), self.context.get_field_def()
        if parent is None or field is None or self.context.get_directive():
            return False
        names = [name for name, definition in getattr(parent, "fields", {}).items() if definition is field]
        return any(not introspection.has_argument(parent.name, name, argument) for name in names)

    def report_unknown_argument(self, node: ArgumentNode) -> None:
        """Reports an unknown argument. Skips unknown fields and directives: another rule reports those."""
        name = node.name.value
        if self.context.get_directive():
            text = assumptions.UNKNOWN_DIRECTIVE_ARGUMENT.format(name=name)
            self.report_error(InvalidDocument("UnknownDirective", text, node))
        elif self.context.get_field_def():
            self.report_error(InvalidDocument("UnknownArgument", f"Unknown field argument {name}", node))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type = self.context.get_input_type()
        if node.default_value and type and literals.check_literal(node.default_value, type, ""):
            text = assumptions.BAD_DEFAULT.format(value=literals.print_graphql_java(node.default_value), type=type)
            self.report_error(InvalidDocument("BadValueForDefaultArg", text, node))


def missing_arguments(definition: Any, node: FieldNode | DirectiveNode) -> list[str]:
    """Returns the names of the required arguments that a field or directive omits."""
    provided = {argument.name.value for argument in node.arguments or ()}
    definitions = definition.args if definition else {}
    return [name for name, argument in definitions.items() if is_required_argument(argument) and name not in provided]


def type_name(type: GraphQLOutputType) -> str:
    """Returns a type's name in AppSync's messages: "null" for a list type or a non-null type."""
    return type.name if isinstance(type, GraphQLNamedType) else "null"


class TranslatingContext:
    """The context of a graphql-core rule. Translates the errors that the rule reports."""

    def __init__(self, context: ValidationContext, translate: Translation) -> None:
        self.context = context
        self.translate = translate

    def report_error(self, error: GraphQLError) -> None:
        self.context.report_error(self.translate(error))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)


def translate_rule(rule: Any, translate: Translation) -> Any:
    return lambda context: rule(TranslatingContext(context, translate))


def with_kind(kind: str, prefix: str = "", other_kind: str = "") -> Translation:
    """Keeps graphql-core's message. The kind is `kind` if the message has this prefix, else `other_kind`."""
    return lambda error: InvalidDocument(
        kind if error.message.startswith(prefix) else other_kind, error.message, error.nodes
    )


def with_name(kind: str, text: str) -> Translation:
    """Replaces the message by `text` and the name of the error's first node."""

    def translate(error: GraphQLError) -> InvalidDocument:
        nodes: Any = error.nodes
        node = getattr(nodes[0], "variable", nodes[0])
        return InvalidDocument(kind, f"{text} {getattr(node, 'name', node).value}", nodes[0])

    return translate


def variable_type_mismatch(error: GraphQLError) -> InvalidDocument:
    nodes: Any = error.nodes
    expected = error.message.rpartition("expecting type ")[2].rstrip(".")
    text = f"Variable type '{print_ast(nodes[0].type)}' doesn't match expected type {expected}"
    return InvalidDocument("VariableTypeMismatch", text, nodes[1])


TRANSLATIONS: dict[str, Translation] = {name: with_kind(kind) for name, kind in assumptions.KINDS.items()} | {
    "FragmentsOnCompositeTypesRule": with_kind(
        "InlineFragmentTypeConditionInvalid", "Fragment cannot", "FragmentTypeConditionInvalid"
    ),
    "KnownDirectivesRule": with_kind("UnknownDirective", "Unknown", "MisplacedDirective"),
    "KnownFragmentNamesRule": with_name("UndefinedFragment", "Undefined fragment"),
    "KnownTypeNamesRule": with_name("UnknownType", "Unknown type"),
    "NoUndefinedVariablesRule": with_name("UndefinedVariable", "Undefined variable"),
    "NoUnusedVariablesRule": with_name("UnusedVariable", "Unused variable"),
    "VariablesInAllowedPositionRule": variable_type_mismatch,
}
RULES: list[Any] = [
    FieldsRule,
    ArgumentsRule,
    *(translate_rule(rule, TRANSLATIONS[rule.__name__]) for rule in specified_rules if rule.__name__ in TRANSLATIONS),
]
