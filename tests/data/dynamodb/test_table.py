"""Reading and writing items, in as few requests as there can be."""

import pytest

from data.dynamodb import table
from data.dynamodb.instrumentation import Call
from data.dynamodb.requests import Item, Query
from data.errors import TryAgain
from data.keys import INVERSE, Key
from tests.data import assertions, factories
from tests.proxy import Proxy, unprocessed

pytestmark = pytest.mark.usefixtures("table")

ROWS = Query("rows", " ", "~")


def test_an_item_is_read_as_it_was_written() -> None:
    item: Item = {"pk": "a", "sk": "b", "text": "é", "flag": True, "none": None, "list": [1, {"two": 2.5}], "zero": 0}
    table.put_many([item])
    assert table.get(Key("a", "b")) == item


def test_an_item_that_is_not_there_is_none() -> None:
    assert table.get(Key("a", "b")) is None


@pytest.mark.parametrize(("keys", "calls"), [(0, 0), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_keys_are_read_a_hundred_a_call(proxy: Proxy, keys: int, calls: int) -> None:
    asked = factories.rows(keys)
    proxy.seen.clear()
    assert set(table.get_many(asked)) == set(asked)
    assert proxy.seen == ["BatchGetItem"] * calls


def test_a_key_asked_for_many_times_is_read_once(calls: list[Call]) -> None:
    [key] = factories.rows(1)
    calls.clear()
    assert list(table.get_many([key] * 150)) == [key]
    assert assertions.told(calls) == [("BatchGetItem", None, 1, 1)]


def test_keys_that_are_not_there_are_not_among_the_found() -> None:
    [there, _] = factories.rows(2)
    assert set(table.get_many([Key("rows", "nowhere"), there])) == {there}


def test_keys_left_unprocessed_are_asked_for_again(proxy: Proxy) -> None:
    asked = factories.rows(100)
    for left in (90, 50, 1):
        proxy.fail("BatchGetItem", unprocessed(left))
    assert set(table.get_many(asked)) == set(asked)
    assert proxy.seen.count("BatchGetItem") == 4


def test_keys_unprocessed_in_one_of_several_calls_are_not_lost(proxy: Proxy) -> None:
    asked = factories.rows(250)
    proxy.fail("BatchGetItem", unprocessed(40), times=2)
    assert set(table.get_many(asked)) == set(asked)
    assert proxy.seen.count("BatchGetItem") == 5


def test_keys_unprocessed_again_and_again_are_given_up_after_six_calls(proxy: Proxy) -> None:
    asked = factories.rows(100)
    for left in (90, 80, 70, 60, 50, 40):
        proxy.fail("BatchGetItem", unprocessed(left))
    with pytest.raises(TryAgain):
        table.get_many(asked)
    assert proxy.seen.count("BatchGetItem") == 6


def test_a_batch_that_is_never_processed_is_given_up(proxy: Proxy) -> None:
    asked = factories.rows(2)
    proxy.fail("BatchGetItem", unprocessed(2), times=3)
    with pytest.raises(TryAgain):
        table.get_many(asked)


@pytest.mark.parametrize(("items", "calls"), [(0, 0), (25, 1), (26, 2), (51, 3)])
def test_items_are_put_twenty_five_a_call(proxy: Proxy, items: int, calls: int) -> None:
    assert len(factories.rows(items)) == items
    assert proxy.seen == ["BatchWriteItem"] * calls
    assert len(assertions.everything()) == items


def test_items_left_unprocessed_are_put_again(proxy: Proxy) -> None:
    for left in (20, 10, 1):
        proxy.fail("BatchWriteItem", unprocessed(left))
    factories.rows(30)
    assert proxy.seen.count("BatchWriteItem") == 5
    assert len(assertions.everything()) == 30


def test_items_unprocessed_again_and_again_are_given_up_after_six_calls(proxy: Proxy) -> None:
    for left in (24, 23, 22, 21, 20, 19):
        proxy.fail("BatchWriteItem", unprocessed(left))
    with pytest.raises(TryAgain):
        factories.rows(25)
    assert proxy.seen == ["BatchWriteItem"] * 6
    assert len(assertions.everything()) == 6


def test_a_query_finds_its_range_in_order_and_says_where_to_go_on() -> None:
    factories.rows(5)
    found = table.query(Query("rows", "001", "004", forward=False), limit=2)
    assert [item["sk"] for item in found.items] == ["004", "003"]
    assert found.last == {"pk": "rows", "sk": "003"}


def test_a_query_goes_on_behind_the_position_it_is_given() -> None:
    factories.rows(5)
    found = table.query(Query("rows", "001", "004"), after={"pk": "rows", "sk": "002"})
    assert [item["sk"] for item in found.items] == ["003", "004"]
    assert found.last is None


def test_a_whole_range_is_read_over_every_megabyte_of_it(proxy: Proxy) -> None:
    factories.rows(5, text="x" * 300_000)
    proxy.seen.clear()
    assert [item["sk"] for item in table.query_all(ROWS)] == ["000", "001", "002", "003", "004"]
    assert proxy.seen == ["Query", "Query"]


def test_a_scan_finds_everything_over_every_megabyte_of_it(proxy: Proxy) -> None:
    keys = factories.rows(5, text="x" * 300_000)
    proxy.seen.clear()
    assert {Key(item["pk"], item["sk"]) for item in table.scan()} == set(keys)
    assert proxy.seen == ["Scan", "Scan"]


def test_a_limited_scan_is_one_call(proxy: Proxy) -> None:
    factories.rows(5)
    proxy.seen.clear()
    assert len(list(table.scan(limit=2))) == 2
    assert proxy.seen == ["Scan"]


def test_a_scan_of_an_index_finds_what_is_in_it() -> None:
    factories.rows(1)
    home = factories.a_home(zip_code=None)
    assert list(table.scan(INVERSE)) == [
        {"pk": "USER#ada", "sk": f"PROP#{home.id}", "inverse_pk": f"PROP#{home.id}", "inverse_sk": "USER#ada"}
    ]


def test_a_consistent_read_costs_double(calls: list[Call]) -> None:
    [key] = factories.rows(1)
    calls.clear()
    for consistent in (False, True):
        table.get(key, consistent)
        table.get_many([key], consistent)
        table.query(ROWS, consistent=consistent)
    assert [call.read_units for call in calls] == [0.5, 0.5, 0.5, 1, 1, 1]


def test_what_is_done_at_once_is_answered_in_order() -> None:
    assert table.at_once(lambda n: n * n, range(50)) == [n * n for n in range(50)]


def test_what_is_asked_for_several_times_is_done_once() -> None:
    done: list[str] = []

    def length(name: str) -> int:
        done.append(name)
        return len(name)

    assert table.once_each(length, ["ada", "grace", "ada"]) == [3, 5, 3]
    assert sorted(done) == ["ada", "grace"]


@pytest.mark.usefixtures("a_new_client")
def test_many_first_uses_at_once_make_one_client() -> None:
    table.get_many([Key("rows", str(n)) for n in range(250)])
    assert table.client.cache_info().misses == 1
