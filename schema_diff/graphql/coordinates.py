"""Schema coordinates of a document: https://spec.graphql.org/September2025/#sec-Schema-Coordinates"""

from collections.abc import Iterator

from graphql import DocumentNode
from graphql.language import Node


def coordinates(document: DocumentNode) -> Iterator[tuple[str, Node]]:
    """Each definition with its coordinate, in the order of the document."""
    for definition in document.definitions:
        name_node = getattr(definition, "name", None)
        prefix = "@" if definition.kind == "directive_definition" else ""
        name = f"{prefix}{name_node.value}" if name_node else "schema"
        yield name, definition
        for argument in getattr(definition, "arguments", None) or ():
            yield f"{name}({argument.name.value}:)", argument
        for kind in ("fields", "values"):
            for member in getattr(definition, kind, None) or ():
                yield f"{name}.{member.name.value}", member
                for argument in getattr(member, "arguments", None) or ():
                    yield f"{name}.{member.name.value}({argument.name.value}:)", argument
