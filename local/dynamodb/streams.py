"""The stream of the desk's table, shard by shard, as DynamoDB tells it.

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
NEW_SHARDS_SECONDS = 10  # between two looks for them, while others are read

Record = dict[str, Any]


@dataclass
class Place:
    """Where reading stands in a shard: what to ask for next, and the last record that came."""

    iterator: str
    last: str | None = None


class Stream:
    """A table's stream, read from the moment this is made. All of it raises botocore's errors."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        engine = environment["AWS_ENDPOINT_URL_DYNAMODB"]
        self.table = environment["TABLE_NAME"]
        self.client = dynamodb.streams(environment.get("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", engine))
        self.lost = (self.client.exceptions.TrimmedDataAccessException, self.client.exceptions.ExpiredIteratorException)
        self.arn = ""
        self.reading: dict[str, Place] = {}
        self.done: set[str] = set()
        self.look_again_at = 0.0
        self.take_up("LATEST")

    def open(self) -> list[str]:
        """The shards in which more may come. Looks for new ones where one has ended, and now and then."""
        if not self.reading or time.monotonic() > self.look_again_at:
            self.take_up("TRIM_HORIZON")
        return list(self.reading)

    def read(self, shard: str) -> list[Record]:
        """What has come in an open shard since it was last read: at most 100 records, in their order."""
        place = self.reading[shard]
        try:
            answer = self.client.get_records(ShardIterator=place.iterator, Limit=MOST_RECORDS)
        except self.lost:
            place.iterator = self.found_again(shard, place.last)
            return []
        except self.client.exceptions.ResourceNotFoundException:  # the engine began anew: perhaps with another table
            self.reading.clear()
            return []
        records = [as_event(record) for record in answer["Records"]]
        if records:
            place.last = records[-1]["dynamodb"]["SequenceNumber"]
        if "NextShardIterator" in answer:
            place.iterator = answer["NextShardIterator"]
        else:
            del self.reading[shard]
            self.done.add(shard)
            self.look_again_at = 0.0
        return records

    def take_up(self, start: str) -> None:
        """Begins with the shards that are new, at their oldest record or behind their latest. A table that was made
        anew has a stream of its own; while there is none, there is nothing to read."""
        streams = self.client.list_streams(TableName=self.table)["Streams"]
        arn = max(streams, key=lambda stream: stream["StreamLabel"])["StreamArn"] if streams else ""
        if arn != self.arn:
            self.arn, self.reading, self.done = arn, {}, set()
        if not arn:
            return
        shards = list(self.shards())
        if start == "LATEST":
            self.done = {one["ShardId"] for one in shards if "EndingSequenceNumber" in one["SequenceNumberRange"]}
        for shard in ready(shards, self.done):
            if shard not in self.reading:
                self.reading[shard] = Place(self.iterator(shard, start))
        self.look_again_at = time.monotonic() + NEW_SHARDS_SECONDS

    def shards(self) -> "Iterator[ShardTypeDef]":
        asked: Any = {"StreamArn": self.arn}
        while True:
            told = self.client.describe_stream(**asked)["StreamDescription"]
            yield from told["Shards"]
            if "LastEvaluatedShardId" not in told:
                return
            asked["ExclusiveStartShardId"] = told["LastEvaluatedShardId"]

    def found_again(self, shard: str, last: str | None) -> str:
        """Where to go on after an iterator was lost: behind the last record, or at the oldest there is.

        Iterators last 15 minutes, and a machine may sleep longer. And while a stream has no record DynamoDB Local gives
        one, behind the latest, that is lost when the first record comes.
        """
        with suppress(self.client.exceptions.TrimmedDataAccessException):
            if last:
                return self.iterator(shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=last)
        return self.iterator(shard, "TRIM_HORIZON")

    def iterator(self, shard: str, type: Any, **where: str) -> str:
        asked: Any = {"StreamArn": self.arn, "ShardId": shard, "ShardIteratorType": type, **where}
        return self.client.get_shard_iterator(**asked)["ShardIterator"]


def ready(shards: "Sequence[ShardTypeDef]", done: set[str]) -> list[str]:
    """Those shards that may be read: not done, and neither is a parent waited for, whose records come first."""
    waiting = {shard["ShardId"] for shard in shards} - done
    return [one["ShardId"] for one in shards if one["ShardId"] in waiting and one.get("ParentShardId") not in waiting]


def as_event(value: Any) -> Any:
    """A record as Lambda hands it on: times are seconds, bytes are in base64."""
    if isinstance(value, Mapping):
        return {name: as_event(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_event(member) for member in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value
