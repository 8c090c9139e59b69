"""Each request on the wire is reported with its cost."""

import time

import pytest

from data import listings, properties
from data.dynamodb import table
from data.dynamodb.instrumentation import DynamoDBCall
from data.dynamodb.requests import Delete, Put, Query
from data.errors import StorageError, TryAgain
from data.keys import Key
from data.records import ListingFilter, ListingSort
from tests.data import assertions, factories
from tests.proxy import FaultProxy, cancelled_transaction, error, partly_unprocessed, reset_connection

A_KEY = Key("rows", "000")


pytestmark = pytest.mark.usefixtures("three_rows")


@pytest.fixture
def three_rows(calls: list[DynamoDBCall], proxy: FaultProxy) -> None:
    """Three items of 5,000 characters; the calls that stored them are removed."""
    factories.create_raw_items(3, text="x" * 5_000)
    calls.clear()
    proxy.operations.clear()


def units(calls: list[DynamoDBCall]) -> list[tuple[float, float]]:
    return [(call.read_units, call.write_units) for call in calls]


def test_a_read_of_one_item(calls: list[DynamoDBCall]) -> None:
    table.get(A_KEY)
    assert assertions.summary(calls) == [("GetItem", None, 1, 1)]
    assert units(calls) == [(1, 0)]


def test_a_read_of_nothing_costs_half_a_unit(calls: list[DynamoDBCall]) -> None:
    table.get(Key("rows", "nowhere"))
    assert assertions.summary(calls) == [("GetItem", None, 1, 0)]
    assert units(calls) == [(0.5, 0)]


def test_a_batch_reports_requested_keys_and_returned_items(calls: list[DynamoDBCall]) -> None:
    table.get_many([A_KEY, Key("rows", "001"), Key("rows", "nowhere")])
    assert assertions.summary(calls) == [("BatchGetItem", None, 3, 2)]


def test_a_query_reports_its_index(calls: list[DynamoDBCall]) -> None:
    factories.create_listings([factories.unsaved_listing(1), factories.unsaved_listing(2)])
    listings.by_zip(factories.ZIP, ListingFilter(), ListingSort.PRICE_ASC, 20, None)
    assert assertions.summary(calls) == [("BatchWriteItem", None, 2, 2), ("Query", "by_price", 1, 2)]


def test_a_transaction_reports_its_actions_and_its_double_cost(calls: list[DynamoDBCall]) -> None:
    table.write([Put({"pk": "a", "sk": "b"}), Put({"pk": "a", "sk": "c"})])
    assert assertions.summary(calls) == [("TransactWriteItems", None, 2, 2)]
    assert units(calls) == [(0, 4)]


def test_a_batch_write_reports_its_items(calls: list[DynamoDBCall]) -> None:
    factories.create_raw_items(26)
    assert assertions.summary(calls) == [("BatchWriteItem", None, 25, 25), ("BatchWriteItem", None, 1, 1)]
    assert units(calls) == [(0, 25 + 3 * 4), (0, 1)]


def test_failed_attempts_are_calls_without_items(calls: list[DynamoDBCall], proxy: FaultProxy) -> None:
    proxy.fail("GetItem", error(500, "InternalServerError"))
    proxy.fail("GetItem", reset_connection())
    table.get(A_KEY)
    assert assertions.summary(calls) == [("GetItem", None, 1, 0), ("GetItem", None, 1, 0), ("GetItem", None, 1, 1)]
    assert units(calls) == [(0, 0), (0, 0), (1, 0)]


def test_a_cancelled_transaction_reports_no_items(calls: list[DynamoDBCall], proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", cancelled_transaction("TransactionConflict"))
    table.write([Put({"pk": "a", "sk": "b"})])
    assert assertions.summary(calls) == [("TransactWriteItems", None, 1, 0), ("TransactWriteItems", None, 1, 1)]


def test_keys_of_a_retry_are_counted_again(calls: list[DynamoDBCall], proxy: FaultProxy) -> None:
    proxy.fail("BatchGetItem", partly_unprocessed(1))
    table.get_many([A_KEY, Key("rows", "001")])
    assert assertions.summary(calls) == [("BatchGetItem", None, 2, 1), ("BatchGetItem", None, 1, 1)]


def test_a_call_reports_its_duration(calls: list[DynamoDBCall]) -> None:
    table.get(A_KEY)
    assert 0 < calls[0].ms < 5_000


def test_the_calls_are_the_requests_on_the_wire(calls: list[DynamoDBCall], proxy: FaultProxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"))
    property_ = factories.create_property(1, image_count=3)
    properties.with_images(property_.id)
    table.get_many(factories.create_raw_items(120))
    list(table.scan())
    assert sorted(call.operation for call in calls) == sorted(proxy.operations)
    assert len(calls) == 12


def test_a_failed_request_is_a_call(
    calls: list[DynamoDBCall], proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.fail("Query", reset_connection(), times=3)
    with pytest.raises(TryAgain):
        table.query(Query("rows", " ", "~"))
    monkeypatch.setenv("TABLE_NAME", "nowhere")
    with pytest.raises(StorageError):
        table.get(A_KEY)
    assert assertions.summary(calls) == [("Query", None, 1, 0)] * 3 + [("GetItem", None, 1, 0)]


def test_a_read_names_its_key(calls: list[DynamoDBCall]) -> None:
    table.get(A_KEY)
    assert calls[0].key_names == ("rows / 000",)


def test_a_query_names_its_range(calls: list[DynamoDBCall]) -> None:
    table.query(Query("rows", "000", "001"))
    listings.by_zip(factories.ZIP, ListingFilter(min_price=5), ListingSort.PRICE_ASC, 20, None)
    assert [call.key_names for call in calls] == [
        ("rows / 000 … 001",),
        (f"ZIP#{factories.ZIP} / 5 … 1000000000000.0",),
    ]


def test_a_batch_names_a_hundred_keys(calls: list[DynamoDBCall]) -> None:
    keys = [Key("rows", f"{n:03d}") for n in range(100)]
    table.get_many(keys)
    assert calls[0].key_names == tuple(f"rows / {n:03d}" for n in range(100))


def test_a_write_in_a_batch_names_its_type(calls: list[DynamoDBCall]) -> None:
    factories.create_raw_items(1)
    table.write([Put({"pk": "a", "sk": "b"}), Delete(A_KEY)])
    assert [call.key_names for call in calls] == [("Put rows / 000",), ("Put a / b", "Delete rows / 000")]


def test_filtered_items_are_counted_as_scanned(calls: list[DynamoDBCall]) -> None:
    factories.create_listings([factories.unsaved_listing(1), factories.unsaved_listing(2)])
    listings.by_zip(factories.ZIP, ListingFilter(min_bedrooms=100), ListingSort.NEWEST, 20, None)
    assert (calls[-1].items, calls[-1].scanned) == (0, 2)


def test_a_failed_call_has_the_error_code(calls: list[DynamoDBCall], proxy: FaultProxy) -> None:
    proxy.fail("GetItem", error(500, "InternalServerError"))
    proxy.fail("GetItem", reset_connection())
    table.get(A_KEY)
    assert [call.error for call in calls] == ["InternalServerError", "ConnectionClosedError", None]


def test_calls_are_timed_by_the_clock_of_all_processes(calls: list[DynamoDBCall]) -> None:
    started_at = time.perf_counter()
    table.get(A_KEY)
    table.get(A_KEY)
    assert started_at < calls[0].at < calls[0].at + calls[0].ms / 1000 <= calls[1].at < time.perf_counter()
