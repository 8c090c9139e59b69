"""What is out: the operations of each version of each app, with the manifest that tells what it was built with."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    separate_operations,
    validate,
)

from schema_diff.client_profiles import PROFILES
from schema_diff.sources.source import NotReadable, Side

FOLDER = "clients"
MANIFEST = "manifest.toml"


@dataclass(frozen=True)
class Version:
    """A version of an app, `ios/1.0`: what it was built with, when it came out, and since when nobody has it."""

    name: str
    profile: str
    released: date
    retired: date | None

    def is_living(self, today: date) -> bool:
        return self.retired is None or today < self.retired


@dataclass(frozen=True)
class Operation:
    """One operation of a version, in a document of its own with the fragments it needs."""

    version: Version
    name: str
    file: str
    line: int
    document: DocumentNode

    @property
    def title(self) -> str:
        return f"{self.version.name} {self.name}"

    def problems(self, schema: GraphQLSchema) -> list[str]:
        """Why a schema refuses it; nothing where it does not."""
        return [error.message for error in validate(schema, self.document, hide_suggestions=True)]


@dataclass(frozen=True)
class Shipped:
    """All versions that a side has, and the operations of each."""

    versions: tuple[Version, ...]
    operations: tuple[Operation, ...]

    def living(self, today: date) -> "Shipped":
        """Those versions that are not retired."""
        versions = tuple(version for version in self.versions if version.is_living(today))
        return Shipped(versions, tuple(one for one in self.operations if one.version in versions))

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """What they were built with; every profile where nothing is out, for then anything may come."""
        return tuple(sorted({version.profile for version in self.versions})) or tuple(PROFILES)


def shipped(side: Side) -> Shipped:
    """What a side has under clients/. Raises NotReadable with file and line."""
    folders = folders_of(side)
    versions = {folder: manifest(side, folder) for folder in folders}
    operations = [one for folder, files in folders.items() for one in asked(side, versions[folder], files)]
    return Shipped(tuple(versions.values()), tuple(operations))


def folders_of(side: Side) -> dict[str, list[str]]:
    """The documents of each version, by its folder."""
    found: dict[str, list[str]] = {}
    for path in side.under(FOLDER):
        parts = path.split("/")
        if len(parts) == 4 and (path.endswith(".graphql") or parts[3] == MANIFEST):
            found.setdefault("/".join(parts[:3]), []).extend([path] if path.endswith(".graphql") else [])
    return found


def manifest(side: Side, folder: str) -> Version:
    """What a version's manifest tells. Raises NotReadable where it lacks something, or says what it cannot mean."""
    path = f"{folder}/{MANIFEST}"
    text = side.read(path)
    if text is None:
        raise NotReadable(f'{path} is not there: it says `profile = "…"` and `released = YYYY-MM-DD`')
    try:
        told = tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        raise NotReadable(f"{path}: {error}") from error
    if unknown := sorted(told.keys() - {"profile", "released", "retired"}):
        raise NotReadable(f"{path}: it says {unknown[0]!r}; it knows profile, released and retired")
    profile, retired = told.get("profile"), told.get("retired")
    if profile not in PROFILES:
        raise NotReadable(f"{path}: the profile {profile!r} is none of {', '.join(PROFILES)}")
    released = day(path, "released", told.get("released"))
    if retired is not None and day(path, "retired", retired) < released:
        raise NotReadable(f"{path}: retired {retired}, before it was released")
    return Version("/".join(folder.split("/")[1:]), profile, released, retired)


def day(path: str, key: str, value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise NotReadable(f"{path}: {key} = {value!r} is no day; write it bare, {key} = 2026-01-31")
    return value


def asked(side: Side, version: Version, files: list[str]) -> Iterator[Operation]:
    """The operations of a version's files, which share their fragments."""
    places: dict[str, tuple[str, int]] = {}
    definitions: list[Any] = []
    for path in files:
        for node in parsed(side, path).definitions:
            definitions.append(node)
            if isinstance(node, OperationDefinitionNode):
                name = node.name.value if node.name else ""
                if not name or name in places:
                    reason = f"the operation {name} is there twice" if name else "an operation without a name"
                    raise NotReadable(f"{path}:{node.loc.start_token.line if node.loc else 1}: {reason}")
                places[name] = (path, node.loc.start_token.line if node.loc else 1)
            elif not isinstance(node, FragmentDefinitionNode):
                kind = node.kind.replace("_", " ")
                raise NotReadable(f"{path}: operations and fragments are asked of an API, and no {kind}")
    for name, document in separate_operations(DocumentNode(definitions=tuple(definitions))).items():
        yield Operation(version, name, *places[name], document)


def parsed(side: Side, path: str) -> DocumentNode:
    text = side.read(path)
    if text is None:
        raise NotReadable(f"{path} is not there any more")
    try:
        return parse(text.text)
    except GraphQLError as error:
        line = error.locations[0].line if error.locations else 1
        raise NotReadable(f"{path}:{line}: {error.message}") from error
