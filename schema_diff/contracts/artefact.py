"""Reads a file of `contracts/`: JSON that a project generates from its code, with the line of each of its members."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schema_diff.sources.source import NotReadable, Text

VERSION = 1
MEMBER = re.compile(r' *"((?:[^"\\]|\\.)*)":')
INDENT = 2

Path = tuple[str, ...]


@dataclass(frozen=True)
class Artefact:
    """The contents of a file. Every read of them raises NotReadable if they have another form than expected."""

    name: str
    content: Mapping[str, Any]
    lines: Mapping[Path, int]

    def objects(self, *path: str) -> dict[str, Any]:
        """The object at a path."""
        found = self.at(*path)
        if not isinstance(found, dict):
            raise self.misfit(path, "an object")
        return found

    def texts(self, *path: str) -> list[str]:
        """The list of strings at a path."""
        found = self.at(*path)
        if not isinstance(found, list) or not all(isinstance(member, str) for member in found):
            raise self.misfit(path, "a list of strings")
        return found

    def members(self, *path: str) -> list[Any]:
        """The list at a path."""
        found = self.at(*path)
        if not isinstance(found, list):
            raise self.misfit(path, "a list")
        return found

    def number(self, *path: str) -> int:
        """The number at a path."""
        found = self.at(*path)
        if not isinstance(found, int):
            raise self.misfit(path, "a whole number")
        return found

    def at(self, *path: str) -> Any:
        """The value at a path."""
        found: Any = self.content
        for position, name in enumerate(path):
            if not isinstance(found, dict) or name not in found:
                raise self.misfit(path[: position + 1], "there")
            found = found[name]
        return found

    def misfit(self, path: Path, what: str) -> NotReadable:
        return NotReadable(f"{self.name}: {'.'.join(path)} is not {what}, as format {VERSION} has it")

    def line(self, *path: str) -> int | None:
        """The line of a member, or of the innermost one around it that has a line."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)


def read(text: Text) -> Artefact:
    """The contents of a file. Raises NotReadable if it is not JSON, or of a version that this tool does not know."""
    try:
        content = json.loads(text.text)
    except json.JSONDecodeError as error:
        raise NotReadable(f"{text.name}:{error.lineno}:{error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise NotReadable(f"{text.name}: the JSON is nested too deeply") from error
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise NotReadable(f"{text.name}: version {version!r} is unknown; this tool reads version {VERSION}")
    return Artefact(text.name, content, lines(text.text))


def lines(text: str) -> dict[Path, int]:
    """The line of each member, by its path, in JSON that is indented by two spaces."""
    found: dict[Path, int] = {}
    path: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if member := MEMBER.match(line):
            depth = (len(line) - len(line.lstrip(" "))) // INDENT
            path[max(depth - 1, 0) :] = [json.loads(f'"{member[1]}"')]
            found[tuple(path)] = number
    return found
