"""Resolvers of a property's history."""

from data import history
from data.records import ID, Connection, Cursor, HistoryEvent, PageSize


def of_properties(
    ids: list[ID], /, first: PageSize = 20, after: Cursor | None = None
) -> list[Connection[HistoryEvent]]:
    """The changes of the property, newest first."""
    return history.of_properties(ids, first, after)
