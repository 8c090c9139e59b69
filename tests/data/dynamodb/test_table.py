"""Items are read and written in the minimum number of requests."""

import pytest

from data.dynamodb import table
from data.dynamodb.instrumentation import DynamoDBCall
from data.dynamodb.requests import Item, Query
from data.errors import TryAgain
from data.keys import INVERSE, Key
from tests.data import assertions, factories
from tests.proxy import FaultProxy, partly_unprocessed

pytestmark = pytest.mark.usefixtures("table")

RANGE = Query("rows", " ", "~")


def test_an_item_is_read_as_it_was_written() -> None:
    item: Item = {"pk": "a", "sk": "b", "text": "é", "flag": True, "none": None, "list": [1, {"two": 2.5}], "zero": 0}
    table.put_many([item])
    assert table.get(Key("a", "b")) == item


def test_a_missing_item_is_none() -> None:
    assert table.get(Key("a", "b")) is None


@pytest.mark.parametrize(("keys", "calls"), [(0, 0), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_keys_are_read_a_hundred_per_request(proxy: FaultProxy, keys: int, calls: int) -> None:
    requested = factories.create_raw_items(keys)
    proxy.operations.clear()
    assert set(table.get_many(requested)) == set(requested)
    assert proxy.operations == ["BatchGetItem"] * calls


def test_a_repeated_key_is_read_once(calls: list[DynamoDBCall]) -> None:
    [key] = factories.create_raw_items(1)
    calls.clear()
    assert list(table.get_many([key] * 150)) == [key]
    assert assertions.summary(calls) == [("BatchGetItem", None, 1, 1)]


def test_missing_keys_are_not_in_the_result() -> None:
    [existing_key, _] = factories.create_raw_items(2)
    assert set(table.get_many([Key("rows", "nowhere"), existing_key])) == {existing_key}


def test_unprocessed_keys_are_requested_again(proxy: FaultProxy) -> None:
    requested = factories.create_raw_items(100)
    for count in (90, 50, 1):
        proxy.fail("BatchGetItem", partly_unprocessed(count))
    assert set(table.get_many(requested)) == set(requested)
    assert proxy.operations.count("BatchGetItem") == 4


def test_unprocessed_keys_of_one_of_several_batches_are_not_lost(proxy: FaultProxy) -> None:
    requested = factories.create_raw_items(250)
    proxy.fail("BatchGetItem", partly_unprocessed(40), times=2)
    assert set(table.get_many(requested)) == set(requested)
    assert proxy.operations.count("BatchGetItem") == 5


def test_unprocessed_keys_raise_try_again_after_six_requests(proxy: FaultProxy) -> None:
    requested = factories.create_raw_items(100)
    for count in (90, 80, 70, 60, 50, 40):
        proxy.fail("BatchGetItem", partly_unprocessed(count))
    with pytest.raises(TryAgain):
        table.get_many(requested)
    assert proxy.operations.count("BatchGetItem") == 6


def test_a_batch_that_is_never_processed_raises_try_again(proxy: FaultProxy) -> None:
    requested = factories.create_raw_items(2)
    proxy.fail("BatchGetItem", partly_unprocessed(2), times=3)
    with pytest.raises(TryAgain):
        table.get_many(requested)


@pytest.mark.parametrize(("items", "calls"), [(0, 0), (25, 1), (26, 2), (51, 3)])
def test_items_are_put_twenty_five_per_request(proxy: FaultProxy, items: int, calls: int) -> None:
    assert len(factories.create_raw_items(items)) == items
    assert proxy.operations == ["BatchWriteItem"] * calls
    assert len(assertions.all_items()) == items


def test_unprocessed_items_are_put_again(proxy: FaultProxy) -> None:
    for count in (20, 10, 1):
        proxy.fail("BatchWriteItem", partly_unprocessed(count))
    factories.create_raw_items(30)
    assert proxy.operations.count("BatchWriteItem") == 5
    assert len(assertions.all_items()) == 30


def test_unprocessed_items_raise_try_again_after_six_requests(proxy: FaultProxy) -> None:
    for count in (24, 23, 22, 21, 20, 19):
        proxy.fail("BatchWriteItem", partly_unprocessed(count))
    with pytest.raises(TryAgain):
        factories.create_raw_items(25)
    assert proxy.operations == ["BatchWriteItem"] * 6
    assert len(assertions.all_items()) == 6


def test_a_query_returns_its_range_in_order_and_the_last_key() -> None:
    factories.create_raw_items(5)
    page = table.query(Query("rows", "001", "004", ascending=False), limit=2)
    assert [item["sk"] for item in page.items] == ["004", "003"]
    assert page.last_key == {"pk": "rows", "sk": "003"}


def test_a_query_continues_after_a_key() -> None:
    factories.create_raw_items(5)
    page = table.query(Query("rows", "001", "004"), after={"pk": "rows", "sk": "002"})
    assert [item["sk"] for item in page.items] == ["003", "004"]
    assert page.last_key is None


def test_a_range_of_several_megabytes_is_read_completely(proxy: FaultProxy) -> None:
    factories.create_raw_items(5, text="x" * 300_000)
    proxy.operations.clear()
    assert [item["sk"] for item in table.query_all(RANGE)] == ["000", "001", "002", "003", "004"]
    assert proxy.operations == ["Query", "Query"]


def test_a_scan_of_several_megabytes_is_complete(proxy: FaultProxy) -> None:
    keys = factories.create_raw_items(5, text="x" * 300_000)
    proxy.operations.clear()
    assert {Key(item["pk"], item["sk"]) for item in table.scan()} == set(keys)
    assert proxy.operations == ["Scan", "Scan"]


def test_a_limited_scan_is_one_request(proxy: FaultProxy) -> None:
    factories.create_raw_items(5)
    proxy.operations.clear()
    assert len(list(table.scan(limit=2))) == 2
    assert proxy.operations == ["Scan"]


def test_a_scan_of_an_index_returns_its_items() -> None:
    factories.create_raw_items(1)
    property_ = factories.create_property(zip_code=None)
    assert list(table.scan(INVERSE)) == [
        {"pk": "USER#ada", "sk": f"PROP#{property_.id}", "inverse_pk": f"PROP#{property_.id}", "inverse_sk": "USER#ada"}
    ]


def test_a_consistent_read_costs_double(calls: list[DynamoDBCall]) -> None:
    [key] = factories.create_raw_items(1)
    calls.clear()
    for consistent in (False, True):
        table.get(key, consistent)
        table.get_many([key], consistent)
        table.query(RANGE, consistent=consistent)
    assert [call.read_units for call in calls] == [0.5, 0.5, 0.5, 1, 1, 1]


def test_concurrent_results_are_in_order() -> None:
    assert table.map_concurrent(lambda n: n * n, range(50)) == [n * n for n in range(50)]


def test_repeated_arguments_are_computed_once() -> None:
    computed: list[str] = []

    def length(name: str) -> int:
        computed.append(name)
        return len(name)

    assert table.map_unique(length, ["ada", "grace", "ada"]) == [3, 5, 3]
    assert sorted(computed) == ["ada", "grace"]


@pytest.mark.usefixtures("fresh_client")
def test_concurrent_first_uses_create_one_client() -> None:
    table.get_many([Key("rows", str(n)) for n in range(250)])
    assert table.client.cache_info().misses == 1
