"""Each request on the wire is accounted for, with what DynamoDB says it cost."""

import time

import pytest

from data import listings, properties
from data.dynamodb import table
from data.dynamodb.instrumentation import Call
from data.dynamodb.requests import Delete, Put, Query
from data.errors import Fault, TryAgain
from data.keys import Key
from data.records import ListingFilter, ListingSort
from tests.data import assertions, factories
from tests.proxy import Proxy, cancelled, error, reset, unprocessed

A_KEY = Key("rows", "000")


pytestmark = pytest.mark.usefixtures("three_rows")


@pytest.fixture
def three_rows(calls: list[Call], proxy: Proxy) -> None:
    """What stands in the table; to have put it there does not count."""
    factories.rows(3, text="x" * 5_000)
    calls.clear()
    proxy.seen.clear()


def units(calls: list[Call]) -> list[tuple[float, float]]:
    return [(call.read_units, call.write_units) for call in calls]


def test_a_read_of_one_item(calls: list[Call]) -> None:
    table.get(A_KEY)
    assert assertions.told(calls) == [("GetItem", None, 1, 1)]
    assert units(calls) == [(1, 0)]


def test_a_read_of_nothing_costs_half_a_unit(calls: list[Call]) -> None:
    table.get(Key("rows", "nowhere"))
    assert assertions.told(calls) == [("GetItem", None, 1, 0)]
    assert units(calls) == [(0.5, 0)]


def test_a_batch_tells_keys_asked_and_items_found(calls: list[Call]) -> None:
    table.get_many([A_KEY, Key("rows", "001"), Key("rows", "nowhere")])
    assert assertions.told(calls) == [("BatchGetItem", None, 3, 2)]


def test_a_query_tells_its_index(calls: list[Call]) -> None:
    factories.cards([factories.a_card(1), factories.a_card(2)])
    listings.by_zip(factories.ZIP, ListingFilter(), ListingSort.PRICE_ASC, 20, None)
    assert assertions.told(calls) == [("BatchWriteItem", None, 2, 2), ("Query", "by_price", 1, 2)]


def test_a_transaction_tells_its_actions_and_its_double_cost(calls: list[Call]) -> None:
    table.write([Put({"pk": "a", "sk": "b"}), Put({"pk": "a", "sk": "c"})])
    assert assertions.told(calls) == [("TransactWriteItems", None, 2, 2)]
    assert units(calls) == [(0, 4)]


def test_a_batch_of_writes_tells_its_items(calls: list[Call]) -> None:
    factories.rows(26)
    assert assertions.told(calls) == [("BatchWriteItem", None, 25, 25), ("BatchWriteItem", None, 1, 1)]
    assert units(calls) == [(0, 25 + 3 * 4), (0, 1)]


def test_the_retries_are_calls_as_well_and_found_nothing(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("GetItem", error(500, "InternalServerError"))
    proxy.fail("GetItem", reset())
    table.get(A_KEY)
    assert assertions.told(calls) == [("GetItem", None, 1, 0), ("GetItem", None, 1, 0), ("GetItem", None, 1, 1)]
    assert units(calls) == [(0, 0), (0, 0), (1, 0)]


def test_a_cancelled_transaction_has_written_nothing(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", cancelled("TransactionConflict"))
    table.write([Put({"pk": "a", "sk": "b"})])
    assert assertions.told(calls) == [("TransactWriteItems", None, 1, 0), ("TransactWriteItems", None, 1, 1)]


def test_keys_asked_for_again_are_counted_again(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("BatchGetItem", unprocessed(1))
    table.get_many([A_KEY, Key("rows", "001")])
    assert assertions.told(calls) == [("BatchGetItem", None, 2, 1), ("BatchGetItem", None, 1, 1)]


def test_a_call_takes_time(calls: list[Call]) -> None:
    table.get(A_KEY)
    assert 0 < calls[0].ms < 5_000


def test_the_calls_are_the_requests_on_the_wire_and_no_others(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"))
    home = factories.a_home(1, pictures=3)
    properties.with_images(home.id)
    table.get_many(factories.rows(120))
    list(table.scan())
    assert sorted(call.operation for call in calls) == sorted(proxy.seen)
    assert len(calls) == 12


def test_a_request_that_fails_for_good_is_a_call(
    calls: list[Call], proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.fail("Query", reset(), times=3)
    with pytest.raises(TryAgain):
        table.query(Query("rows", " ", "~"))
    monkeypatch.setenv("TABLE_NAME", "nowhere")
    with pytest.raises(Fault):
        table.get(A_KEY)
    assert assertions.told(calls) == [("Query", None, 1, 0)] * 3 + [("GetItem", None, 1, 0)]


def test_a_read_names_its_key(calls: list[Call]) -> None:
    table.get(A_KEY)
    assert calls[0].where == ("rows / 000",)


def test_a_query_names_its_range(calls: list[Call]) -> None:
    table.query(Query("rows", "000", "001"))
    listings.by_zip(factories.ZIP, ListingFilter(min_price=5), ListingSort.PRICE_ASC, 20, None)
    assert [call.where for call in calls] == [("rows / 000 … 001",), (f"ZIP#{factories.ZIP} / 5 … 1000000000000.0",)]


def test_a_batch_names_a_hundred_keys(calls: list[Call]) -> None:
    keys = [Key("rows", f"{n:03d}") for n in range(100)]
    table.get_many(keys)
    assert calls[0].where == tuple(f"rows / {n:03d}" for n in range(100))


def test_a_write_in_a_batch_names_its_kind(calls: list[Call]) -> None:
    factories.rows(1)
    table.write([Put({"pk": "a", "sk": "b"}), Delete(A_KEY)])
    assert [call.where for call in calls] == [("Put rows / 000",), ("Put a / b", "Delete rows / 000")]


def test_what_a_filter_leaves_out_is_scanned_all_the_same(calls: list[Call]) -> None:
    factories.cards([factories.a_card(1), factories.a_card(2)])
    listings.by_zip(factories.ZIP, ListingFilter(min_bedrooms=100), ListingSort.NEWEST, 20, None)
    assert (calls[-1].items, calls[-1].scanned) == (0, 2)


def test_a_call_that_failed_says_why(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("GetItem", error(500, "InternalServerError"))
    proxy.fail("GetItem", reset())
    table.get(A_KEY)
    assert [call.error for call in calls] == ["InternalServerError", "ConnectionClosedError", None]


def test_calls_follow_one_another_on_the_clock_of_all_processes(calls: list[Call]) -> None:
    begun = time.perf_counter()
    table.get(A_KEY)
    table.get(A_KEY)
    assert begun < calls[0].at < calls[0].at + calls[0].ms / 1000 <= calls[1].at < time.perf_counter()
