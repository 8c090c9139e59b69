"""DynamoDB, spoken to here and nowhere else, by the client of data/dynamodb/client.py.

In: keys and plain items. Out: plain items, or an error of ours.

The client is made on first use: importing costs nothing and needs no region. Where the table is comes from the
environment: TABLE_NAME, and what botocore itself reads (AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, credentials).
"""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from data.dynamodb import attribute_values, instrumentation
from data.dynamodb.client import CONNECTIONS
from data.dynamodb.client import client as client
from data.dynamodb.instrumentation import Call
from data.dynamodb.requests import Action, Item, Query
from data.errors import Fault, TryAgain
from data.keys import Index, Key

A = TypeVar("A")
B = TypeVar("B")

MOST_KEYS = 100  # BatchGetItem
MOST_PUTS = 25  # BatchWriteItem
SCANNED = 1000  # items a Scan; without a limit DynamoDB Local reads all that is left to give a megabyte of it
TRIES = 6
LONGEST_WAIT = 0.4  # seconds
BUSY = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
BUSY_REASONS = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@dataclass(frozen=True)
class Range:
    """What a query found, in its order, and the position to go on from where there may be more."""

    items: list[Item]
    last: Item | None


def get(key: Key, consistent: bool = False) -> Item | None:
    """The item at a key: one GetItem."""
    with our_errors():
        found = client().get_item(
            TableName=name(),
            Key=attribute_values.item(key._asdict()),
            ConsistentRead=consistent,
            ReturnConsumedCapacity="TOTAL",
        )
    return attribute_values.plain_item(found["Item"]) if "Item" in found else None


def get_many(keys: Iterable[Key], consistent: bool = False) -> dict[Key, Item]:
    """The items at these keys, those that are there: one BatchGetItem for every 100 different keys, all at once.

    Keys that DynamoDB leaves unprocessed are asked again after a wait; raises TryAgain where that does not help.
    """
    different = list(dict.fromkeys(keys))
    found = at_once(lambda some: get_batch(some, consistent), chunks(different, MOST_KEYS))
    return {Key(item["pk"], item["sk"]): item for items in found for item in items}


def get_batch(keys: Sequence[Key], consistent: bool) -> list[Item]:
    asked: Any = {
        name(): {"Keys": [attribute_values.item(key._asdict()) for key in keys], "ConsistentRead": consistent}
    }
    items: list[Item] = []
    for _ in patience():
        with our_errors():
            answer = client().batch_get_item(RequestItems=asked, ReturnConsumedCapacity="TOTAL")
        items += map(attribute_values.plain_item, answer["Responses"].get(name(), ()))
        asked = answer.get("UnprocessedKeys")
        if not asked:
            return items
    raise TryAgain


def query(asked: Query, limit: int | None = None, after: Item | None = None, consistent: bool = False) -> Range:
    """A range, at most `limit` items of it before any filter, from `after` on: one Query."""
    request: Any = asked.described(name()) | {"ConsistentRead": consistent, "ReturnConsumedCapacity": "TOTAL"}
    if limit:
        request["Limit"] = limit
    if after:
        request["ExclusiveStartKey"] = attribute_values.item(after)
    with our_errors():
        found = client().query(**request)
    last = found.get("LastEvaluatedKey")
    return Range(
        [attribute_values.plain_item(item) for item in found["Items"]],
        attribute_values.plain_item(last) if last else None,
    )


def query_all(asked: Query, consistent: bool = False) -> Iterator[Item]:
    """A whole range: one Query for each megabyte of it."""
    found = query(asked, consistent=consistent)
    yield from found.items
    while found.last:
        found = query(asked, after=found.last, consistent=consistent)
        yield from found.items


