"""What happened to a home."""

from data import history
from data.records import ID, After, Connection, First, HistoryEvent


def of_properties(ids: list[ID], /, first: First = 20, after: After | None = None) -> list[Connection[HistoryEvent]]:
    """The home's changes, newest first."""
    return history.of_properties(ids, first, after)
