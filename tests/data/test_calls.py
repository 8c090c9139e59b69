"""Each request on the wire is accounted for, with what DynamoDB says it cost."""

import pytest

from data import listings, properties, table
from data.calls import Call
from data.errors import Fault, TryAgain
from data.keys import Key
from data.records import ListingFilter, ListingSort
from data.requests import Put, Query
from tests.data import given, then
from tests.proxy import Proxy, cancelled, error, reset, unprocessed

A_KEY = Key("rows", "000")


pytestmark = pytest.mark.usefixtures("three_rows")


@pytest.fixture
def three_rows(calls: list[Call], proxy: Proxy) -> None:
    """What stands in the table; to have put it there does not count."""
    given.rows(3, text="x" * 5_000)
    calls.clear()
    proxy.seen.clear()


def units(calls: list[Call]) -> list[tuple[float, float]]:
    return [(call.read_units, call.write_units) for call in calls]


def test_a_read_of_one_item(calls: list[Call]) -> None:
    table.get(A_KEY)
    assert then.told(calls) == [("GetItem", None, 1, 1)]
    assert units(calls) == [(1, 0)]


def test_a_read_of_nothing_costs_half_a_unit(calls: list[Call]) -> None:
    table.get(Key("rows", "nowhere"))
    assert then.told(calls) == [("GetItem", None, 1, 0)]
    assert units(calls) == [(0.5, 0)]


def test_a_batch_tells_keys_asked_and_items_found(calls: list[Call]) -> None:
    table.get_many([A_KEY, Key("rows", "001"), Key("rows", "nowhere")])
    assert then.told(calls) == [("BatchGetItem", None, 3, 2)]


def test_a_query_tells_its_index(calls: list[Call]) -> None:
    given.cards([given.a_card(1), given.a_card(2)])
    listings.by_zip(given.ZIP, ListingFilter(), ListingSort.PRICE_ASC, 20, None)
    assert then.told(calls) == [("BatchWriteItem", None, 2, 2), ("Query", "by_price", 1, 2)]


def test_a_transaction_tells_its_actions_and_its_double_cost(calls: list[Call]) -> None:
    table.write([Put({"pk": "a", "sk": "b"}), Put({"pk": "a", "sk": "c"})])
    assert then.told(calls) == [("TransactWriteItems", None, 2, 2)]
    assert units(calls) == [(0, 4)]


def test_a_batch_of_writes_tells_its_items(calls: list[Call]) -> None:
    given.rows(26)
    assert then.told(calls) == [("BatchWriteItem", None, 25, 25), ("BatchWriteItem", None, 1, 1)]
    assert units(calls) == [(0, 25 + 3 * 4), (0, 1)]


def test_the_retries_are_calls_as_well_and_found_nothing(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("GetItem", error(500, "InternalServerError"))
    proxy.fail("GetItem", reset())
    table.get(A_KEY)
    assert then.told(calls) == [("GetItem", None, 1, 0), ("GetItem", None, 1, 0), ("GetItem", None, 1, 1)]
    assert units(calls) == [(0, 0), (0, 0), (1, 0)]


def test_a_cancelled_transaction_has_written_nothing(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", cancelled("TransactionConflict"))
    table.write([Put({"pk": "a", "sk": "b"})])
    assert then.told(calls) == [("TransactWriteItems", None, 1, 0), ("TransactWriteItems", None, 1, 1)]


def test_keys_asked_for_again_are_counted_again(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("BatchGetItem", unprocessed(1))
    table.get_many([A_KEY, Key("rows", "001")])
    assert then.told(calls) == [("BatchGetItem", None, 2, 1), ("BatchGetItem", None, 1, 1)]


def test_a_call_takes_time(calls: list[Call]) -> None:
    table.get(A_KEY)
    assert 0 < calls[0].ms < 5_000


def test_the_calls_are_the_requests_on_the_wire_and_no_others(calls: list[Call], proxy: Proxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"))
    home = given.a_home(1, pictures=3)
    properties.with_images(home.id)
    table.get_many(given.rows(120))
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
    assert then.told(calls) == [("Query", None, 1, 0)] * 3 + [("GetItem", None, 1, 0)]
