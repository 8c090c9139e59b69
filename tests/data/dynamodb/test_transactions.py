"""A transaction performs all actions or none, and only once, even if it is retried."""

import json

import pytest

from data.dynamodb import table
from data.dynamodb.requests import Condition, Delete, Item, Put, Update
from data.errors import PropertyNotFound, StorageError, TryAgain, UserNotFound
from data.keys import Key
from data.records import ID
from tests.data import assertions, factories
from tests.proxy import Fault as Injected
from tests.proxy import FaultProxy, Forward, RawRequest, RawResponse, cancelled_transaction, error, reset_after_success

pytestmark = pytest.mark.usefixtures("table")

COUNTER = Key("rows", "counter")
COUNT = Update(COUNTER, "ADD #count :one", {"one": 1})
NEW = "attribute_not_exists(#pk)"


class ConditionFailed(Exception):
    """The error of a failed condition, with the stored item."""

    def __init__(self, item: Item | None) -> None:
        super().__init__(item)
        self.item = item


def put_action(n: int, condition: Condition | None = None) -> Put:
    return Put({"pk": "rows", "sk": f"{n:03}", "text": "new"}, condition)


def with_token(tokens: list[str], fault: Injected) -> Injected:
    """Returns the same fault, which also records the request's token."""

    def record_token(request: RawRequest, forward: Forward) -> RawResponse | None:
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        return fault(request, forward)

    return record_token


def forward_unchanged(request: RawRequest, forward: Forward) -> RawResponse:
    return forward(request)


def test_puts_updates_and_deletes_are_one_request(proxy: FaultProxy) -> None:
    [key] = factories.create_raw_items(1)
    table.write([put_action(1), COUNT, Delete(key)])
    assert proxy.operations == ["BatchWriteItem", "TransactWriteItems"]
    assert assertions.all_items() == [
        {"pk": "rows", "sk": "001", "text": "new"},
        {"pk": "rows", "sk": "counter", "count": 1},
    ]


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transient_cancellation_is_retried_with_the_same_token(proxy: FaultProxy, reason: str) -> None:
    tokens: list[str] = []
    for fault in (cancelled_transaction(reason), cancelled_transaction("None", reason), forward_unchanged):
        proxy.fail("TransactWriteItems", with_token(tokens, fault))
    table.write([COUNT, put_action(1)])
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 1}


def test_each_transaction_has_its_own_token(proxy: FaultProxy) -> None:
    tokens: list[str] = []
    proxy.fail("TransactWriteItems", with_token(tokens, forward_unchanged), times=2)
    table.write([COUNT])
    table.write([COUNT])
    assert len(set(tokens)) == 2
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 2}


def test_six_conflicts_raise_try_again_and_write_nothing(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", cancelled_transaction("TransactionConflict"), times=6)
    with pytest.raises(TryAgain), assertions.unchanged_table():
        table.write([COUNT, put_action(1)])
    assert proxy.operations.count("TransactWriteItems") == 6


def test_a_failed_condition_raises_the_error_of_its_action(proxy: FaultProxy) -> None:
    factories.create_raw_items(1)
    with pytest.raises(UserNotFound), assertions.unchanged_table():
        table.write([COUNT, put_action(0, Condition(NEW, lambda _: UserNotFound(factories.ADA)))])
    assert proxy.operations.count("TransactWriteItems") == 1


def test_the_first_of_several_failed_conditions_raises() -> None:
    factories.create_raw_items(3)
    record_token = Condition(NEW, lambda _: PropertyNotFound("first"))
    other = Condition(NEW, lambda _: PropertyNotFound("second"))
    with pytest.raises(PropertyNotFound, match="first"), assertions.unchanged_table():
        table.write([COUNT, put_action(1, record_token), put_action(2, other), put_action(5, other)])


def test_a_failed_condition_receives_the_stored_item() -> None:
    factories.create_raw_items(1)
    with pytest.raises(ConditionFailed) as exc_info, assertions.unchanged_table():
        table.write([put_action(0, Condition(NEW, ConditionFailed))])
    assert exc_info.value.item == {"pk": "rows", "sk": "000", "text": ""}


def test_a_failed_condition_on_a_missing_item_receives_none() -> None:
    with pytest.raises(ConditionFailed) as exc_info, assertions.unchanged_table():
        table.write([put_action(0, Condition(f"NOT {NEW}", ConditionFailed))])
    assert exc_info.value.item is None


def test_a_condition_compares_with_values() -> None:
    table.write([COUNT])
    count_is_two = Condition("#count = :two", ConditionFailed, {"two": 2})
    with pytest.raises(ConditionFailed) as exc_info, assertions.unchanged_table():
        table.write([Update(COUNTER, COUNT.expression, COUNT.values, count_is_two)])
    assert exc_info.value.item == {"pk": "rows", "sk": "counter", "count": 1}


def test_a_failed_condition_takes_precedence_over_a_conflict(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", cancelled_transaction("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(UserNotFound), assertions.unchanged_table():
        table.write([COUNT, put_action(0, Condition(NEW, lambda _: UserNotFound(factories.ADA)))])
    assert proxy.operations.count("TransactWriteItems") == 1


def test_a_cancellation_for_another_reason_raises_storage_error(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", cancelled_transaction("ValidationError"))
    with pytest.raises(StorageError, match="ValidationError"), assertions.unchanged_table():
        table.write([COUNT])
    assert proxy.operations.count("TransactWriteItems") == 1


def test_a_number_out_of_range_raises_storage_error() -> None:
    with pytest.raises(StorageError, match="Number overflow"), assertions.unchanged_table():
        table.write([Put({"pk": "a", "sk": "b", "price": 1e200})])


def test_a_write_whose_response_is_lost_is_done_once(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", reset_after_success(), times=2)
    table.write([COUNT])
    assert proxy.operations == ["TransactWriteItems"] * 3
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 1}


def test_a_retried_write_does_not_fail_its_own_condition(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", reset_after_success())
    table.write([put_action(0, Condition(NEW, lambda _: UserNotFound(ID("nobody"))))])
    assert assertions.item(Key("rows", "000")) == {"pk": "rows", "sk": "000", "text": "new"}


def test_a_transaction_in_progress_is_retried(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", error(400, "TransactionInProgressException"))
    table.write([COUNT])
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 1}
