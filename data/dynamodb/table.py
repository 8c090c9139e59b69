"""The operations on the table. It takes keys and plain items, returns plain items, and raises TryAgain or StorageError.

The client is created on first use, so importing costs nothing and needs no region. The environment configures it:
TABLE_NAME, and the variables that botocore reads (AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, credentials).
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
from data.dynamodb.client import MAX_CONNECTIONS
from data.dynamodb.client import client as client
from data.dynamodb.instrumentation import DynamoDBCall
from data.dynamodb.requests import Action, Item, Query
from data.errors import StorageError, TryAgain
from data.keys import Index, Key

A = TypeVar("A")
B = TypeVar("B")

MAX_BATCH_GET = 100  # BatchGetItem
MAX_BATCH_WRITE = 25  # BatchWriteItem
SCAN_PAGE_SIZE = 1000  # items; without a limit DynamoDB Local reads all remaining items to return 1 MB
MAX_ATTEMPTS = 6
MAX_DELAY_SECONDS = 0.4  # seconds
RETRYABLE_ERRORS = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
RETRYABLE_REASONS = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@dataclass(frozen=True)
class QueryPage:
    """The items of a query, in order, and the key after which to continue; None if there are no more items."""

    items: list[Item]
    last_key: Item | None


def get(key: Key, consistent: bool = False) -> Item | None:
    """Returns the item with a key, or None. Cost: one GetItem."""
    with translate_errors():
        response = client().get_item(
            TableName=table_name(),
            Key=attribute_values.serialize_item(key._asdict()),
            ConsistentRead=consistent,
            ReturnConsumedCapacity="TOTAL",
        )
    return attribute_values.deserialize_item(response["Item"]) if "Item" in response else None


def get_many(keys: Iterable[Key], consistent: bool = False) -> dict[Key, Item]:
    """Returns the stored items with these keys. Cost: one BatchGetItem for every 100 different keys, concurrently.

    Unprocessed keys are requested again after a delay. Raises TryAgain after 6 attempts.
    """
    unique_keys = list(dict.fromkeys(keys))
    batches = map_concurrent(lambda chunk: get_batch(chunk, consistent), chunks(unique_keys, MAX_BATCH_GET))
    return {Key(item["pk"], item["sk"]): item for items in batches for item in items}


def get_batch(keys: Sequence[Key], consistent: bool) -> list[Item]:
    unprocessed: Any = {
        table_name(): {
            "Keys": [attribute_values.serialize_item(key._asdict()) for key in keys],
            "ConsistentRead": consistent,
        }
    }
    items: list[Item] = []
    for _ in retry_attempts():
        with translate_errors():
            response = client().batch_get_item(RequestItems=unprocessed, ReturnConsumedCapacity="TOTAL")
        items += map(attribute_values.deserialize_item, response["Responses"].get(table_name(), ()))
        unprocessed = response.get("UnprocessedKeys")
        if not unprocessed:
            return items
    raise TryAgain


def query(query: Query, limit: int | None = None, after: Item | None = None, consistent: bool = False) -> QueryPage:
    """Returns the items of a range after the key `after`: at most `limit` before the filter. Cost: one Query."""
    parameters: Any = query.to_request(table_name()) | {"ConsistentRead": consistent, "ReturnConsumedCapacity": "TOTAL"}
    if limit:
        parameters["Limit"] = limit
    if after:
        parameters["ExclusiveStartKey"] = attribute_values.serialize_item(after)
    with translate_errors():
        response = client().query(**parameters)
    last_key = response.get("LastEvaluatedKey")
    return QueryPage(
        [attribute_values.deserialize_item(item) for item in response["Items"]],
        attribute_values.deserialize_item(last_key) if last_key else None,
    )


def query_all(query_: Query, consistent: bool = False) -> Iterator[Item]:
    """Yields all items of a range. Cost: one Query for each megabyte."""
    page = query(query_, consistent=consistent)
    yield from page.items
    while page.last_key:
        page = query(query_, after=page.last_key, consistent=consistent)
        yield from page.items


def scan(index: Index | None = None, limit: int | None = None) -> Iterator[Item]:
    """Yields all items of the table or of an index, or the first `limit`. Cost: one Scan for every 1,000 items.

    Only `make verify` and the local server use it, never a request.
    """
    request: Any = {"TableName": table_name(), "Limit": limit or SCAN_PAGE_SIZE}
    if index:
        request["IndexName"] = index.name
    while True:
        with translate_errors():
            response = client().scan(**request)
        yield from map(attribute_values.deserialize_item, response["Items"])
        if limit or "LastEvaluatedKey" not in response:
            return
        request["ExclusiveStartKey"] = response["LastEvaluatedKey"]


def write(actions: Sequence[Action]) -> None:
    """Performs all actions or none. Cost: one TransactWriteItems.

    Raises the error of the first action whose condition fails. Retries a transaction cancelled by conflicts or
    throttling only, and raises TryAgain after 6 attempts. All attempts have one token, so that an attempt whose
    response was lost is not performed twice.
    """
    token = str(uuid.uuid4())
    request: Any = [action.to_request(table_name()) for action in actions]
    for _ in retry_attempts():
        try:
            with translate_errors():
                client().transact_write_items(
                    TransactItems=request, ClientRequestToken=token, ReturnConsumedCapacity="TOTAL"
                )
            return
        except client().exceptions.TransactionCanceledException as cancelled:
            reasons: Any = cancelled.response["CancellationReasons"]
            for action, reason in zip(actions, reasons, strict=True):
                if reason["Code"] == "ConditionalCheckFailed" and action.condition:
                    old = reason.get("Item")
                    raise action.condition.on_failure(
                        attribute_values.deserialize_item(old) if old else None
                    ) from cancelled
            if not {reason["Code"] for reason in reasons} <= RETRYABLE_REASONS:
                raise StorageError(str(cancelled)) from cancelled
    raise TryAgain


def put_many(items: Sequence[Item]) -> None:
    """Puts items in no defined order and without conditions. Cost: one BatchWriteItem for every 25, sequentially."""
    for chunk in chunks(items, MAX_BATCH_WRITE):
        put_batch(chunk)


def put_batch(items: Sequence[Item]) -> None:
    unprocessed: Any = {
        table_name(): [{"PutRequest": {"Item": attribute_values.serialize_item(item)}} for item in items]
    }
    for _ in retry_attempts():
        with translate_errors():
            response = client().batch_write_item(RequestItems=unprocessed, ReturnConsumedCapacity="TOTAL")
        unprocessed = response.get("UnprocessedItems")
        if not unprocessed:
            return
    raise TryAgain


def map_concurrent(function: Callable[[A], B], arguments: Sequence[A]) -> list[B]:
    """Returns the result for each argument, in order, at most 16 concurrently. Raises only after all calls ended."""
    if len(arguments) < 2:
        return [function(argument) for argument in arguments]
    client()  # created here, or each thread would create one
    futures = [executor().submit(function, argument) for argument in arguments]
    wait(futures)
    return [future.result() for future in futures]


def map_unique(function: Callable[[A], B], arguments: Sequence[A]) -> list[B]:
    """Like `map_concurrent`, but calls the function once for repeated arguments."""
    unique_arguments = list(dict.fromkeys(arguments))
    results = dict(zip(unique_arguments, map_concurrent(function, unique_arguments), strict=True))
    return [results[argument] for argument in arguments]


def chunks(items: Sequence[A], size: int) -> list[Sequence[A]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def retry_attempts(max_attempts: int = MAX_ATTEMPTS) -> Iterator[int]:
    """Yields the number of each attempt from 0. Sleeps before a retry, with exponential backoff and jitter."""
    for attempt in range(max_attempts):
        if attempt:
            time.sleep(random.uniform(0, min(0.025 * 2**attempt, MAX_DELAY_SECONDS)))  # nosec B311: not a secret
        yield attempt


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translates botocore errors: transient ones to TryAgain, permanent ones to StorageError.

    TransactionCanceledException passes through.
    """
    try:
        yield
    except (NoConnection, HTTPClientError) as error:
        raise TryAgain from error
    except BotoCoreError as error:
        raise StorageError(str(error)) from error
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            raise
        if (
            error.response["Error"]["Code"] in RETRYABLE_ERRORS
            or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        ):
            raise TryAgain from error
        raise StorageError(str(error)) from error


def table_name() -> str:
    return os.environ.get("TABLE_NAME", "homes")


@cache
def executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_CONNECTIONS)


def add_listener(on_call: Callable[[DynamoDBCall], None]) -> None:
    """Calls `on_call` after each request on the wire from now on, retries included."""
    instrumentation.register(client().meta.events, on_call)
