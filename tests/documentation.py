"""The documents of the repository: their fenced blocks, tables and shell commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.paths import ROOT

README = ROOT / "README.md"
GUIDES = (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
DOCUMENTS = (*GUIDES, ROOT / "SECURITY.md", *sorted((ROOT / "docs/adr").glob("*.md")))
BLOCK = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = ("sh", "console")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document: its language and its text."""

    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """The shell commands of the block, without their comments; a command may have several lines."""
        return list(split_commands(self.text)) if self.language in SHELLS else []


def blocks(document: Path) -> list[Block]:
    """Returns the fenced blocks of a document in order."""
    return [Block(*match.groups()) for match in BLOCK.finditer(document.read_text())]


def split_commands(text: str) -> Iterator[str]:
    """Yields the commands of a shell script: a line that ends inside quotes or with a backslash continues."""
    command = ""
    for line in text.splitlines(keepends=True):
        command += line
        if is_complete(command):
            if stripped := re.sub(r"\s+# .*", "", command).strip():
                yield stripped
            command = ""
    assert not command, f"the command has no end: {command}"


def is_complete(command: str) -> bool:
    """Returns whether all quotes of a command are closed and its last line does not continue."""
    try:
        shlex.split(command.removesuffix("\n"), comments=True)
    except ValueError:
        return False
    return True


def section(document: Path, heading: str) -> str:
    """Returns the text between a heading of the second level and the next one."""
    _, start, text = document.read_text().partition(f"\n## {heading}\n")
    assert start, f"{document.name} has no heading {heading!r}"
    return text.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Returns the cells of each row of the tables in a text, without their heads."""
    lines = re.findall(r"^\|(.+)\|$", text, re.MULTILINE)
    cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    rules = [index for index, line in enumerate(lines) if not line.strip("|-")]
    heads = {index - 1 for index in rules} | set(rules)
    return [row for index, row in enumerate(cells) if index not in heads]


def table_commands(document: Path) -> list[str]:
    """Returns the commands of make in the first column of a document's tables."""
    first_cells = [row[0] for row in rows(document.read_text())]
    return [command for cell in first_cells for command in re.findall(r"^`(make [^`]+)`$", cell)]


def commands(document: Path) -> list[str]:
    """Returns all commands of a document: those of its shell blocks, then those of its tables."""
    fenced = [command for block in blocks(document) for command in block.commands]
    return [*fenced, *table_commands(document)]
