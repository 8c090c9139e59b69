"""The history of a property. Events are kept after the property is deleted: an audit log that the API does not show."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from data import keys, serialization
from data.dynamodb import table
from data.dynamodb.requests import Item, Put, Query
from data.paging import paginate
from data.records import ID, Connection, FieldChange, HistoryEvent, HistoryKind, Property


def of_properties(ids: Sequence[ID], first: int, after: str | None) -> list[Connection[HistoryEvent]]:
    """Returns the events of each property, newest first: at most `first`, starting after the cursor `after`.

    Cost: one Query for each distinct property, concurrently. Raises InvalidCursor.
    """
    return table.map_unique(partial(of_property, first=first, after=after), ids)


def of_property(id: ID, first: int, after: str | None) -> Connection[HistoryEvent]:
    """Returns the events of a property, newest first. Cost: one Query. Raises InvalidCursor."""
    pk = keys.property(id).pk
    return paginate(Query(pk, keys.EVENT_PREFIX, f"{keys.EVENT_PREFIX}~", ascending=False), first, after, from_item)


def put_event(property_: Property, kind: HistoryKind, changed_by: ID, changes: Sequence[FieldChange]) -> Put:
    """Returns the write of an event for the current version of a property."""
    event = HistoryEvent(
        id=ID(f"{property_.id}-{property_.version}"),
        at=property_.updated_at,
        kind=kind,
        version=property_.version,
        changed_by_id=changed_by,
        changes=tuple(changes),
    )
    return Put(to_item(property_.id, event))


def to_item(property_id: ID, event: HistoryEvent) -> Item:
    return keys.history_event(property_id, event.at, event.version)._asdict() | serialization.to_item_attributes(event)


def from_item(item: Mapping[str, Any]) -> HistoryEvent:
    return serialization.from_plain(HistoryEvent, item)
