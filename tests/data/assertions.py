"""Steps: what stands in the table afterwards, and what it took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from data import history, keys, listings
from data.dynamodb import table
from data.dynamodb.instrumentation import Call
from data.dynamodb.requests import Item, Query
from data.keys import Key
from data.records import ID, Connection, HistoryEvent, Property

N = TypeVar("N")


def everything() -> list[Item]:
    """All items of the table, by their keys."""
    return sorted(table.scan(), key=lambda item: (item["pk"], item["sk"]))


def partition(pk: str) -> list[Item]:
    """All items under a partition key, by their sort keys."""
    return list(table.query_all(Query(pk, " ", "~"), consistent=True))


def item(key: Key) -> Item | None:
    return table.get(key, consistent=True)


def homes_counted(user_id: ID) -> int:
    """How many homes a user's profile says they own."""
    profile = item(keys.user(user_id))
    assert profile
    return int(profile["property_count"])


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Whatever is raised in between, the table stays as it is."""
    before = everything()
    try:
        yield
    finally:
        assert everything() == before


def its_card_is_true(home: Property) -> bool:
    """Whether its ZIP shows the home just as it is, and shows no other."""
    card = listings.card(home)
    assert card
    return partition(f"ZIP#{card.zip_code}") == [listings.to_item(card)]


def pages(read: Callable[[str | None], Connection[N]]) -> list[tuple[N, ...]]:
    """The nodes of each page, read one after the other from the start to the end."""
    page = read(None)
    found = [page.nodes]
    cursors: set[str | None] = {None}
    while page.page_info.has_next_page:
        assert page.page_info.end_cursor not in cursors
        cursors.add(page.page_info.end_cursor)
        page = read(page.page_info.end_cursor)
        found.append(page.nodes)
    return found


def told(calls: list[Call]) -> list[tuple[str, str | None, int, int]]:
    """Of each call the operation, the index, the keys asked for and the items found or written."""
    return [(call.operation, call.index, call.keys, call.items) for call in calls]


def events(property_id: ID) -> list[HistoryEvent]:
    """The whole history of a home, newest first."""
    return list(history.of_property(property_id, 100, None).nodes)
