"""The words of these tests: schemas and trees compared on one day, with what is out and what is approved."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from local.paths import ROOT
from schema_diff.changes import Change
from schema_diff.compare import RULES, compared, judged, of_schema
from schema_diff.graphql.schema_document import Contract, contract
from schema_diff.operations import Shipped
from schema_diff.report import Finding, Report
from schema_diff.sources.files import Alone, Folder
from schema_diff.sources.source import SCHEMA, Text

TODAY = date(2026, 11, 25)
NOTHING_OUT = Shipped((), ())


def schema(sdl: str) -> Contract:
    return contract(Text(SCHEMA, sdl))


def findings(before: Contract, after: Contract) -> list[Finding]:
    """What is found of two schemas while nothing is out, so for every profile."""
    return [judged(change, NOTHING_OUT, ()) for change in of_schema(before, after, [], False, TODAY)]


def ids(before: str, after: str) -> list[str]:
    return sorted(finding.change.id for finding in findings(schema(before), schema(after)))


def alone(sdl: str, path: str = SCHEMA) -> Alone:
    return Alone(path, Text(path, sdl))


def tree(root: Path, files: Mapping[str, str]) -> Folder:
    """A tree of these files."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    root.mkdir(exist_ok=True)
    return Folder(root)


def app(profile: str, operations: str, more: str = "", version: str = "app/1.0") -> dict[str, str]:
    """The files of a version of an app."""
    folder = f"clients/{version}"
    said = f'profile = "{profile}"\nreleased = 2026-01-01\n{more}'
    return {f"{folder}/manifest.toml": said, f"{folder}/asked.graphql": operations}


def report(tmp_path: Path, before: str, after: str, files: Mapping[str, str], today: date = TODAY) -> Report:
    """Two schemas in two trees that have the same other files."""
    base = tree(tmp_path / "base", {**files, SCHEMA: before})
    head = tree(tmp_path / "head", {**files, SCHEMA: after})
    return compared(base, head, head, today)


def edited(path: str, edit: Callable[[Any], object]) -> tuple[Text, Text]:
    """A file of `contracts/` as this project has it, and as it is after an edit of its contents."""
    text = (ROOT / path).read_text()
    content = json.loads(text)
    edit(content)
    return Text(path, text), Text(path, json.dumps(content, indent=2) + "\n")


def graded(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """The id and the grade of each change."""
    return [(change.id, str(RULES[change.kind].grade)) for change in changes]
