"""The instrumentation of the local functions: it reports DynamoDB requests, and waits until transactions are stored.

DynamoDB Local answers TransactWriteItems when it has queued the COMMIT, so that its sudden end a moment later loses an
acknowledged transaction. It performs its queue in order: it answers a read that follows only after the COMMIT.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from data import keys
from data.dynamodb import client as dynamodb_client
from data.dynamodb import table
from data.dynamodb.instrumentation import DynamoDBCall

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def add_listener(on_call: Callable[[DynamoDBCall], None]) -> None:
    """Calls `on_call` after each request. With DATA, transactions of the client are stored when they are answered."""
    table.add_listener(on_call)
    if os.environ.get("DATA"):
        table.client().meta.events.register("after-call.dynamodb.TransactWriteItems", wait_for_commit)


def wait_for_commit(**_: Any) -> None:
    """Waits until the engine has performed its queue. Raises botocore's errors if it does not answer: the transaction
    may be lost, and the caller must not acknowledge it."""
    no_item = {attribute.name: {"S": "-"} for attribute in (keys.PARTITION, keys.SORT)}
    reader().get_item(TableName=table.table_name(), Key=no_item)


@cache
def reader() -> "DynamoDBClient":
    """Returns a client without listeners: its reads are not those of the function."""
    return dynamodb_client.client.__wrapped__()
