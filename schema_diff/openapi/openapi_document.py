"""A file of YAML or JSON: what it says, with the line of each key, and references followed within it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from schema_diff.sources.source import NotReadable, Text

MOST_STEPS = 40


@dataclass(frozen=True)
class Described:
    """A description: its content, and the line of each key by the path that leads there, `paths//homes/get`."""

    name: str
    content: dict[str, Any]
    lines: dict[str, int]

    def followed(self, node: Any) -> dict[str, Any]:
        """What a node says, or what it refers to. Raises NotReadable where that is not in this file."""
        for _ in range(MOST_STEPS):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self.at(reference)
        raise NotReadable(f"{self.name}: {reference} refers to itself")

    def at(self, reference: str) -> Any:
        node: Any = self.content
        if not reference.startswith("#/"):
            raise NotReadable(f"{self.name}: {reference} is in another file; put it into this one")
        for step in reference[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or step not in node:
                raise NotReadable(f"{self.name}: {reference} is not there")
            node = node[step]
        return node


def mapping(node: Any) -> dict[str, Any]:
    """What a node maps by name; nothing where it maps nothing."""
    return {str(key): value for key, value in node.items()} if isinstance(node, dict) else {}


def listing(node: Any) -> list[Any]:
    """What a node lists; nothing where it lists nothing."""
    return node if isinstance(node, list) else []


def described(text: Text) -> Described:
    """What a file says. Raises NotReadable with the line where it is no YAML, and where it is no OpenAPI 3.0."""
    try:
        node = yaml.compose(text.text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text.text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise NotReadable(f"{text.name}{place}: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(content, dict) or not str(content.get("openapi", "")).startswith("3.0"):
        raise NotReadable(f"{text.name}: this is no OpenAPI 3.0 description: it says `openapi: 3.0.x`")
    return Described(text.name, content, dict(lines(node, "")))


def lines(node: Any, path: str, depth: int = 0) -> Iterator[tuple[str, int]]:
    """The line of each key, four levels down."""
    if isinstance(node, yaml.MappingNode) and depth < 4:
        for key, value in node.value:
            where = f"{path}/{key.value}" if path else str(key.value)
            yield where, key.start_mark.line + 1
            yield from lines(value, where, depth + 1)
