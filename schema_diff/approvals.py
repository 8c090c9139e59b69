"""`schema-approvals.toml`: the breaking changes that somebody answers for, why, and until when.

[[approved]]
id = "field-removed:Property.lotSizeSqft"
why = "no app shows it, and the county stopped telling it"
until = 2027-03-31
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schema_diff.sources.source import NotReadable, Side

FILE = "schema-approvals.toml"
KEYS = {"id", "why", "until", "migration"}


@dataclass(frozen=True)
class Approval:
    """Which change, why, and until what day; for the table's keys also the migration that moves the rows."""

    id: str
    why: str
    until: date
    migration: str | None = None

    def is_expired(self, today: date) -> bool:
        return self.until < today


def approvals(side: Side) -> tuple[Approval, ...]:
    """Those that a side has. Raises NotReadable with what is wrong and where."""
    text = side.read(FILE)
    if text is None:
        return ()
    try:
        told = tomllib.loads(text.text)
    except tomllib.TOMLDecodeError as error:
        raise NotReadable(f"{FILE}: {error}") from error
    entries = told.get("approved", [])
    if told.keys() - {"approved"} or not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise NotReadable(f"{FILE}: it has entries [[approved]] and nothing else")
    made = tuple(approval(side, number, entry) for number, entry in enumerate(entries, 1))
    ids = [one.id for one in made]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise NotReadable(f"{FILE}: {twice[0]} is approved twice")
    return made


def approval(side: Side, number: int, entry: dict[str, Any]) -> Approval:
    place = f"{FILE}: entry {number}"
    if unknown := sorted(entry.keys() - KEYS):
        raise NotReadable(f"{place} says {unknown[0]!r}; it knows {', '.join(sorted(KEYS))}")
    for key in ("id", "why"):
        if not (isinstance(entry.get(key), str) and entry[key].strip()):
            raise NotReadable(f"{place} does not say {key}")
    until = entry.get("until")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise NotReadable(f"{place}: until = {until!r} is no day; write it bare, until = 2026-01-31")
    migration = entry.get("migration")
    if migration is not None and not (isinstance(migration, str) and side.read(migration)):
        raise NotReadable(f"{place}: the migration {migration!r} is no file of the project")
    return Approval(entry["id"], entry["why"], until, migration)
