"""DynamoDB Local: its start and stop, the table that data/keys.py defines, its data folder and its download."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from data import keys
from local.dynamodb import engine as dynamodb
from local.dynamodb.engine import DataFolderLocked, EngineError
from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until

ROW = {"pk": {"S": "a"}, "sk": {"S": "b"}}
STARTER = """
import pathlib, sys
from local.dynamodb import engine as dynamodb

with dynamodb.engine(pathlib.Path(sys.argv[1])) as endpoint:
    dynamodb.create_table(endpoint, "homes")
    dynamodb.client(endpoint).put_item(TableName="homes", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    print(endpoint, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def has_stream() -> bool:
    return True


@pytest.fixture
def starter(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process with an engine on `tmp_path`: it writes an item, then prints the engine's endpoint."""
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_the_engine_responds(engine: str) -> None:
    assert dynamodb.client(engine).list_tables(Limit=1)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_new_table_has_the_defined_keys(engine: str, table: str) -> None:
    description = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    assert description["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_key_attributes_have_the_defined_types(engine: str, table: str) -> None:
    description = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    types = {
        attribute["AttributeName"]: attribute["AttributeType"] for attribute in description["AttributeDefinitions"]
    }
    assert types == {"pk": "S", "sk": "S", "inverse_pk": "S", "inverse_sk": "S", "list_price": "N"}


def test_a_new_table_has_the_defined_indexes(engine: str, table: str) -> None:
    indexes = dynamodb.client(engine).describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    described = {
        (
            index["IndexName"],
            *(part["AttributeName"] for part in index["KeySchema"]),
            index["Projection"]["ProjectionType"],
        )
        for index in indexes
    }
    assert described == {
        (index.name, index.partition.name, index.sort.name, index.projection) for index in keys.INDEXES
    }


def test_a_new_tables_stream_carries_new_and_old_images(engine: str, table: str) -> None:
    description = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    assert description["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_items_of_a_new_table_expire_by_the_defined_attribute(engine: str, table: str) -> None:
    expiry = dynamodb.client(engine).describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": keys.TTL_ATTRIBUTE}


def test_an_existing_table_is_not_created_again(engine: str, table: str) -> None:
    dynamodb.client(engine).put_item(TableName=table, Item=ROW)
    assert dynamodb.create_table(engine, table) is False
    assert dynamodb.client(engine).scan(TableName=table)["Items"] == [ROW]


@pytest.mark.process
def test_a_data_folder_stores_its_items_between_runs(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there yet"
    with dynamodb.engine(data) as endpoint:
        assert dynamodb.create_table(endpoint, "homes") is True
        dynamodb.client(endpoint).put_item(TableName="homes", Item=ROW)
    with dynamodb.engine(data) as endpoint:
        assert dynamodb.create_table(endpoint, "homes") is False
        assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


@pytest.mark.process
def test_java_exits_at_the_end_of_the_context() -> None:
    with dynamodb.engine() as endpoint:
        assert dynamodb.is_listening(port(endpoint))
    assert not dynamodb.is_listening(port(endpoint))


@pytest.mark.process
def test_the_error_of_a_second_engine_on_a_folder_names_the_folder(
    starter: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    endpoint = read_line(starter)
    with pytest.raises(DataFolderLocked, match=str(tmp_path)), dynamodb.engine(tmp_path):
        pass
    assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


@pytest.mark.process
def test_java_exits_after_its_starter_is_killed_and_no_item_is_lost(
    starter: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    endpoint = read_line(starter)
    starter.kill()
    assert wait_until(lambda: not dynamodb.is_listening(port(endpoint)))
    with dynamodb.engine(tmp_path) as second_endpoint:
        assert dynamodb.client(second_endpoint).scan(TableName="homes")["Items"] == [ROW]


@pytest.mark.process
def test_a_folder_is_locked_until_its_java_process_exits(starter: "subprocess.Popen[str]", tmp_path: Path) -> None:
    read_line(starter)
    keeper = child(starter.pid)
    java = child(keeper)
    os.kill(keeper, signal.SIGKILL)
    with pytest.raises(DataFolderLocked), dynamodb.engine(tmp_path):
        pass
    os.kill(java, signal.SIGKILL)
    with dynamodb.engine(tmp_path) as endpoint:
        assert dynamodb.is_listening(port(endpoint))


@pytest.mark.process
def test_the_error_of_a_failed_start_has_the_output_of_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:NoSuchOption")
    with pytest.raises(EngineError, match="Unrecognized VM option 'NoSuchOption'"), dynamodb.engine():
        pass


def test_a_tarball_with_another_hash_is_rejected_and_deleted(tmp_path: Path) -> None:
    def pack(folder: Path) -> Path:
        (folder / "another.tgz").write_bytes(b"another")
        return folder / "another.tgz"

    with pytest.raises(EngineError, match=r"another\.tgz has not the sha512 hash"):
        dynamodb.ensure_installed(tmp_path, pack)
    assert [path.name for path in tmp_path.iterdir()] == ["dynamodb-local.lock"]


def test_a_modified_engine_in_the_cache_is_rejected(tmp_path: Path) -> None:
    emulator = tmp_path / "dynamodb-local-1.25.1"
    emulator.mkdir()
    (emulator / "DynamoDBLocal.jar").write_bytes(b"another")
    with pytest.raises(EngineError, match=r"DynamoDBLocal\.jar has not the sha256 hash"):
        dynamodb.ensure_installed(tmp_path)


def test_the_error_without_npm_names_nodejs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"npm is not installed: install Node\.js"):
        dynamodb.npm_pack(tmp_path)


def read_line(starter: "subprocess.Popen[str]") -> str:
    assert starter.stdout
    return starter.stdout.readline().strip()


def port(endpoint: str) -> int:
    return urlsplit(endpoint).port or 0


def child(process: int) -> int:
    """Returns the id of the only child of a process."""
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=True).stdout
    [child] = [int(pid) for parent, pid in map(str.split, listed.splitlines()) if int(parent) == process]
    return child
