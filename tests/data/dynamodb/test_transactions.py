"""All of several actions or none, done once however often they are tried."""

import json

import pytest

from data.dynamodb import table
from data.dynamodb.requests import Delete, Item, Put, Update, When
from data.errors import Fault, PropertyNotFound, TryAgain, UserNotFound
from data.keys import Key
from data.records import ID
from tests.data import assertions, factories
from tests.proxy import Answer, Forward, Proxy, Request, cancelled, error, reset_after
from tests.proxy import Fault as Injected

pytestmark = pytest.mark.usefixtures("table")

COUNTER = Key("rows", "counter")
COUNT = Update(COUNTER, "ADD #count :one", {"one": 1})
NEW = "attribute_not_exists(#pk)"


class Found(Exception):
    """Carries the item that a condition was told of."""

    def __init__(self, item: Item | None) -> None:
        super().__init__(item)
        self.item = item


def a_put(n: int, when: When | None = None) -> Put:
    return Put({"pk": "rows", "sk": f"{n:03}", "text": "new"}, when)


def with_token(tokens: list[str], fault: Injected) -> Injected:
    """The same fault, which also keeps the request's token."""

    def kept(asked: Request, forward: Forward) -> Answer | None:
        tokens.append(json.loads(asked.body)["ClientRequestToken"])
        return fault(asked, forward)

    return kept


def untroubled(asked: Request, forward: Forward) -> Answer:
    return forward(asked)


def test_puts_updates_and_deletes_are_one_request(proxy: Proxy) -> None:
    [key] = factories.rows(1)
    table.write([a_put(1), COUNT, Delete(key)])
    assert proxy.seen == ["BatchWriteItem", "TransactWriteItems"]
    assert assertions.everything() == [
        {"pk": "rows", "sk": "001", "text": "new"},
        {"pk": "rows", "sk": "counter", "count": 1},
    ]


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_cancellation_that_passes_is_tried_again_under_the_same_token(proxy: Proxy, reason: str) -> None:
    tokens: list[str] = []
    for fault in (cancelled(reason), cancelled("None", reason), untroubled):
        proxy.fail("TransactWriteItems", with_token(tokens, fault))
    table.write([COUNT, a_put(1)])
    assert len(tokens) == 3
    assert len(set(tokens)) == 1
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 1}


def test_each_write_has_a_token_of_its_own(proxy: Proxy) -> None:
    tokens: list[str] = []
    proxy.fail("TransactWriteItems", with_token(tokens, untroubled), times=2)
    table.write([COUNT])
    table.write([COUNT])
    assert len(set(tokens)) == 2
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 2}


def test_conflicts_that_stay_are_try_again_and_nothing_is_written(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", cancelled("TransactionConflict"), times=6)
    with pytest.raises(TryAgain), assertions.nothing_changes():
        table.write([COUNT, a_put(1)])
    assert proxy.seen.count("TransactWriteItems") == 6


def test_a_condition_that_fails_raises_what_its_action_says(proxy: Proxy) -> None:
    factories.rows(1)
    with pytest.raises(UserNotFound), assertions.nothing_changes():
        table.write([COUNT, a_put(0, When(NEW, lambda _: UserNotFound(factories.ADA)))])
    assert proxy.seen.count("TransactWriteItems") == 1


def test_of_several_conditions_that_fail_the_first_speaks() -> None:
    factories.rows(3)
    kept = When(NEW, lambda _: PropertyNotFound("first"))
    other = When(NEW, lambda _: PropertyNotFound("second"))
    with pytest.raises(PropertyNotFound, match="first"), assertions.nothing_changes():
        table.write([COUNT, a_put(1, kept), a_put(2, other), a_put(5, other)])


def test_a_condition_that_fails_is_told_the_item_it_found() -> None:
    factories.rows(1)
    with pytest.raises(Found) as refused, assertions.nothing_changes():
        table.write([a_put(0, When(NEW, Found))])
    assert refused.value.item == {"pk": "rows", "sk": "000", "text": ""}


def test_a_condition_on_an_item_that_is_not_there_is_told_none() -> None:
    with pytest.raises(Found) as refused, assertions.nothing_changes():
        table.write([a_put(0, When(f"NOT {NEW}", Found))])
    assert refused.value.item is None


def test_a_condition_compares_with_values() -> None:
    table.write([COUNT])
    counted_twice = When("#count = :two", Found, {"two": 2})
    with pytest.raises(Found) as refused, assertions.nothing_changes():
        table.write([Update(COUNTER, COUNT.expression, COUNT.values, counted_twice)])
    assert refused.value.item == {"pk": "rows", "sk": "counter", "count": 1}


def test_a_conflict_beside_a_condition_that_fails_is_the_condition(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", cancelled("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(UserNotFound), assertions.nothing_changes():
        table.write([COUNT, a_put(0, When(NEW, lambda _: UserNotFound(factories.ADA)))])
    assert proxy.seen.count("TransactWriteItems") == 1


def test_a_cancellation_for_any_other_reason_is_a_fault(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", cancelled("ValidationError"))
    with pytest.raises(Fault, match="ValidationError"), assertions.nothing_changes():
        table.write([COUNT])
    assert proxy.seen.count("TransactWriteItems") == 1


def test_a_number_that_dynamodb_cannot_hold_is_a_fault() -> None:
    with pytest.raises(Fault, match="Number overflow"), assertions.nothing_changes():
        table.write([Put({"pk": "a", "sk": "b", "price": 1e200})])


def test_a_write_whose_answer_is_lost_is_done_once(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", reset_after(), times=2)
    table.write([COUNT])
    assert proxy.seen == ["TransactWriteItems"] * 3
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 1}


def test_a_condition_that_the_lost_write_itself_made_false_is_no_refusal(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", reset_after())
    table.write([a_put(0, When(NEW, lambda _: UserNotFound(ID("nobody"))))])
    assert assertions.item(Key("rows", "000")) == {"pk": "rows", "sk": "000", "text": "new"}


def test_a_write_still_under_way_is_waited_for(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", error(400, "TransactionInProgressException"))
    table.write([COUNT])
    assert assertions.item(COUNTER) == {"pk": "rows", "sk": "counter", "count": 1}
