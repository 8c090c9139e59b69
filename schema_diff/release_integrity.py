"""Released operations do not change: no version is removed before it is retired, and no operation is edited."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from graphql import print_ast

from schema_diff.changes import Change
from schema_diff.operations import MANIFEST, parse_document, read_manifest, version_folders
from schema_diff.sources.source import Source, UnreadableSource


def changes(base: Source, project: Source, today: date) -> Iterator[Change]:
    """Yields the supported versions of the base that the project lacks, or that have different operations there."""
    project_folders = version_folders(project)
    for folder, files in version_folders(base).items() if project.is_tree else ():
        version = folder.removeprefix("clients/")
        if is_retired(base, folder, today):
            continue
        if folder not in project_folders:
            description = "its folder was removed, and it was not retired"
            yield Change("release-removed", version, description, contract=folder)
            continue
        current = read_definitions(project, project_folders[folder])
        for name, text in released_definitions(base, files).items():
            if current.get(name) != text:
                description = f"{name} is {'different from the released one' if name in current else 'removed'}"
                yield Change("released-operation-changed", version, description, name, contract=folder)


def is_retired(source: Source, folder: str, today: date) -> bool:
    """Returns whether a version's manifest says so; False for a version without a manifest."""
    return source.read(f"{folder}/{MANIFEST}") is not None and not read_manifest(source, folder).is_supported(today)


def released_definitions(base: Source, files: list[str]) -> dict[str, str]:
    """Returns the definitions of a version at the base; none if they cannot be read: the base cannot be corrected."""
    try:
        return read_definitions(base, files)
    except UnreadableSource:
        return {}


def read_definitions(source: Source, files: list[str]) -> dict[str, str]:
    """Returns each operation and fragment of these files by name, in normalised text."""
    nodes: list[Any] = [node for path in files for node in parse_document(source, path).definitions]
    return {node.name.value: print_ast(node) for node in nodes if getattr(node, "name", None)}
