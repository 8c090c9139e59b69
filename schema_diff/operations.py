"""The released apps: the operations of each version of each app, with a manifest that names its client profile."""

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
from schema_diff.sources.source import Source, UnreadableSource

CLIENTS_FOLDER = "clients"
MANIFEST = "manifest.toml"


@dataclass(frozen=True)
class AppVersion:
    """A version of an app, `ios/1.0`: its client profile, its release date, and since when it has no users."""

    name: str
    profile: str
    released: date
    retired: date | None

    def is_supported(self, today: date) -> bool:
        return self.retired is None or today < self.retired


@dataclass(frozen=True)
class ReleasedOperation:
    """One operation of a version, in its own document with the fragments that it uses."""

    version: AppVersion
    name: str
    file: str
    line: int
    document: DocumentNode

    @property
    def title(self) -> str:
        return f"{self.version.name} {self.name}"

    def validation_errors(self, schema: GraphQLSchema) -> list[str]:
        """Returns why it is invalid in a schema; an empty list if it is valid."""
        return [error.message for error in validate(schema, self.document, hide_suggestions=True)]


@dataclass(frozen=True)
class ReleasedApps:
    """All released versions, and the operations of each."""

    versions: tuple[AppVersion, ...]
    operations: tuple[ReleasedOperation, ...]

    def supported(self, today: date) -> "ReleasedApps":
        """Returns the versions that are not retired."""
        versions = tuple(version for version in self.versions if version.is_supported(today))
        return ReleasedApps(
            versions, tuple(operation for operation in self.operations if operation.version in versions)
        )

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The client profiles of the versions; every profile if there is no version, because any app may follow."""
        return tuple(sorted({version.profile for version in self.versions})) or tuple(PROFILES)


def released_apps(source: Source) -> ReleasedApps:
    """Returns the released apps in clients/. Raises UnreadableSource with file and line."""
    folders = version_folders(source)
    versions = {folder: read_manifest(source, folder) for folder in folders}
    operations = [
        operation for folder, files in folders.items() for operation in read_operations(source, versions[folder], files)
    ]
    return ReleasedApps(tuple(versions.values()), tuple(operations))


def version_folders(source: Source) -> dict[str, list[str]]:
    """Returns the documents of each version, by its folder."""
    documents: dict[str, list[str]] = {}
    for path in source.list_files(CLIENTS_FOLDER):
        parts = path.split("/")
        if len(parts) == 4 and (path.endswith(".graphql") or parts[3] == MANIFEST):
            documents.setdefault("/".join(parts[:3]), []).extend([path] if path.endswith(".graphql") else [])
    return documents


def read_manifest(source: Source, folder: str) -> AppVersion:
    """Returns the version of a manifest. Raises UnreadableSource if a value is missing or invalid."""
    path = f"{folder}/{MANIFEST}"
    text = source.read(path)
    if text is None:
        raise UnreadableSource(f'{path} does not exist: it must have `profile = "…"` and `released = YYYY-MM-DD`')
    try:
        content = tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableSource(f"{path}: {error}") from error
    if unknown := sorted(content.keys() - {"profile", "released", "retired"}):
        raise UnreadableSource(f"{path}: unknown key {unknown[0]!r}; allowed: profile, released and retired")
    profile, retired = content.get("profile"), content.get("retired")
    if profile not in PROFILES:
        raise UnreadableSource(f"{path}: the profile {profile!r} is not one of {', '.join(PROFILES)}")
    released = parse_day(path, "released", content.get("released"))
    if retired is not None and parse_day(path, "retired", retired) < released:
        raise UnreadableSource(f"{path}: retired {retired}, before it was released")
    return AppVersion("/".join(folder.split("/")[1:]), profile, released, retired)


def parse_day(path: str, key: str, value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise UnreadableSource(f"{path}: {key} = {value!r} is not a date; write it without quotes, {key} = 2026-01-31")
    return value


def read_operations(source: Source, version: AppVersion, files: list[str]) -> Iterator[ReleasedOperation]:
    """Yields the operations of a version's files. An operation may use the fragments of all these files."""
    positions: dict[str, tuple[str, int]] = {}
    definitions: list[Any] = []
    for path in files:
        for node in parse_document(source, path).definitions:
            definitions.append(node)
            if isinstance(node, OperationDefinitionNode):
                name = node.name.value if node.name else ""
                if not name or name in positions:
                    reason = f"duplicate operation {name}" if name else "an operation without a name"
                    raise UnreadableSource(f"{path}:{node.loc.start_token.line if node.loc else 1}: {reason}")
                positions[name] = (path, node.loc.start_token.line if node.loc else 1)
            elif not isinstance(node, FragmentDefinitionNode):
                kind = node.kind.replace("_", " ")
                raise UnreadableSource(f"{path}: only operations and fragments are allowed, not {kind}")
    for name, document in separate_operations(DocumentNode(definitions=tuple(definitions))).items():
        yield ReleasedOperation(version, name, *positions[name], document)


def parse_document(source: Source, path: str) -> DocumentNode:
    text = source.read(path)
    if text is None:
        raise UnreadableSource(f"{path} does not exist any more")
    try:
        return parse(text.text)
    except GraphQLError as error:
        line = error.locations[0].line if error.locations else 1
        raise UnreadableSource(f"{path}:{line}: {error.message}") from error
