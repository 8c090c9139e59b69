"""The checkpoint of a stream: after a restart each record that was not acknowledged is read, and no other."""

import stat
from pathlib import Path

import pytest

from local.dynamodb import engine as dynamodb
from local.dynamodb.checkpoint import Checkpoint, CheckpointStore, checkpoint_file
from local.dynamodb.streams import TableStream
from tests.local.dynamodb.test_streams import ids, put_items, read


@pytest.fixture
def has_stream() -> bool:
    return True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "stream.json"


def start_reader(engine: str, table: str, file: Path) -> TableStream:
    """Returns the reader of a process that starts with the checkpoint in a file."""
    return TableStream(dynamodb.environment(engine, table), CheckpointStore(file))


def test_a_reader_without_a_checkpoint_skips_earlier_records(engine: str, table: str, file: Path) -> None:
    put_items(engine, table, "before")
    start_reader(engine, table, file)
    put_items(engine, table, "after")
    assert ids(read(start_reader(engine, table, file))) == ["after"]


def test_records_that_were_not_acknowledged_are_read_again(engine: str, table: str, file: Path) -> None:
    stream = start_reader(engine, table, file)
    put_items(engine, table, "a")
    read(stream)
    stream.acknowledge()
    put_items(engine, table, "b")
    assert ids(read(stream)) == ["b"]
    put_items(engine, table, "c")
    assert ids(read(start_reader(engine, table, file))) == ["b", "c"]


def test_a_checkpoint_in_memory_continues_in_another_reader(engine: str, table: str) -> None:
    store = CheckpointStore()
    TableStream(dynamodb.environment(engine, table), store)
    put_items(engine, table, "a")
    stream = TableStream(dynamodb.environment(engine, table), CheckpointStore(None, store.checkpoint))
    assert ids(read(stream)) == ["a"]


def test_a_new_stream_is_read_from_its_first_record_and_logged(
    engine: str, table: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start_reader(engine, table, file)
    dynamodb.client(engine).delete_table(TableName=table)
    dynamodb.create_table(engine, table)
    put_items(engine, table, "first")
    stream = start_reader(engine, table, file)
    assert caplog.messages == [
        f"the checkpoint is of another stream: reading starts at the oldest record of {stream.arn}"
    ]
    assert ids(read(stream))[-1:] == ["first"]


def test_a_shard_that_is_newer_than_the_checkpoint_is_read_from_its_first_record(
    engine: str, table: str, file: Path
) -> None:
    stream = start_reader(engine, table, file)
    put_items(engine, table, "a")
    CheckpointStore(file).store(Checkpoint(stream.arn, {}, ()))
    assert ids(read(start_reader(engine, table, file))) == ["a"]


def test_a_shard_that_is_processed_is_not_read_again(engine: str, table: str, file: Path) -> None:
    stream = start_reader(engine, table, file)
    put_items(engine, table, "a")
    CheckpointStore(file).store(Checkpoint(stream.arn, {}, list(stream.reading)))
    assert ids(read(start_reader(engine, table, file))) == []


def test_a_trimmed_shard_is_logged_and_the_others_are_read(
    engine: str, table: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stream = start_reader(engine, table, file)
    put_items(engine, table, "a")
    CheckpointStore(file).store(Checkpoint(stream.arn, {"trimmed-shard": "1"}, ("finished-shard",)))
    later_stream = start_reader(engine, table, file)
    assert caplog.messages == ["the stream no longer has trimmed-shard: its changes may be unpublished"]
    assert ids(read(later_stream)) == ["a"]
    assert later_stream.finished == set()


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", "{}", '{"stream": 1, "positions": {}, "finished": []}', '{"stream": "a"}']
)
def test_an_invalid_file_is_logged_and_all_records_are_read_again(
    engine: str, table: str, file: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    file.parent.mkdir()
    file.write_text(text)
    put_items(engine, table, "a")
    assert CheckpointStore(file).checkpoint == Checkpoint("", {}, ())
    assert caplog.messages == [f"{file} is not a checkpoint: all changes that the stream still has are published again"]
    assert ids(read(start_reader(engine, table, file))) == ["a"]


def test_only_its_owner_can_read_the_file_and_no_draft_remains(file: Path) -> None:
    store = CheckpointStore(file)
    for number in ("1", "2"):
        store.store(Checkpoint("arn", {"shard": number, "unread": None}, ["finished"]))
    assert [path.name for path in file.parent.iterdir()] == ["stream.json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert CheckpointStore(file).checkpoint == Checkpoint("arn", {"shard": "2", "unread": None}, ["finished"])


def test_an_unchanged_checkpoint_is_not_written_again(file: Path) -> None:
    store = CheckpointStore(file)
    store.store(Checkpoint("arn", {}, []))
    file.unlink()
    store.store(Checkpoint("arn", {}, []))
    assert not file.exists()


def test_each_table_at_each_endpoint_has_its_own_file(tmp_path: Path) -> None:
    files = [checkpoint_file(tmp_path, f"http://localhost:{n}", table) for n in (8001, 8002) for table in ("a", "b")]
    assert len(set(files)) == 4


def test_an_unknown_sequence_number_is_logged_and_the_oldest_record_is_read(
    engine: str, table: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stream = start_reader(engine, table, file)
    put_items(engine, table, "a")
    (shard,) = stream.reading
    CheckpointStore(file).store(Checkpoint(stream.arn, {shard: "0" * 21}, ()))
    later_stream = start_reader(engine, table, file)
    number = "0" * 21
    assert caplog.messages == [f"the stream no longer has record {number}: reading continues at its oldest record"]
    assert ids(read(later_stream)) == ["a"]
