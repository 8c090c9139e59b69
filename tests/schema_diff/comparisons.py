"""Compares schemas and directory trees on a fixed day, with released apps and approvals."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from local.paths import ROOT
from schema_diff.changes import Change
from schema_diff.compare import RULES, assess, compare, schema_changes
from schema_diff.graphql.schema_document import SchemaDocument, parse_schema
from schema_diff.operations import ReleasedApps
from schema_diff.report import ChangeFinding, ComparisonReport
from schema_diff.sources.files import DirectorySource, SingleFileSource
from schema_diff.sources.source import SCHEMA, SourceText

TODAY = date(2026, 11, 25)
NO_APPS = ReleasedApps((), ())


def schema(sdl: str) -> SchemaDocument:
    return parse_schema(SourceText(SCHEMA, sdl))


def findings(before: SchemaDocument, after: SchemaDocument) -> list[ChangeFinding]:
    """Returns the findings between two schemas without released apps, which therefore apply to every profile."""
    return [assess(change, NO_APPS, ()) for change in schema_changes(before, after, [], False, TODAY)]


def ids(before: str, after: str) -> list[str]:
    return sorted(finding.change.id for finding in findings(schema(before), schema(after)))


def schema_file(sdl: str, path: str = SCHEMA) -> SingleFileSource:
    return SingleFileSource(path, SourceText(path, sdl))


def tree(root: Path, files: Mapping[str, str]) -> DirectorySource:
    """Writes the files below `root` and returns the directory as a source."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    root.mkdir(exist_ok=True)
    return DirectorySource(root)


def app(profile: str, operations: str, extra_manifest: str = "", version: str = "app/1.0") -> dict[str, str]:
    """Returns the files of a released version of an app, by path."""
    folder = f"clients/{version}"
    manifest = f'profile = "{profile}"\nreleased = 2026-01-01\n{extra_manifest}'
    return {f"{folder}/manifest.toml": manifest, f"{folder}/operations.graphql": operations}


def report(tmp_path: Path, before: str, after: str, files: Mapping[str, str], today: date = TODAY) -> ComparisonReport:
    """Compares two trees that differ in their schemas only."""
    base = tree(tmp_path / "base", {**files, SCHEMA: before})
    head = tree(tmp_path / "head", {**files, SCHEMA: after})
    return compare(base, head, head, today)


def edited(path: str, edit: Callable[[Any], object]) -> tuple[SourceText, SourceText]:
    """Returns a committed file of `contracts/` before and after an edit of its content."""
    text = (ROOT / path).read_text()
    content = json.loads(text)
    edit(content)
    return SourceText(path, text), SourceText(path, json.dumps(content, indent=2) + "\n")


def ids_with_severity(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """Returns the id and the severity of each change."""
    return [(change.id, str(RULES[change.kind].severity)) for change in changes]
