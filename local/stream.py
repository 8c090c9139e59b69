"""The table's stream on the desk, read and handed to the function `changes` as Lambda does.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local import dynamodb
from local.workers import Outcome

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

FUNCTION = "changes"
MOST_RECORDS = 100
MOST_TRIES = 5
PAUSE_SECONDS = 0.1

log = logging.getLogger(__name__)

Record = dict[str, Any]
Invoke = Callable[[str, Any], Awaitable[Outcome]]


async def follow(environment: Mapping[str, str], invoke: Invoke) -> None:
    """Hands on what is written to the desk's table from now on, until it is cancelled; an engine away is waited for."""
    engine = environment.get("AWS_ENDPOINT_URL_DYNAMODB_STREAMS") or environment["AWS_ENDPOINT_URL_DYNAMODB"]
    shards = Shards(dynamodb.streams(engine), environment["TABLE_NAME"])
    while True:
        if not await handed_on(shards, invoke):
            await asyncio.sleep(PAUSE_SECONDS)


async def handed_on(shards: "Shards", invoke: Invoke) -> int:
    """How many records have come, and been taken by the function, in one look at each shard."""
    count = 0
    try:
        for shard in await asyncio.to_thread(shards.open):
            records = await asyncio.to_thread(shards.read, shard)
            await deliver(records, invoke)
            count += len(records)
    except (BotoCoreError, ClientError) as error:
        log.warning("the table's stream cannot be read: %s", error)
    return count


class Shards:
    """Where reading stands in each shard of a table's stream."""

    def __init__(self, client: "DynamoDBStreamsClient", table: str) -> None:
        self.client = client
        self.table = table
        self.iterators: dict[str, str] = {}
        self.ended: set[str] = set()
        self.complete = False

    def open(self) -> list[str]:
        """The shards that more may come in, a parent before its children: looked for anew where one has ended."""
        if not self.complete:
            self.find()
            self.complete = True
        return list(self.iterators)

    def find(self) -> None:
        """Takes up the shards that are new: the first ones from their end, later ones from their beginning."""
        arn = self.client.list_streams(TableName=self.table)["Streams"][0]["StreamArn"]
        first = not self.iterators and not self.ended
        for shard in self.client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            id = shard["ShardId"]
            if id not in self.iterators and id not in self.ended:
                found = self.client.get_shard_iterator(
                    StreamArn=arn, ShardId=id, ShardIteratorType="LATEST" if first else "TRIM_HORIZON"
                )
                self.iterators[id] = found["ShardIterator"]

    def read(self, shard: str) -> list[Record]:
        """What has come in a shard since it was last read: at most 100 records, in their order."""
        answer = self.client.get_records(ShardIterator=self.iterators[shard], Limit=MOST_RECORDS)
        if next := answer.get("NextShardIterator"):
            self.iterators[shard] = next
        else:
            del self.iterators[shard]
            self.ended.add(shard)
            self.complete = False
        return [as_event(record) for record in answer["Records"]]


def as_event(value: Any) -> Any:
    """A record as Lambda hands it on: times are seconds."""
    if isinstance(value, Mapping):
        return {name: as_event(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_event(member) for member in value]
    return value.timestamp() if isinstance(value, datetime) else value


async def deliver(records: list[Record], invoke: Invoke) -> None:
    """Has the function take some records, in their order. What it fails at comes again, five times, then is given up.

    Where it fails without telling at which, the halves are tried.
    """
    tries = 0
    while records:
        outcome = await invoke(FUNCTION, {"Records": records})
        if outcome.failed and len(records) > 1:
            half = len(records) // 2
            await deliver(records[:half], invoke)
            records, tries = records[half:], 0
            continue
        left = remaining(records, outcome)
        tries = tries + 1 if len(left) == len(records) else 0
        if tries == MOST_TRIES:
            log.error("a change was given up after %s tries: %s", tries, left[0]["dynamodb"]["Keys"])
            left, tries = left[1:], 0
        elif tries:
            await asyncio.sleep(PAUSE_SECONDS * 2**tries)
        records = left


def remaining(records: list[Record], outcome: Outcome) -> list[Record]:
    """Those records that the function has not done: from the first on that it tells as failed, all where it raised."""
    if outcome.failed:
        return records
    failed = {failure["itemIdentifier"] for failure in outcome.result["batchItemFailures"]}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return next((records[place:] for place, number in enumerate(numbers) if number in failed), [])
