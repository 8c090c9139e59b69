"""A reader of a DynamoDB table's stream, shard by shard, which continues behind its checkpoint after a restart.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import base64
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.dynamodb import engine as dynamodb
from local.dynamodb.checkpoint import Checkpoint, CheckpointStore

if TYPE_CHECKING:
    from types_boto3_dynamodbstreams.type_defs import ShardTypeDef

MAX_RECORDS = 100  # of one read
MAX_SKIPPED_RECORDS = 1_000  # of one read of records that are not processed: the maximum of GetRecords
NEW_SHARDS_SECONDS = 10  # the interval at which new shards are listed while others are read

LOST_POSITION_ERRORS = {"TrimmedDataAccessException", "ValidationException"}

log = logging.getLogger(__name__)

Record = dict[str, Any]


@dataclass
class ShardPosition:
    """The position in a shard: the next iterator, and the sequence number of the last record."""

    iterator: str
    last: str | None = None


class TableStream:
    """A table's stream, read behind its checkpoint, or from now on if there is none.

    Records are read at least once: those that were not acknowledged are read again after a restart. All methods raise
    botocore's errors.
    """

    def __init__(self, environment: Mapping[str, str], store: CheckpointStore | None = None) -> None:
        engine = environment["AWS_ENDPOINT_URL_DYNAMODB"]
        self.table = environment["TABLE_NAME"]
        url = environment.get("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", engine)
        self.client = dynamodb.streams(dynamodb.with_access_key(url, environment["AWS_ACCESS_KEY_ID"]))
        self.lost = (self.client.exceptions.TrimmedDataAccessException, self.client.exceptions.ExpiredIteratorException)
        self.store = store or CheckpointStore()
        self.arn = ""
        self.reading: dict[str, ShardPosition] = {}
        self.positions: dict[str, str | None] = {}  # of shards that were read before, but are not being read
        self.finished: set[str] = set()
        self.look_again_at = 0.0
        if self.store.checkpoint:
            self.resume(self.store.checkpoint)
        else:
            self.skip()

    def open(self) -> list[str]:
        """Returns the ids of the open shards. Lists new shards if one has ended, and every 10 seconds."""
        if not self.reading or time.monotonic() > self.look_again_at:
            self.open_shards()
        return list(self.reading)

    def read(self, shard: str, limit: int = MAX_RECORDS) -> list[Record]:
        """Returns the records of an open shard since the last read: at most `limit`, in order."""
        position = self.reading[shard]
        try:
            response = self.client.get_records(ShardIterator=position.iterator, Limit=limit)
        except self.lost:
            position.iterator = self.iterator_after(shard, position.last)
            return []
        except self.client.exceptions.ResourceNotFoundException:  # the engine was restarted, perhaps with another table
            self.positions = self.read_positions()
            self.reading.clear()
            return []
        records = [as_event(record) for record in response["Records"]]
        if records:
            position.last = records[-1]["dynamodb"]["SequenceNumber"]
        if "NextShardIterator" in response:
            position.iterator = response["NextShardIterator"]
        else:
            del self.reading[shard]
            self.finished.add(shard)
            self.look_again_at = 0.0
        return records

    def acknowledge(self) -> None:
        """Stores the checkpoint: all records that were read are processed and are not read again."""
        self.store.store(Checkpoint(self.arn, self.read_positions(), sorted(self.finished)))

    def read_positions(self) -> dict[str, str | None]:
        """Returns the sequence number of the last record that was read, for each open shard."""
        return {shard: position.last for shard, position in self.reading.items()}

    def resume(self, checkpoint: Checkpoint) -> None:
        """Opens the shards behind a checkpoint, and at its oldest record each shard that is newer than the checkpoint.

        Logs a warning if the checkpoint is of another stream or the stream no longer has its shard.
        """
        self.arn, self.positions, self.finished = checkpoint.stream, dict(checkpoint.positions), {*checkpoint.finished}
        self.open_shards()
        if self.arn != checkpoint.stream:
            log.warning("the checkpoint is of another stream: reading starts at the oldest record of %s", self.arn)
        elif trimmed := checkpoint.positions.keys() - self.reading.keys():
            log.warning("the stream no longer has %s: its changes may be unpublished", ", ".join(sorted(trimmed)))

    def skip(self) -> None:
        """Reads to the end of the open shards, so that only later records follow, and acknowledges.

        An iterator of the type LATEST has no sequence number from which a restart could continue.
        """
        self.open_shards(skip_closed=True)
        while any([self.read(shard, MAX_SKIPPED_RECORDS) for shard in self.open()]):
            pass
        self.acknowledge()

    def open_shards(self, skip_closed: bool = False) -> None:
        """Opens the shards that are new here, each behind its position or at its oldest record.

        A table that was deleted and created again has a new stream. Without a stream there are no shards to read.
        """
        streams = self.client.list_streams(TableName=self.table)["Streams"]
        arn = max(streams, key=lambda stream: stream["StreamLabel"])["StreamArn"] if streams else ""
        if arn != self.arn:
            self.arn, self.reading, self.positions, self.finished = arn, {}, {}, set()
        if not arn:
            return
        shards = list(self.shards())
        self.finished &= {shard["ShardId"] for shard in shards}
        if skip_closed:
            self.finished |= {shard["ShardId"] for shard in shards if is_closed(shard)}
        for shard in readable_shards(shards, self.finished):
            if shard not in self.reading:
                last = self.positions.get(shard)
                self.reading[shard] = ShardPosition(self.iterator_after(shard, last), last)
        self.look_again_at = time.monotonic() + NEW_SHARDS_SECONDS

    def shards(self) -> "Iterator[ShardTypeDef]":
        request: Any = {"StreamArn": self.arn}
        while True:
            description = self.client.describe_stream(**request)["StreamDescription"]
            yield from description["Shards"]
            if "LastEvaluatedShardId" not in description:
                return
            request["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]

    def iterator_after(self, shard: str, last: str | None) -> str:
        """Returns an iterator behind the record `last`, or at the oldest record if there is none.

        Logs a warning if the stream does not have `last`: it trims records after a day, and DynamoDB Local refuses a
        sequence number that is not of the shard, for example after its data folder was replaced.
        """
        if last:
            try:
                return self.iterator(shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=last)
            except self.client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] not in LOST_POSITION_ERRORS:
                    raise
                log.warning("the stream no longer has record %s: reading continues at its oldest record", last)
        return self.iterator(shard, "TRIM_HORIZON")

    def iterator(self, shard: str, type: Any, **options: str) -> str:
        request: Any = {"StreamArn": self.arn, "ShardId": shard, "ShardIteratorType": type, **options}
        return self.client.get_shard_iterator(**request)["ShardIterator"]


def is_closed(shard: "ShardTypeDef") -> bool:
    """True if a shard gets no more records."""
    return "EndingSequenceNumber" in shard["SequenceNumberRange"]


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
