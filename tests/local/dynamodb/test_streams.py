"""The reader of a table's stream: it reads all records in order, also if shards end or iterators expire."""

import base64
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import TableStream, readable_shards

HOURS = 3_600_000  # in milliseconds
MINUTES = 60_000


@pytest.fixture
def has_stream() -> bool:
    return True


@pytest.fixture
def stream(engine: str, table: str) -> TableStream:
    return TableStream(dynamodb.environment(engine, table))


def put_items(engine: str, table: str, *ids: str, **attributes: Any) -> None:
    for id in ids:
        item = {"pk": {"S": id}, "sk": {"S": "METADATA"}, **attributes}
        dynamodb.client(engine).put_item(TableName=table, Item=item)


def read(stream: TableStream) -> list[Any]:
    """Reads the stream until there are no more records; returns all of them."""
    records: list[Any] = []
    for _ in range(3):
        while batch := [record for shard in stream.open() for record in stream.read(shard)]:
            records += batch
    return records


def ids(records: list[Any]) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in records]


def aged(iterator: str) -> str:
    """Returns an iterator of DynamoDB Local changed as if it were 20 minutes old."""
    stream, _, encoded = iterator.rpartition("|")
    shard, number, at = base64.b64decode(encoded + "==").decode().split("|")
    aged_iterator = f"{shard}|{number}|{int(at) - 20 * MINUTES:0{len(at)}}"
    return f"{stream}|{base64.b64encode(aged_iterator.encode()).decode().rstrip('=')}"


def test_the_first_changes_of_a_new_table_are_read(stream: TableStream, engine: str, table: str) -> None:
    put_items(engine, table, "a", "b")
    assert ids(read(stream)) == ["a", "b"]


def test_earlier_writes_are_not_read(engine: str, table: str) -> None:
    put_items(engine, table, "before")
    stream = TableStream(dynamodb.environment(engine, table))
    put_items(engine, table, "after")
    assert ids(read(stream)) == ["after"]


def test_changes_are_read_in_order_at_most_a_hundred_at_a_time(stream: TableStream, engine: str, table: str) -> None:
    put_items(engine, table, "first")
    read(stream)
    written_ids = [f"{n:03}" for n in range(201)]
    put_items(engine, table, *written_ids)
    [shard] = stream.open()
    sizes = [stream.read(shard) for _ in range(4)]
    assert list(map(len, sizes)) == [100, 100, 1, 0]
    assert ids([record for batch in sizes for record in batch]) == written_ids


def test_a_record_has_the_format_of_lambda_events(stream: TableStream, engine: str, table: str) -> None:
    put_items(engine, table, "a", n={"N": "1.5"}, b={"B": b"\xff"}, l={"L": [{"BOOL": True}, {"NULL": True}]})
    put_items(engine, table, "a")
    dynamodb.client(engine).delete_item(TableName=table, Key={"pk": {"S": "a"}, "sk": {"S": "METADATA"}})
    records = json.loads(json.dumps(read(stream)))
    key = {"pk": {"S": "a"}, "sk": {"S": "METADATA"}}
    full = key | {"n": {"N": "1.5"}, "b": {"B": "/w=="}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}
    images = [
        (record["eventName"], record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage"))
        for record in records
    ]
    assert images == [("INSERT", None, full), ("MODIFY", full, key), ("REMOVE", key, None)]
    assert all(0 <= time.time() - record["dynamodb"]["ApproximateCreationDateTime"] < 120 for record in records)


def test_reading_resumes_behind_the_last_record_if_the_iterator_expired(
    stream: TableStream, engine: str, table: str
) -> None:
    put_items(engine, table, "a")
    read(stream)
    [place] = stream.reading.values()
    put_items(engine, table, "b")
    place.iterator = aged(place.iterator)
    put_items(engine, table, "c")
    assert ids(read(stream)) == ["b", "c"]


def test_reading_resumes_at_the_oldest_record_if_none_was_read_before(
    stream: TableStream, engine: str, table: str
) -> None:
    [place] = stream.reading.values()
    put_items(engine, table, "a")
    place.iterator = aged(place.iterator)
    assert ids(read(stream)) == ["a"]


def test_a_recreated_table_is_read_from_its_first_record(stream: TableStream, engine: str, table: str) -> None:
    put_items(engine, table, "a")
    dynamodb.client(engine).delete_table(TableName=table)
    dynamodb.create_table(engine, table)
    put_items(engine, table, "b")
    assert ids(read(stream))[-1:] == ["b"]


@pytest.mark.process
def test_a_shard_is_read_to_its_end_before_its_child(tmp_path: Path) -> None:
    with dynamodb.engine(tmp_path) as engine:
        dynamodb.create_table(engine, "homes")
        put_items(engine, "homes", "before")
        stream = TableStream(dynamodb.environment(engine, "homes"))
        put_items(engine, "homes", "a", "b")
    [file] = tmp_path.glob("*.db")
    with sqlite3.connect(file) as database:
        database.execute("UPDATE ss SET CreationDateTime = CreationDateTime - ?", [5 * HOURS])
    database.close()
    with dynamodb.engine(tmp_path) as engine:  # at its start it closes shards that are older than four hours
        stream.client = dynamodb.streams(engine)
        put_items(engine, "homes", "c")
        assert ids(read(stream)) == ["a", "b", "c"]
        assert (len(stream.finished), len(stream.reading)) == (1, 1)


def test_a_child_waits_for_its_parent_in_any_order_of_the_shards() -> None:
    shards: Any = [
        {"ShardId": "grandchild", "ParentShardId": "child"},
        {"ShardId": "child", "ParentShardId": "parent"},
        {"ShardId": "parent", "ParentShardId": "trimmed"},
        {"ShardId": "other"},
    ]
    assert readable_shards(shards, set()) == ["parent", "other"]
    assert readable_shards(shards, {"parent", "other"}) == ["child"]
    assert readable_shards(shards, {"parent", "other", "child"}) == ["grandchild"]


def test_without_a_table_nothing_is_read_and_a_new_table_from_its_start(
    stream: TableStream, engine: str, table: str
) -> None:
    put_items(engine, table, "before")
    assert ids(read(stream)) == ["before"]
    dynamodb.client(engine).delete_table(TableName=table)
    stream.look_again_at = 0
    assert read(stream) == []
    dynamodb.create_table(engine, table)
    put_items(engine, table, "first", "second")
    stream.look_again_at = 0
    assert ids(read(stream)) == ["first", "second"]
