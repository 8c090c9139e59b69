"""A bulk import writes only properties that the table does not know, and completes an interrupted one."""

import pytest

from data import history, keys, listings, properties
from data.dynamodb import table
from data.dynamodb.requests import Delete, Item
from data.maintenance import bulk_import
from data.maintenance.bulk_import import Arrival, Found
from data.records import HistoryKind, Property
from tests.data import factories


def arrival(property_: Property) -> Arrival:
    """A property with its first event and a later one."""
    created = history.added(property_, HistoryKind.CREATED, property_.owner_id, [])
    later = properties.next_version(property_)
    changed = history.added(later, HistoryKind.PRICE_CHANGED, property_.owner_id, [])
    return Arrival(later, [created.item, changed.item])


def items() -> list[Item]:
    return sorted(table.scan(), key=lambda item: (item["pk"], item["sk"]))


@pytest.fixture
def imported(table: str) -> Arrival:
    """A property that a first import has written."""
    result = arrival(factories.a_draft())
    assert bulk_import.add([result]) == [Found.NEW]
    return result


def test_a_new_property_comes_with_its_listing_its_owner_and_its_history(imported: Arrival) -> None:
    home = imported.home
    listing = listings.card(home)
    assert listing
    expected = [properties.to_item(home), properties.edge(home), listings.to_item(listing), *imported.events]
    assert items() == sorted(expected, key=lambda item: (item["pk"], item["sk"]))


def test_a_property_that_the_table_has_is_not_written_again(imported: Arrival) -> None:
    changed = properties.update(imported.home, {"price": 5.0}, imported.home.version, imported.home.owner_id)
    before = items()
    assert bulk_import.add([imported]) == [Found.THERE]
    assert items() == before
    assert properties.by_id(changed.id) == changed


def test_a_property_that_was_deleted_stays_deleted(imported: Arrival) -> None:
    table.write([Delete(keys.property(imported.home.id))])
    before = items()
    assert bulk_import.add([imported]) == [Found.DELETED]
    assert items() == before


def test_an_interrupted_import_is_completed_by_the_first_event(imported: Arrival) -> None:
    complete = items()
    table.write([Delete(imported.first_event)])
    assert bulk_import.add([imported]) == [Found.THERE]
    assert items() == complete
