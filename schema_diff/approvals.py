"""`schema-approvals.toml`: the approved breaking changes, each with a reason and an end date.

[[approved]]
id = "field-removed:Property.lotSizeSqft"
why = "no app shows it, and the county stopped publishing it"
until = 2027-03-31
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schema_diff.sources.source import Source, UnreadableSource

FILE = "schema-approvals.toml"
KEYS = {"id", "why", "until", "migration"}


@dataclass(frozen=True)
class Approval:
    """The id of a change, the reason, the last day; for a key of the table also the migration that moves the items."""

    id: str
    why: str
    until: date
    migration: str | None = None

    def is_expired(self, today: date) -> bool:
        return self.until < today


def read_approvals(source: Source) -> tuple[Approval, ...]:
    """Returns the approvals of a source. Raises UnreadableSource with the position and the reason."""
    text = source.read(FILE)
    if text is None:
        return ()
    try:
        content = tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableSource(f"{FILE}: {error}") from error
    entries = content.get("approved", [])
    if (
        content.keys() - {"approved"}
        or not isinstance(entries, list)
        or not all(isinstance(item, dict) for item in entries)
    ):
        raise UnreadableSource(f"{FILE}: only [[approved]] entries are allowed")
    result = tuple(parse_approval(source, number, entry) for number, entry in enumerate(entries, 1))
    ids = [item.id for item in result]
    if duplicates := sorted({id for id in ids if ids.count(id) > 1}):
        raise UnreadableSource(f"{FILE}: {duplicates[0]} is approved twice")
    return result


def parse_approval(source: Source, number: int, entry: dict[str, Any]) -> Approval:
    position = f"{FILE}: entry {number}"
    if unknown := sorted(entry.keys() - KEYS):
        raise UnreadableSource(f"{position} has the unknown key {unknown[0]!r}; allowed: {', '.join(sorted(KEYS))}")
    for key in ("id", "why"):
        if not (isinstance(entry.get(key), str) and entry[key].strip()):
            raise UnreadableSource(f"{position} lacks {key}")
    until = entry.get("until")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise UnreadableSource(
            f"{position}: until = {until!r} is not a date; write it without quotes, until = 2026-01-31"
        )
    migration = entry.get("migration")
    if migration is not None and not (isinstance(migration, str) and source.read(migration)):
        raise UnreadableSource(f"{position}: the migration {migration!r} is not a file of the project")
    return Approval(entry["id"], entry["why"], until, migration)
