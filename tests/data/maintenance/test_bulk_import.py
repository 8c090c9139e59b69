"""A bulk import writes only properties that the table does not know, and completes an interrupted one."""

import pytest

from data import history, keys, listings, properties
from data.dynamodb import table
from data.dynamodb.requests import Delete, Item
from data.maintenance import bulk_import
from data.maintenance.bulk_import import ImportResult, PropertyImport
from data.records import HistoryKind, Property
from tests.data import factories


def property_import(property_: Property) -> PropertyImport:
    """A property with its first event and a later one."""
    created = history.put_event(property_, HistoryKind.CREATED, property_.owner_id, [])
    later = properties.next_version(property_)
    updated = history.put_event(later, HistoryKind.PRICE_CHANGED, property_.owner_id, [])
    return PropertyImport(later, [created.item, updated.item])


def all_items() -> list[Item]:
    return sorted(table.scan(), key=lambda item: (item["pk"], item["sk"]))


@pytest.fixture
def imported(table: str) -> PropertyImport:
    """A property that a first import has written."""
    result = property_import(factories.unsaved_property())
    assert bulk_import.import_properties([result]) == [ImportResult.CREATED]
    return result


def test_a_new_property_comes_with_its_listing_its_owner_and_its_history(imported: PropertyImport) -> None:
    property_ = imported.property_
    listing = listings.listing_of(property_)
    assert listing
    expected = [
        properties.to_item(property_),
        properties.ownership_item(property_),
        listings.to_item(listing),
        *imported.events,
    ]
    assert all_items() == sorted(expected, key=lambda item: (item["pk"], item["sk"]))


def test_a_property_that_the_table_has_is_not_written_again(imported: PropertyImport) -> None:
    updated = properties.update(
        imported.property_, {"price": 5.0}, imported.property_.version, imported.property_.owner_id
    )
    before = all_items()
    assert bulk_import.import_properties([imported]) == [ImportResult.EXISTS]
    assert all_items() == before
    assert properties.by_id(updated.id) == updated


def test_a_property_that_was_deleted_stays_deleted(imported: PropertyImport) -> None:
    table.write([Delete(keys.property(imported.property_.id))])
    before = all_items()
    assert bulk_import.import_properties([imported]) == [ImportResult.DELETED]
    assert all_items() == before


def test_an_interrupted_import_is_completed_by_the_first_event(imported: PropertyImport) -> None:
    complete = all_items()
    table.write([Delete(imported.first_event)])
    assert bulk_import.import_properties([imported]) == [ImportResult.EXISTS]
    assert all_items() == complete
