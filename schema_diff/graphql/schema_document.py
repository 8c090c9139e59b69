"""A schema as one side has it: built, with the line of each of its coordinates."""

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
from schema_diff.sources.source import NotReadable, Text

# What rules of SDL look at: names and descriptions are half of the nodes, and none of them looks into those.
RULED = {
    kind: tuple(key for key in keys if key not in ("name", "description")) for kind, keys in QUERY_DOCUMENT_KEYS.items()
}


@dataclass(frozen=True)
class Contract:
    """One side's schema: its coordinates, the line of each where lines mean anything, and the directives used there."""

    name: str
    schema: GraphQLSchema
    document: DocumentNode
    places: frozenset[str]
    lines: dict[str, int]
    uses: dict[str, tuple[DirectiveNode, ...]]
    size: int


def contract(text: Text) -> Contract:
    """The schema that a text tells; what AppSync declares by itself need not be declared. Raises NotReadable."""
    try:
        parts = [(before, incremental_parse.document(piece)) for before, piece in incremental_parse.pieces(text.text)]
    except GraphQLError as error:
        raise NotReadable(problems(text)) from error
    document = DocumentNode(definitions=tuple(node for _, part in parts for node in part.definitions))
    schema = built(document)
    if isinstance(schema, list) or any(isinstance(node, ExecutableDefinitionNode) for node in document.definitions):
        raise NotReadable(problems(text))
    nodes = [(where, node, before) for before, part in parts for where, node in coordinates(part)]
    lines = {where: before + line(node) for where, node, before in reversed(nodes)} if text.located else {}
    uses: dict[str, tuple[DirectiveNode, ...]] = {}
    for where, node, _ in nodes:
        if used := getattr(node, "directives", None):
            uses[where] = uses.get(where, ()) + tuple(used)
    places = frozenset(where for where, _, _ in nodes)
    return Contract(text.name, schema, document, places, lines, uses, len(text.text.encode()))


def built(document: DocumentNode) -> GraphQLSchema | list[GraphQLError]:
    """The schema of a document, or what is wrong with it."""
    whole = DocumentNode(definitions=(*document.definitions, *appsyncs_own(document)))
    if errors := broken_rules(whole):
        return errors
    schema = build_ast_schema(whole, assume_valid_sdl=True)
    return validate_schema(schema) or schema


def broken_rules(document: DocumentNode) -> list[GraphQLError]:
    """What graphql-core's `validate_sdl` says, in half of its time."""
    errors: list[GraphQLError] = []
    context = SDLValidationContext(document, None, errors.append)
    visit(document, ParallelVisitor([rule(context) for rule in specified_sdl_rules]), RULED)
    return errors


def problems(text: Text) -> str:
    """What is wrong with a text, each behind its line: all of it is parsed for that, for pieces know only theirs."""
    try:
        document = parse(text.text)
    except GraphQLError as error:
        return located(text, error)
    asking = [node for node in document.definitions if isinstance(node, ExecutableDefinitionNode)]
    if asking:
        return f"{text.name}:{line(asking[0])}: a schema defines types, and asks nothing"
    errors = built(document)
    return "\n".join(located(text, error) for error in errors[:10]) if isinstance(errors, list) else text.name


def located(text: Text, error: GraphQLError) -> str:
    """What is wrong, behind the file's name and the line."""
    place = f":{error.locations[0].line}:{error.locations[0].column}" if error.locations and text.located else ""
    return f"{text.name}{place}: {error.message}"


def line(node: Node) -> int:
    """Where a definition's own name stands: behind its description."""
    named = getattr(node, "name", None) or node
    return int(named.loc.start_token.line) if named.loc else 1


def appsyncs_own(document: DocumentNode) -> tuple[Any, ...]:
    """Definitions of AppSync's scalars and directives that a document does without."""
    said = {(node.kind, name.value) for node in document.definitions if (name := getattr(node, "name", None))}
    scalars = [f"scalar {name}" for name in SCALARS if ("scalar_type_definition", name) not in said]
    directives = [
        f"directive @{name}{where if where.startswith('(') else f' {where}'}"
        for name, where in DIRECTIVES.items()
        if ("directive_definition", name) not in said
    ]
    return parse("\n".join(scalars + directives), no_location=True).definitions if scalars or directives else ()
