"""The stream of a table, as it is read: whole, in order, from its beginning here on, whatever becomes of its shards."""

import base64
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import Stream, ready

HOURS = 3_600_000  # in milliseconds
MINUTES = 60_000


@pytest.fixture
def streamed() -> bool:
    return True


@pytest.fixture
def stream(engine: str, table: str) -> Stream:
    return Stream(dynamodb.environment(engine, table))


def put(engine: str, table: str, *ids: str, **attributes: Any) -> None:
    for id in ids:
        item = {"pk": {"S": id}, "sk": {"S": "METADATA"}, **attributes}
        dynamodb.client(engine).put_item(TableName=table, Item=item)


def read(stream: Stream) -> list[Any]:
    """All that has come, read until nothing more does."""
    records: list[Any] = []
    for _ in range(3):
        while some := [record for shard in stream.open() for record in stream.read(shard)]:
            records += some
    return records


def ids(records: list[Any]) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in records]


def aged(iterator: str) -> str:
    """An iterator of DynamoDB Local, as it would be had it been given 20 minutes ago."""
    stream, _, encoded = iterator.rpartition("|")
    shard, number, at = base64.b64decode(encoded + "==").decode().split("|")
    made = f"{shard}|{number}|{int(at) - 20 * MINUTES:0{len(at)}}"
    return f"{stream}|{base64.b64encode(made.encode()).decode().rstrip('=')}"


def test_the_first_changes_of_a_new_table_are_read(stream: Stream, engine: str, table: str) -> None:
    put(engine, table, "a", "b")
    assert ids(read(stream)) == ["a", "b"]


def test_what_was_written_before_is_not_read(engine: str, table: str) -> None:
    put(engine, table, "before")
    stream = Stream(dynamodb.environment(engine, table))
    put(engine, table, "after")
    assert ids(read(stream)) == ["after"]


def test_many_changes_are_read_in_their_order_at_most_a_hundred_at_a_time(
    stream: Stream, engine: str, table: str
) -> None:
    put(engine, table, "first")
    read(stream)
    written = [f"{n:03}" for n in range(201)]
    put(engine, table, *written)
    [shard] = stream.open()
    sizes = [stream.read(shard) for _ in range(4)]
    assert list(map(len, sizes)) == [100, 100, 1, 0]
    assert ids([record for some in sizes for record in some]) == written


def test_a_record_is_as_lambda_hands_it_on(stream: Stream, engine: str, table: str) -> None:
    put(engine, table, "a", n={"N": "1.5"}, b={"B": b"\xff"}, l={"L": [{"BOOL": True}, {"NULL": True}]})
    put(engine, table, "a")
    dynamodb.client(engine).delete_item(TableName=table, Key={"pk": {"S": "a"}, "sk": {"S": "METADATA"}})
    records = json.loads(json.dumps(read(stream)))
    key = {"pk": {"S": "a"}, "sk": {"S": "METADATA"}}
    full = key | {"n": {"N": "1.5"}, "b": {"B": "/w=="}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}
    told = [(one["eventName"], one["dynamodb"].get("OldImage"), one["dynamodb"].get("NewImage")) for one in records]
    assert told == [("INSERT", None, full), ("MODIFY", full, key), ("REMOVE", key, None)]
    assert all(0 <= time.time() - one["dynamodb"]["ApproximateCreationDateTime"] < 120 for one in records)


def test_an_iterator_that_is_too_old_goes_on_behind_the_last_record(stream: Stream, engine: str, table: str) -> None:
    put(engine, table, "a")
    read(stream)
    [place] = stream.reading.values()
    put(engine, table, "b")
    place.iterator = aged(place.iterator)
    put(engine, table, "c")
    assert ids(read(stream)) == ["b", "c"]


def test_an_iterator_that_is_too_old_before_anything_was_read_goes_on_at_the_oldest_record(
    stream: Stream, engine: str, table: str
) -> None:
    [place] = stream.reading.values()
    put(engine, table, "a")
    place.iterator = aged(place.iterator)
    assert ids(read(stream)) == ["a"]


def test_a_table_that_was_made_anew_is_read_from_its_first_record(stream: Stream, engine: str, table: str) -> None:
    put(engine, table, "a")
    dynamodb.client(engine).delete_table(TableName=table)
    dynamodb.make_table(engine, table)
    put(engine, table, "b")
    assert ids(read(stream))[-1:] == ["b"]


@pytest.mark.process
def test_where_a_shard_ends_its_rest_is_read_before_its_child(tmp_path: Path) -> None:
    with dynamodb.engine(tmp_path) as engine:
        dynamodb.make_table(engine, "homes")
        put(engine, "homes", "before")
        stream = Stream(dynamodb.environment(engine, "homes"))
        put(engine, "homes", "a", "b")
    with sqlite3.connect(tmp_path / "shared-local-instance.db") as database:
        database.execute("UPDATE ss SET CreationDateTime = CreationDateTime - ?", [5 * HOURS])
    database.close()
    with dynamodb.engine(tmp_path) as engine:  # which ends shards that are older than four hours
        stream.client = dynamodb.streams(engine)
        put(engine, "homes", "c")
        assert ids(read(stream)) == ["a", "b", "c"]
        assert (len(stream.done), len(stream.reading)) == (1, 1)


def test_a_child_waits_for_its_parent_in_whatever_order_they_are_told() -> None:
    shards: Any = [
        {"ShardId": "grandchild", "ParentShardId": "child"},
        {"ShardId": "child", "ParentShardId": "parent"},
        {"ShardId": "parent", "ParentShardId": "trimmed"},
        {"ShardId": "other"},
    ]
    assert ready(shards, set()) == ["parent", "other"]
    assert ready(shards, {"parent", "other"}) == ["child"]
    assert ready(shards, {"parent", "other", "child"}) == ["grandchild"]


def test_while_the_engine_has_lost_the_table_there_is_nothing_to_read_and_the_next_one_is_read_from_its_start(
    stream: Stream, engine: str, table: str
) -> None:
    put(engine, table, "before")
    assert ids(read(stream)) == ["before"]
    dynamodb.client(engine).delete_table(TableName=table)
    stream.look_again_at = 0
    assert read(stream) == []
    dynamodb.make_table(engine, table)
    put(engine, table, "first", "second")
    stream.look_again_at = 0
    assert ids(read(stream)) == ["first", "second"]
