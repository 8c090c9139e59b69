"""An OpenAPI document in YAML or JSON: its content, the line of each key, and resolved references."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from schema_diff.sources.source import SourceText, UnreadableSource

MAX_REFERENCES = 40


@dataclass(frozen=True)
class OpenApiDocument:
    """A document: its content, and the line of each key by its path, `paths//homes/get`."""

    name: str
    content: dict[str, Any]
    lines: dict[str, int]

    def resolve(self, node: Any) -> dict[str, Any]:
        """Returns a node, or the node that it refers to. Raises UnreadableSource if that is not in this file."""
        for _ in range(MAX_REFERENCES):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self.node_at(reference)
        raise UnreadableSource(f"{self.name}: {reference} refers to itself")

    def node_at(self, reference: str) -> Any:
        node: Any = self.content
        if not reference.startswith("#/"):
            raise UnreadableSource(f"{self.name}: {reference} is in another file; copy it into this file")
        for step in reference[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or step not in node:
                raise UnreadableSource(f"{self.name}: {reference} does not exist")
            node = node[step]
        return node


def as_mapping(node: Any) -> dict[str, Any]:
    """Returns a mapping node with string keys; an empty dict for any other node."""
    return {str(key): value for key, value in node.items()} if isinstance(node, dict) else {}


def as_list(node: Any) -> list[Any]:
    """Returns a list node; an empty list for any other node."""
    return node if isinstance(node, list) else []


def parse_openapi(text: SourceText) -> OpenApiDocument:
    """Returns the document of a file. Raises UnreadableSource with the line if it is not YAML or not OpenAPI 3.0."""
    try:
        node = yaml.compose(text.text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text.text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        position = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UnreadableSource(f"{text.name}{position}: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(content, dict) or not str(content.get("openapi", "")).startswith("3.0"):
        raise UnreadableSource(f"{text.name}: this is not an OpenAPI 3.0 document: `openapi: 3.0.x` is missing")
    return OpenApiDocument(text.name, content, dict(line_numbers(node, "")))


def line_numbers(node: Any, path: str, depth: int = 0) -> Iterator[tuple[str, int]]:
    """The line of each key, four levels down."""
    if isinstance(node, yaml.MappingNode) and depth < 4:
        for key, value in node.value:
            key_path = f"{path}/{key.value}" if path else str(key.value)
            yield key_path, key.start_mark.line + 1
            yield from line_numbers(value, key_path, depth + 1)
