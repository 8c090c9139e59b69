"""Reads a file of `contracts/`: JSON that a project generates from its code, with the line of each of its members."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schema_diff.sources.source import SourceText, UnreadableSource

VERSION = 1
MEMBER = re.compile(r' *"((?:[^"\\]|\\.)*)":')
INDENT = 2

Path = tuple[str, ...]


@dataclass(frozen=True)
class ContractFile:
    """The content of a file. Every method raises UnreadableSource if the content does not have the expected format."""

    name: str
    content: Mapping[str, Any]
    lines: Mapping[Path, int]

    def objects(self, *path: str) -> dict[str, Any]:
        """Returns the object at a path."""
        value = self.value_at(*path)
        if not isinstance(value, dict):
            raise self.format_error(path, "an object")
        return value

    def strings(self, *path: str) -> list[str]:
        """The list of strings at a path."""
        value = self.value_at(*path)
        if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
            raise self.format_error(path, "a list of strings")
        return value

    def members(self, *path: str) -> list[Any]:
        """The list at a path."""
        value = self.value_at(*path)
        if not isinstance(value, list):
            raise self.format_error(path, "a list")
        return value

    def number(self, *path: str) -> int:
        """The number at a path."""
        value = self.value_at(*path)
        if not isinstance(value, int):
            raise self.format_error(path, "a whole number")
        return value

    def value_at(self, *path: str) -> Any:
        """The value at a path."""
        value: Any = self.content
        for position, name in enumerate(path):
            if not isinstance(value, dict) or name not in value:
                raise self.format_error(path[: position + 1], "present")
            value = value[name]
        return value

    def format_error(self, path: Path, expected: str) -> UnreadableSource:
        return UnreadableSource(f"{self.name}: {'.'.join(path)} is not {expected}, as format {VERSION} requires")

    def line(self, *path: str) -> int | None:
        """The line of a member, or of the innermost one around it that has a line."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)


def read(text: SourceText) -> ContractFile:
    """Returns the contents of a file. Raises UnreadableSource if it is not JSON, or has an unknown version."""
    try:
        content = json.loads(text.text)
    except json.JSONDecodeError as error:
        raise UnreadableSource(f"{text.name}:{error.lineno}:{error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise UnreadableSource(f"{text.name}: the JSON is nested too deeply") from error
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise UnreadableSource(f"{text.name}: version {version!r} is unknown; this tool reads version {VERSION}")
    return ContractFile(text.name, content, lines(text.text))


def lines(text: str) -> dict[Path, int]:
    """The line of each member, by its path, in JSON that is indented by two spaces."""
    line_numbers: dict[Path, int] = {}
    path: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if member := MEMBER.match(line):
            depth = (len(line) - len(line.lstrip(" "))) // INDENT
            path[max(depth - 1, 0) :] = [json.loads(f'"{member[1]}"')]
            line_numbers[tuple(path)] = number
    return line_numbers
