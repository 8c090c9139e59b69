"""The rules that a document is checked by, each telling what it finds in AppSync's words."""

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


class Invalid(GraphQLError):
    """Something a rule found, and what AppSync calls that."""

    def __init__(self, kind: str, text: str, nodes: list[Node] | Node | None) -> None:
        super().__init__(text, nodes)
        self.kind = kind


Tell = Callable[[GraphQLError], Invalid]


class Fields(ValidationRule):
    """Fields are there, and ask for what is inside them if and only if there is something."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, type, name = self.context.get_parent_type(), self.context.get_type(), node.name.value
        if parent and (type is None or not introspection.has(parent.name, name)):
            text = f"Field '{name}' in type '{parent.name}' is undefined"
            self.report_error(Invalid("FieldUndefined", text, node))
        elif type and node.selection_set and is_leaf_type(get_named_type(type)):
            text = f"Sub selection not allowed on leaf type {bare(type)} of field {name}"
            self.report_error(Invalid("SubSelectionNotAllowed", text, node))
        elif type and not node.selection_set and not is_leaf_type(get_named_type(type)):
            text = f"Sub selection required for type {bare(type)} of field {name}"
            self.report_error(Invalid("SubSelectionRequired", text, node))


class Arguments(ValidationRule):
    """Arguments are there, fit their types, and none that must be given is left out."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        for name in missing(self.context.get_field_def(), node):
            self.report_error(Invalid("MissingFieldArgument", f"Missing field argument {name}", node))

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        for name in missing(self.context.get_directive(), node):
            text = assumptions.MISSING_DIRECTIVE_ARGUMENT.format(name=name)
            self.report_error(Invalid("MissingDirectiveArgument", text, node))

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        argument, name = self.context.get_argument(), node.name.value
        if argument is None or self.unheard_of(name):
            self.unknown(node)
        elif found := literals.problem(node.value, argument.type, name):
            value = literals.printed(found.value)
            self.report_error(Invalid("WrongType", f"argument '{found.where}' with value '{value}' {found.what}", node))

    def unheard_of(self, argument: str) -> bool:
        """Whether it is an argument of introspection that AppSync does not have."""
        parent, field = self.context.get_parent_type(), self.context.get_field_def()
        if parent is None or field is None or self.context.get_directive():
            return False
        names = [name for name, one in getattr(parent, "fields", {}).items() if one is field]
        return any(not introspection.takes(parent.name, name, argument) for name in names)

    def unknown(self, node: ArgumentNode) -> None:
        """What a field or directive that is there does not take; of one that is not, that is told already."""
        name = node.name.value
        if self.context.get_directive():
            text = assumptions.UNKNOWN_DIRECTIVE_ARGUMENT.format(name=name)
            self.report_error(Invalid("UnknownDirective", text, node))
        elif self.context.get_field_def():
            self.report_error(Invalid("UnknownArgument", f"Unknown field argument {name}", node))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        type = self.context.get_input_type()
        if node.default_value and type and literals.problem(node.default_value, type, ""):
            text = assumptions.BAD_DEFAULT.format(value=literals.printed(node.default_value), type=type)
            self.report_error(Invalid("BadValueForDefaultArg", text, node))


def missing(definition: Any, node: FieldNode | DirectiveNode) -> list[str]:
    """The arguments that a field or directive must have and is not given."""
    given = {argument.name.value for argument in node.arguments or ()}
    arguments = definition.args if definition else {}
    return [name for name, one in arguments.items() if is_required_argument(one) and name not in given]


def bare(type: GraphQLOutputType) -> str:
    """A type's name in AppSync's texts, where a list, or what is never null, has none."""
    return type.name if isinstance(type, GraphQLNamedType) else "null"


class Retelling:
    """The context of one of graphql-core's rules, to which what it finds is told otherwise."""

    def __init__(self, context: ValidationContext, tell: Tell) -> None:
        self.context = context
        self.tell = tell

    def report_error(self, error: GraphQLError) -> None:
        self.context.report_error(self.tell(error))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.context, name)


def retold(rule: Any, tell: Tell) -> Any:
    return lambda context: rule(Retelling(context, tell))


def called(kind: str, start: str = "", otherwise: str = "") -> Tell:
    """What is told in graphql-core's text, by one name where that has this start, and by another where not."""
    return lambda error: Invalid(kind if error.message.startswith(start) else otherwise, error.message, error.nodes)


def naming(kind: str, text: str) -> Tell:
    """What is wrong with the first of an error's places is that its name is there."""

    def tell(error: GraphQLError) -> Invalid:
        nodes: Any = error.nodes
        named = getattr(nodes[0], "variable", nodes[0])
        return Invalid(kind, f"{text} {getattr(named, 'name', named).value}", nodes[0])

    return tell


def mismatch(error: GraphQLError) -> Invalid:
    nodes: Any = error.nodes
    expected = error.message.rpartition("expecting type ")[2].rstrip(".")
    text = f"Variable type '{print_ast(nodes[0].type)}' doesn't match expected type {expected}"
    return Invalid("VariableTypeMismatch", text, nodes[1])


TOLD: dict[str, Tell] = {name: called(kind) for name, kind in assumptions.KINDS.items()} | {
    "FragmentsOnCompositeTypesRule": called(
        "InlineFragmentTypeConditionInvalid", "Fragment cannot", "FragmentTypeConditionInvalid"
    ),
    "KnownDirectivesRule": called("UnknownDirective", "Unknown", "MisplacedDirective"),
    "KnownFragmentNamesRule": naming("UndefinedFragment", "Undefined fragment"),
    "KnownTypeNamesRule": naming("UnknownType", "Unknown type"),
    "NoUndefinedVariablesRule": naming("UndefinedVariable", "Undefined variable"),
    "NoUnusedVariablesRule": naming("UnusedVariable", "Unused variable"),
    "VariablesInAllowedPositionRule": mismatch,
}
RULES: list[Any] = [
    Fields,
    Arguments,
    *(retold(rule, TOLD[rule.__name__]) for rule in specified_rules if rule.__name__ in TOLD),
]
