"""What happened to a home, event by event. Events outlive the home: an audit that the API does not show."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from data import keys, serialization
from data.dynamodb import table
from data.dynamodb.requests import Item, Put, Query
from data.paging import page
from data.records import ID, Connection, FieldChange, HistoryEvent, HistoryKind, Property


def of_properties(ids: Sequence[ID], first: int, after: str | None) -> list[Connection[HistoryEvent]]:
    """The events of each home, newest first: at most `first`, from the cursor `after` on.

    One Query for each different home, all at once. Raises BadCursor.
    """
    return table.once_each(partial(of_property, first=first, after=after), ids)


def of_property(id: ID, first: int, after: str | None) -> Connection[HistoryEvent]:
    """The events of a home, newest first: one Query."""
    pk = keys.property(id).pk
    return page(Query(pk, keys.EVENTS, f"{keys.EVENTS}~", forward=False), first, after, from_item)


def added(home: Property, kind: HistoryKind, by: ID, changes: Sequence[FieldChange]) -> Put:
    """Writes that `home` is now as it is."""
    event = HistoryEvent(
        id=ID(f"{home.id}-{home.version}"),
        at=home.updated_at,
        kind=kind,
        version=home.version,
        changed_by_id=by,
        changes=tuple(changes),
    )
    return Put(to_item(home.id, event))


def to_item(property_id: ID, event: HistoryEvent) -> Item:
    return keys.event(property_id, event.at, event.version)._asdict() | serialization.item(event)


def from_item(item: Mapping[str, Any]) -> HistoryEvent:
    return serialization.load(HistoryEvent, item)
