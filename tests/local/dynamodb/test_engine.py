"""DynamoDB Local on the desk: it comes up, is the table that data/keys.py states, and goes with whoever started it."""

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
from local.dynamodb.engine import DataInUse, NotStarted
from local.paths import ROOT
from tests.local.misbehaving_clients import until

ROW = {"pk": {"S": "a"}, "sk": {"S": "b"}}
STARTER = """
import pathlib, sys
from local import dynamodb

with dynamodb.engine(pathlib.Path(sys.argv[1])) as endpoint:
    dynamodb.make_table(endpoint, "homes")
    dynamodb.client(endpoint).put_item(TableName="homes", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    print(endpoint, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def streamed() -> bool:
    return True


@pytest.fixture
def starter(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process with an engine on `tmp_path`: when it has written a row there, it says the engine's address."""
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_the_engine_answers(engine: str) -> None:
    assert dynamodb.client(engine).list_tables(Limit=1)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_new_table_has_the_keys_that_we_state(engine: str, table: str) -> None:
    made = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    assert made["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_keys_attributes_have_the_types_that_we_state(engine: str, table: str) -> None:
    made = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    types = {one["AttributeName"]: one["AttributeType"] for one in made["AttributeDefinitions"]}
    assert types == {"pk": "S", "sk": "S", "inverse_pk": "S", "inverse_sk": "S", "list_price": "N"}


def test_a_new_table_has_the_indexes_that_we_state(engine: str, table: str) -> None:
    made = dynamodb.client(engine).describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    described = {
        (one["IndexName"], *(part["AttributeName"] for part in one["KeySchema"]), one["Projection"]["ProjectionType"])
        for one in made
    }
    assert described == {
        (index.name, index.partition.name, index.sort.name, index.projection) for index in keys.INDEXES
    }


def test_a_new_tables_stream_carries_new_and_old_images(engine: str, table: str) -> None:
    made = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    assert made["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_a_new_tables_rows_expire_by_the_attribute_that_we_state(engine: str, table: str) -> None:
    expiry = dynamodb.client(engine).describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": keys.EXPIRES}


def test_a_table_is_made_once_and_then_left_as_it_is(engine: str, table: str) -> None:
    dynamodb.client(engine).put_item(TableName=table, Item=ROW)
    assert dynamodb.make_table(engine, table) is False
    assert dynamodb.client(engine).scan(TableName=table)["Items"] == [ROW]


@pytest.mark.process
def test_a_data_folder_keeps_its_rows_from_one_run_to_the_next(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there yet"
    with dynamodb.engine(data) as endpoint:
        assert dynamodb.make_table(endpoint, "homes") is True
        dynamodb.client(endpoint).put_item(TableName="homes", Item=ROW)
    with dynamodb.engine(data) as endpoint:
        assert dynamodb.make_table(endpoint, "homes") is False
        assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


@pytest.mark.process
def test_after_the_context_java_is_gone() -> None:
    with dynamodb.engine() as endpoint:
        assert dynamodb.answers(port(endpoint))
    assert not dynamodb.answers(port(endpoint))


@pytest.mark.process
def test_a_second_engine_on_a_folder_is_refused_by_the_folders_name(
    starter: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    endpoint = said(starter)
    with pytest.raises(DataInUse, match=str(tmp_path)), dynamodb.engine(tmp_path):
        pass
    assert dynamodb.client(endpoint).scan(TableName="homes")["Items"] == [ROW]


@pytest.mark.process
def test_a_killed_starter_takes_java_with_it_and_no_row(starter: "subprocess.Popen[str]", tmp_path: Path) -> None:
    endpoint = said(starter)
    starter.kill()
    assert until(lambda: not dynamodb.answers(port(endpoint)))
    with dynamodb.engine(tmp_path) as again:
        assert dynamodb.client(again).scan(TableName="homes")["Items"] == [ROW]


@pytest.mark.process
def test_a_folder_stays_locked_as_long_as_its_java_lives(starter: "subprocess.Popen[str]", tmp_path: Path) -> None:
    said(starter)
    keeper = child(starter.pid)
    java = child(keeper)
    os.kill(keeper, signal.SIGKILL)
    with pytest.raises(DataInUse), dynamodb.engine(tmp_path):
        pass
    os.kill(java, signal.SIGKILL)
    with dynamodb.engine(tmp_path) as endpoint:
        assert dynamodb.answers(port(endpoint))


@pytest.mark.process
def test_a_java_that_dies_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:NoSuchOption")
    with pytest.raises(NotStarted, match="Unrecognized VM option 'NoSuchOption'"), dynamodb.engine():
        pass


def test_a_tarball_with_another_hash_is_refused_and_nothing_of_it_kept(tmp_path: Path) -> None:
    def pack(folder: Path) -> Path:
        (folder / "another.tgz").write_bytes(b"another")
        return folder / "another.tgz"

    with pytest.raises(NotStarted, match=r"another\.tgz has not the sha512 hash"):
        dynamodb.installed(tmp_path, pack)
    assert [path.name for path in tmp_path.iterdir()] == ["dynamodb-local.lock"]


def test_an_engine_that_was_changed_in_the_cache_is_refused(tmp_path: Path) -> None:
    emulator = tmp_path / "dynamodb-local-1.25.1"
    emulator.mkdir()
    (emulator / "DynamoDBLocal.jar").write_bytes(b"another")
    with pytest.raises(NotStarted, match=r"DynamoDBLocal\.jar has not the sha256 hash"):
        dynamodb.installed(tmp_path)


def test_without_npm_it_says_where_npm_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotStarted, match=r"npm, which comes with Node\.js"):
        dynamodb.npm_pack(tmp_path)


def said(starter: "subprocess.Popen[str]") -> str:
    assert starter.stdout
    return starter.stdout.readline().strip()


def port(endpoint: str) -> int:
    return urlsplit(endpoint).port or 0


def child(process: int) -> int:
    """The one child of a process."""
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=True).stdout
    [found] = [int(pid) for parent, pid in map(str.split, listed.splitlines()) if int(parent) == process]
    return found
