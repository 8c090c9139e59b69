"""A reader of a DynamoDB table's stream, shard by shard.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import base64
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.dynamodb import engine as dynamodb

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams.type_defs import ShardTypeDef

MOST_RECORDS = 100
NEW_SHARDS_SECONDS = 10  # the interval at which new shards are listed while others are read

Record = dict[str, Any]


@dataclass
class ShardPosition:
    """The position in a shard: the next iterator, and the sequence number of the last record."""

    iterator: str
    last: str | None = None


class TableStream:
    """A table's stream, read from its creation here on. All methods raise botocore's errors."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        engine = environment["AWS_ENDPOINT_URL_DYNAMODB"]
        self.table = environment["TABLE_NAME"]
        url = environment.get("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", engine)
        self.client = dynamodb.streams(dynamodb.with_access_key(url, environment["AWS_ACCESS_KEY_ID"]))
        self.lost = (self.client.exceptions.TrimmedDataAccessException, self.client.exceptions.ExpiredIteratorException)
        self.arn = ""
        self.reading: dict[str, ShardPosition] = {}
        self.finished: set[str] = set()
        self.look_again_at = 0.0
        self.take_up("LATEST")

    def open(self) -> list[str]:
        """Returns the ids of the open shards. Lists new shards if one has ended, and every 10 seconds."""
        if not self.reading or time.monotonic() > self.look_again_at:
            self.take_up("TRIM_HORIZON")
        return list(self.reading)

    def read(self, shard: str) -> list[Record]:
        """Returns the records of an open shard since the last read: at most 100, in order."""
        place = self.reading[shard]
        try:
            answer = self.client.get_records(ShardIterator=place.iterator, Limit=MOST_RECORDS)
        except self.lost:
            place.iterator = self.found_again(shard, place.last)
            return []
        except self.client.exceptions.ResourceNotFoundException:  # the engine was restarted, perhaps with another table
            self.reading.clear()
            return []
        records = [as_event(record) for record in answer["Records"]]
        if records:
            place.last = records[-1]["dynamodb"]["SequenceNumber"]
        if "NextShardIterator" in answer:
            place.iterator = answer["NextShardIterator"]
        else:
            del self.reading[shard]
            self.finished.add(shard)
            self.look_again_at = 0.0
        return records

    def take_up(self, start: str) -> None:
        """Opens the new shards at `start`: TRIM_HORIZON, their oldest record, or LATEST, behind their newest one.

        A table that was deleted and created again has a new stream. Without a stream there are no shards to read.
        """
        streams = self.client.list_streams(TableName=self.table)["Streams"]
        arn = max(streams, key=lambda stream: stream["StreamLabel"])["StreamArn"] if streams else ""
        if arn != self.arn:
            self.arn, self.reading, self.finished = arn, {}, set()
        if not arn:
            return
        shards = list(self.shards())
        if start == "LATEST":
            self.finished = {
                shard["ShardId"] for shard in shards if "EndingSequenceNumber" in shard["SequenceNumberRange"]
            }
        for shard in readable_shards(shards, self.finished):
            if shard not in self.reading:
                self.reading[shard] = ShardPosition(self.iterator(shard, start))
        self.look_again_at = time.monotonic() + NEW_SHARDS_SECONDS

    def shards(self) -> "Iterator[ShardTypeDef]":
        request: Any = {"StreamArn": self.arn}
        while True:
            description = self.client.describe_stream(**request)["StreamDescription"]
            yield from description["Shards"]
            if "LastEvaluatedShardId" not in description:
                return
            request["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]

    def found_again(self, shard: str, last: str | None) -> str:
        """Returns a new iterator after one was lost: behind the last record, or at the oldest record available.

        An iterator expires after 15 minutes, for example while the machine is suspended. And the LATEST iterator that
        DynamoDB Local returns for an empty stream is lost when the first record arrives.
        """
        with suppress(self.client.exceptions.TrimmedDataAccessException):
            if last:
                return self.iterator(shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=last)
        return self.iterator(shard, "TRIM_HORIZON")

    def iterator(self, shard: str, type: Any, **options: str) -> str:
        request: Any = {"StreamArn": self.arn, "ShardId": shard, "ShardIteratorType": type, **options}
        return self.client.get_shard_iterator(**request)["ShardIterator"]


def readable_shards(shards: "Sequence[ShardTypeDef]", finished: set[str]) -> list[str]:
    """Returns the ids of the unfinished shards whose parent is finished: a parent's records come first."""
    waiting = {shard["ShardId"] for shard in shards} - finished
    return [
        shard["ShardId"]
        for shard in shards
        if shard["ShardId"] in waiting and shard.get("ParentShardId") not in waiting
    ]


def as_event(value: Any) -> Any:
    """Returns a record in the format of Lambda events: times in seconds, bytes in base64."""
    if isinstance(value, Mapping):
        return {name: as_event(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_event(member) for member in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value
