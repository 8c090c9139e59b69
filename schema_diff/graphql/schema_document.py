"""A parsed schema with the line of each of its coordinates."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ParallelVisitor,
    build_ast_schema,
    parse,
    validate_schema,
    visit,
)
from graphql.language import ExecutableDefinitionNode, Node
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validation_context import SDLValidationContext

from schema_diff.graphql import incremental_parse
from schema_diff.graphql.appsync_restrictions import DIRECTIVES, SCALARS
from schema_diff.graphql.coordinates import coordinates
from schema_diff.sources.source import SourceText, UnreadableSource

# The keys that SDL rules visit: names and descriptions are half of the nodes, and no rule visits them.
KEYS_TO_VISIT = {
    kind: tuple(key for key in keys if key not in ("name", "description")) for kind, keys in QUERY_DOCUMENT_KEYS.items()
}


@dataclass(frozen=True)
class SchemaDocument:
    """A schema, its coordinates, their lines if the text has lines, and the directives at each coordinate."""

    name: str
    schema: GraphQLSchema
    document: DocumentNode
    coordinates: frozenset[str]
    lines: dict[str, int]
    directives: dict[str, tuple[DirectiveNode, ...]]
    byte_count: int


def parse_schema(text: SourceText) -> SchemaDocument:
    """Returns the schema of a text; AppSync's own scalars and directives may be undeclared. Raises UnreadableSource."""
    try:
        parts = [
            (lines_before, incremental_parse.parse_definition(piece))
            for lines_before, piece in incremental_parse.split_definitions(text.text)
        ]
    except GraphQLError as error:
        raise UnreadableSource(describe_errors(text)) from error
    document = DocumentNode(definitions=tuple(node for _, part in parts for node in part.definitions))
    schema = build_schema(document)
    if isinstance(schema, list) or any(isinstance(node, ExecutableDefinitionNode) for node in document.definitions):
        raise UnreadableSource(describe_errors(text))
    nodes = [(coordinate, node, lines_before) for lines_before, part in parts for coordinate, node in coordinates(part)]
    lines = (
        {coordinate: lines_before + line_of(node) for coordinate, node, lines_before in reversed(nodes)}
        if text.has_lines
        else {}
    )
    directives: dict[str, tuple[DirectiveNode, ...]] = {}
    for coordinate, node, _ in nodes:
        if node_directives := getattr(node, "directives", None):
            directives[coordinate] = directives.get(coordinate, ()) + tuple(node_directives)
    names = frozenset(coordinate for coordinate, _, _ in nodes)
    return SchemaDocument(text.name, schema, document, names, lines, directives, len(text.text.encode()))


def build_schema(document: DocumentNode) -> GraphQLSchema | list[GraphQLError]:
    """Returns the schema of a document, or its errors."""
    complete_document = DocumentNode(definitions=(*document.definitions, *appsync_definitions(document)))
    if errors := sdl_errors(complete_document):
        return errors
    schema = build_ast_schema(complete_document, assume_valid_sdl=True)
    return validate_schema(schema) or schema


def sdl_errors(document: DocumentNode) -> list[GraphQLError]:
    """Returns the same errors as graphql-core's `validate_sdl`, in half of its time."""
    errors: list[GraphQLError] = []
    context = SDLValidationContext(document, None, errors.append)
    visit(document, ParallelVisitor([rule(context) for rule in specified_sdl_rules]), KEYS_TO_VISIT)
    return errors


def describe_errors(text: SourceText) -> str:
    """Returns the errors of a text with their lines; it parses the complete text to have them."""
    try:
        document = parse(text.text)
    except GraphQLError as error:
        return format_error(text, error)
    operations = [node for node in document.definitions if isinstance(node, ExecutableDefinitionNode)]
    if operations:
        return f"{text.name}:{line_of(operations[0])}: a schema must not contain operations"
    errors = build_schema(document)
    return "\n".join(format_error(text, error) for error in errors[:10]) if isinstance(errors, list) else text.name


def format_error(text: SourceText, error: GraphQLError) -> str:
    """Returns an error's message after the file's name and the line."""
    position = f":{error.locations[0].line}:{error.locations[0].column}" if error.locations and text.has_lines else ""
    return f"{text.name}{position}: {error.message}"


def line_of(node: Node) -> int:
    """Returns the line of a definition's name, which follows its description."""
    name_node = getattr(node, "name", None) or node
    return int(name_node.loc.start_token.line) if name_node.loc else 1


def appsync_definitions(document: DocumentNode) -> tuple[Any, ...]:
    """Returns the definitions of AppSync's scalars and directives that a document does not declare."""
    declared = {(node.kind, name.value) for node in document.definitions if (name := getattr(node, "name", None))}
    scalars = [f"scalar {name}" for name in SCALARS if ("scalar_type_definition", name) not in declared]
    directives = [
        f"directive @{name}{definition if definition.startswith('(') else f' {definition}'}"
        for name, definition in DIRECTIVES.items()
        if ("directive_definition", name) not in declared
    ]
    return parse("\n".join(scalars + directives), no_location=True).definitions if scalars or directives else ()
