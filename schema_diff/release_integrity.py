"""What is out stays as it was released: a version neither goes unretired, nor is made to ask for something else."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from graphql import print_ast

from schema_diff.changes import Change
from schema_diff.operations import MANIFEST, folders_of, manifest, parsed
from schema_diff.sources.source import NotReadable, Side


def changes(base: Side, project: Side, today: date) -> Iterator[Change]:
    """Versions of the base, not retired, that the project has not, or whose operations are others there."""
    kept = folders_of(project)
    for folder, files in folders_of(base).items() if project.whole else ():
        version = folder.removeprefix("clients/")
        if is_retired(base, folder, today):
            continue
        if folder not in kept:
            what = "its folder is gone, and it was not retired"
            yield Change("version-forgotten", version, what, contract=folder)
            continue
        now = definitions(project, kept[folder])
        for name, text in released(base, files).items():
            if now.get(name) != text:
                what = f"{name} is {'not what was released' if name in now else 'gone'}"
                yield Change("operation-altered", version, what, name, contract=folder)


def is_retired(side: Side, folder: str, today: date) -> bool:
    """Whether a version's manifest says so; one of before there were manifests does not."""
    return side.read(f"{folder}/{MANIFEST}") is not None and not manifest(side, folder).is_living(today)


def released(base: Side, files: list[str]) -> dict[str, str]:
    """The definitions of a version at the base; none where they cannot be read, for what is past cannot be mended."""
    try:
        return definitions(base, files)
    except NotReadable:
        return {}


def definitions(side: Side, files: list[str]) -> dict[str, str]:
    """Each operation and fragment of these files by name, in one way of writing."""
    nodes: list[Any] = [node for path in files for node in parsed(side, path).definitions]
    return {node.name.value: print_ast(node) for node in nodes if getattr(node, "name", None)}
