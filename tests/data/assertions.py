"""Assertions about the items of the table and the requests that were sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from data import history, keys, listings
from data.dynamodb import table
from data.dynamodb.instrumentation import DynamoDBCall
from data.dynamodb.requests import Item, Query
from data.keys import Key
from data.records import ID, Connection, HistoryEvent, Property

N = TypeVar("N")


def all_items() -> list[Item]:
    """Returns all items of the table, sorted by key."""
    return sorted(table.scan(), key=lambda item: (item["pk"], item["sk"]))


def partition(pk: str) -> list[Item]:
    """Returns all items of a partition, sorted by sort key."""
    return list(table.query_all(Query(pk, " ", "~"), consistent=True))


def item(key: Key) -> Item | None:
    return table.get(key, consistent=True)


def property_count(user_id: ID) -> int:
    """Returns the property count in a user's profile."""
    profile = item(keys.user(user_id))
    assert profile
    return int(profile["property_count"])


@contextmanager
def unchanged_table() -> Iterator[None]:
    """Asserts that the table has not changed at the end, even if the body raises."""
    before = all_items()
    try:
        yield
    finally:
        assert all_items() == before


def listing_matches(property_: Property) -> bool:
    """True if the ZIP code lists exactly this property, in its current version."""
    listing = listings.listing_of(property_)
    assert listing
    return partition(f"ZIP#{listing.zip_code}") == [listings.to_item(listing)]


def read_pages(read: Callable[[str | None], Connection[N]]) -> list[tuple[N, ...]]:
    """Returns the nodes of each page, from the first page to the last."""
    page = read(None)
    node_pages = [page.nodes]
    cursors: set[str | None] = {None}
    while page.page_info.has_next_page:
        assert page.page_info.end_cursor not in cursors
        cursors.add(page.page_info.end_cursor)
        page = read(page.page_info.end_cursor)
        node_pages.append(page.nodes)
    return node_pages


def summary(calls: list[DynamoDBCall]) -> list[tuple[str, str | None, int, int]]:
    """Returns the operation, index, number of keys and number of items of each call."""
    return [(call.operation, call.index, call.keys, call.items) for call in calls]


def history_events(property_id: ID) -> list[HistoryEvent]:
    """Returns all history events of a property, newest first."""
    return list(history.of_property(property_id, 100, None).nodes)