def scan(index: Index | None = None, limit: int | None = None) -> Iterator[Item]:
    """All of the table or of an index, or the first `limit`: for `make verify` and the desk, never for a request."""
    request: Any = {"TableName": name(), "Limit": limit or SCANNED}
    if index:
        request["IndexName"] = index.name
    while True:
        with our_errors():
            found = client().scan(**request)
        yield from map(attribute_values.plain_item, found["Items"])
        if limit or "LastEvaluatedKey" not in found:
            return
        request["ExclusiveStartKey"] = found["LastEvaluatedKey"]


def write(actions: Sequence[Action]) -> None:
    """Does all the actions or none: one TransactWriteItems.

    Where conditions do not hold, raises what the first such action says. A cancellation that is only conflicts or
    throttles is tried again, and then TryAgain. All tries carry one token: one whose answer was lost is not done twice.
    """
    token = str(uuid.uuid4())
    request: Any = [action.described(name()) for action in actions]
    for _ in patience():
        try:
            with our_errors():
                client().transact_write_items(
                    TransactItems=request, ClientRequestToken=token, ReturnConsumedCapacity="TOTAL"
                )
            return
        except client().exceptions.TransactionCanceledException as cancelled:
            reasons: Any = cancelled.response["CancellationReasons"]
            for action, reason in zip(actions, reasons, strict=True):
                if reason["Code"] == "ConditionalCheckFailed" and action.when:
                    old = reason.get("Item")
                    raise action.when.refused(attribute_values.plain_item(old) if old else None) from cancelled
            if not {reason["Code"] for reason in reasons} <= BUSY_REASONS:
                raise Fault(str(cancelled)) from cancelled
    raise TryAgain


def put_many(items: Sequence[Item]) -> None:
    """Puts items in no order, over whatever is there: one BatchWriteItem for every 25, one after the other."""
    for chunk in chunks(items, MOST_PUTS):
        put_batch(chunk)


def put_batch(items: Sequence[Item]) -> None:
    asked: Any = {name(): [{"PutRequest": {"Item": attribute_values.item(item)}} for item in items]}
    for _ in patience():
        with our_errors():
            answer = client().batch_write_item(RequestItems=asked, ReturnConsumedCapacity="TOTAL")
        asked = answer.get("UnprocessedItems")
        if not asked:
            return
    raise TryAgain


def at_once(do: Callable[[A], B], over: Sequence[A]) -> list[B]:
    """What `do` answers for each, in order, 16 at the same time. Where one raises, the others have ended too."""
    if len(over) < 2:
        return [do(one) for one in over]
    client()  # made here, or each thread would make one
    doing = [pool().submit(do, one) for one in over]
    wait(doing)
    return [done.result() for done in doing]


def once_each(do: Callable[[A], B], over: Sequence[A]) -> list[B]:
    """The same, but what is asked for several times is asked once."""
    different = list(dict.fromkeys(over))
    answers = dict(zip(different, at_once(do, different), strict=True))
    return [answers[one] for one in over]


def chunks(whole: Sequence[A], size: int) -> list[Sequence[A]]:
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def patience(tries: int = TRIES) -> Iterator[int]:
    """The tries of a request that is done in part or not at all, with growing random waits between them."""
    for tried in range(tries):
        if tried:
            time.sleep(random.uniform(0, min(0.025 * 2**tried, LONGEST_WAIT)))  # nosec B311: nobody gains by guessing it
        yield tried


@contextmanager
def our_errors() -> Iterator[None]:
    """botocore's errors as ours: TryAgain for what passes, Fault for what stays; a cancelled transaction as it is."""
    try:
        yield
    except (NoConnection, HTTPClientError) as error:
        raise TryAgain from error
    except BotoCoreError as error:
        raise Fault(str(error)) from error
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            raise
        if error.response["Error"]["Code"] in BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise TryAgain from error
        raise Fault(str(error)) from error


def name() -> str:
    return os.environ.get("TABLE_NAME", "homes")


@cache
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CONNECTIONS)


def listen(hear: Callable[[Call], None]) -> None:
    """From now on tells `hear` of every request on the wire, retries included, when it has ended."""
    instrumentation.register(client().meta.events, hear)
