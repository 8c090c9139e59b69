"""A bulk import writes only properties that are not in the table, each with its listing at the same time."""

import pytest

from data import history, keys, listings, properties
from data.dynamodb import table
from data.dynamodb.requests import Delete, Item
from data.errors import StorageError, TryAgain
from data.maintenance import bulk_import
from data.maintenance.bulk_import import ImportResult, PropertyImport
from data.records import HistoryKind, Property
from tests import proxy as trouble
from tests.data import factories
from tests.proxy import FaultProxy, Forward, RawRequest, RawResponse


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


def test_an_import_that_fails_before_its_transaction_creates_no_listing(table: str, proxy: FaultProxy) -> None:
    new = property_import(factories.unsaved_property())
    proxy.fail("TransactWriteItems", trouble.error(400, "AccessDeniedException"))
    with pytest.raises(StorageError):
        bulk_import.import_properties([new])
    assert all_items() == [new.events[1]]
    assert bulk_import.import_properties([new]) == [ImportResult.CREATED]


def test_a_property_that_another_import_has_just_created_is_not_overwritten(table: str, proxy: FaultProxy) -> None:
    new = property_import(factories.unsaved_property())

    def import_and_update(request: RawRequest, forward: Forward) -> RawResponse:
        bulk_import.import_properties([new])
        properties.update(new.property_, {"price": 5.0}, new.property_.version, new.property_.owner_id)
        return forward(request)

    proxy.fail("TransactWriteItems", import_and_update)
    with pytest.raises(TryAgain):
        bulk_import.import_properties([new])
    current = properties.by_id(new.property_.id)
    assert current and (current.price, current.version) == (5.0, 3)
    assert bulk_import.import_properties([new]) == [ImportResult.EXISTS]


def test_50_properties_take_two_transactions(table: str, proxy: FaultProxy) -> None:
    imports = [property_import(factories.unsaved_property(number)) for number in range(50)]
    assert bulk_import.import_properties(imports) == [ImportResult.CREATED] * 50
    assert proxy.operations == ["BatchGetItem", *["BatchWriteItem"] * 2, *["TransactWriteItems"] * 2]
