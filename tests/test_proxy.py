"""The proxy's faults are what a client of the real DynamoDB meets: asked with botocore, its own retries off."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.session import get_session

from data.dynamodb import table as the_table
from data.keys import Key
from local.aws import REGION
from tests.proxy import Proxy, after, cancelled, error, reset, reset_after, unprocessed

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEYS: list[Any] = [{"pk": {"S": "a"}, "sk": {"S": str(number)}} for number in range(3)]


@pytest.fixture
def between(engine: str) -> Iterator[Proxy]:
    with Proxy(engine) as proxy:
        yield proxy


@pytest.fixture
def dynamodb(table: str, between: Proxy) -> "Iterator[DynamoDBClient]":
    """A client that asks each thing once, through the proxy."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=1, max_pool_connections=8)
    client: Any = get_session().create_client("dynamodb", REGION, endpoint_url=between.url, config=config)
    yield client
    client.close()


def test_without_a_fault_the_answer_is_the_engines(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert dynamodb.get_item(TableName=table, Key=KEYS[0])["Item"] == KEYS[0]
    assert between.seen == ["PutItem", "GetItem"]


def test_an_answer_of_a_megabyte_comes_through_whole(dynamodb: "DynamoDBClient", table: str) -> None:
    wide = {"text": {"S": "é" * 150_000}}
    for key in KEYS:
        dynamodb.put_item(TableName=table, Item=key | wide)
    assert dynamodb.scan(TableName=table)["Items"] == [key | wide for key in KEYS]


def test_requests_at_the_same_time_are_all_counted(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: dynamodb.get_item(TableName=table, Key=KEYS[0]), range(40)))
    assert between.seen.count("GetItem") == 40


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalServerError"),
        (400, "ThrottlingException"),
        (400, "ProvisionedThroughputExceededException"),
    ],
)
def test_an_error_has_its_status_and_code_and_nothing_is_done(
    dynamodb: "DynamoDBClient", table: str, between: Proxy, status: int, code: str
) -> None:
    between.fail("PutItem", error(status, code, "not now"))
    with pytest.raises(ClientError) as raised:
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert raised.value.response["Error"] == {"Code": code, "Message": "not now"}
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert items(dynamodb, table) == []


def test_a_fault_happens_as_often_as_it_was_told(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    between.fail("PutItem", error(400, "ThrottlingException"), times=2)
    for _ in range(2):
        with pytest.raises(ClientError):
            dynamodb.put_item(TableName=table, Item=KEYS[0])
    dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert items(dynamodb, table) == [KEYS[0]]


def test_faults_told_one_after_the_other_happen_in_that_order(
    dynamodb: "DynamoDBClient", table: str, between: Proxy
) -> None:
    between.fail("PutItem", error(400, "ThrottlingException"))
    between.fail("PutItem", error(500, "InternalServerError"))
    assert [refusal(dynamodb, table), refusal(dynamodb, table)] == ["ThrottlingException", "InternalServerError"]


def test_a_fault_waits_for_its_own_operation(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    between.fail("PutItem", error(400, "ThrottlingException"))
    assert items(dynamodb, table) == []
    assert refusal(dynamodb, table) == "ThrottlingException"


def test_a_cancelled_transaction_gives_one_reason_for_each_action(
    dynamodb: "DynamoDBClient", table: str, between: Proxy
) -> None:
    between.fail("TransactWriteItems", cancelled("None", "TransactionConflict"))
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as raised:
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": key}} for key in KEYS])
    conflict = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    assert raised.value.response["CancellationReasons"] == [{"Code": "None"}, conflict, {"Code": "None"}]
    assert "[None, TransactionConflict, None]" in raised.value.response["Error"]["Message"]
    assert items(dynamodb, table) == []


def test_unprocessed_keys_are_left_unread_and_come_back(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    put_all(dynamodb, table)
    between.fail("BatchGetItem", unprocessed(1))
    answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": KEYS, "ConsistentRead": True}})
    assert sorted(item["sk"]["S"] for item in answer["Responses"][table]) == ["0", "1"]
    assert answer["UnprocessedKeys"] == {table: {"Keys": KEYS[2:], "ConsistentRead": True}}


def test_unprocessed_puts_are_left_undone_and_come_back(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    between.fail("BatchWriteItem", unprocessed(2))
    answer = put_all(dynamodb, table)
    assert answer["UnprocessedItems"] == {table: [{"PutRequest": {"Item": key}} for key in KEYS[1:]]}
    assert items(dynamodb, table) == KEYS[:1]


def test_a_batch_with_nothing_processed_is_refused_as_dynamodb_refuses_it(
    dynamodb: "DynamoDBClient", table: str, between: Proxy
) -> None:
    between.fail("BatchWriteItem", unprocessed(3))
    with pytest.raises(dynamodb.exceptions.ProvisionedThroughputExceededException):
        put_all(dynamodb, table)
    assert items(dynamodb, table) == []


def test_a_reset_loses_the_request(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    between.fail("PutItem", reset())
    with pytest.raises(ConnectionClosedError, match="Connection was closed"):
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert items(dynamodb, table) == []


def test_a_reset_afterwards_loses_the_answer_alone(dynamodb: "DynamoDBClient", table: str, between: Proxy) -> None:
    between.fail("PutItem", reset_after())
    with pytest.raises(ConnectionClosedError, match="Connection was closed"):
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert items(dynamodb, table) == [KEYS[0]]


def test_a_delayed_request_is_done_when_the_wait_is_over(
    dynamodb: "DynamoDBClient", table: str, between: Proxy
) -> None:
    meanwhile: list[Any] = []
    between.fail("PutItem", after(lambda: meanwhile.append(items(dynamodb, table))))
    dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert (meanwhile, items(dynamodb, table)) == ([[]], [KEYS[0]])


def test_a_client_that_does_not_wait_for_a_delayed_answer_is_served_again(
    dynamodb: "DynamoDBClient", table: str, between: Proxy
) -> None:
    gate = threading.Event()
    between.fail("PutItem", after(lambda: gate.wait(20)))
    with pytest.raises(ReadTimeoutError):
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    gate.set()
    assert refusal(dynamodb, table) is None


def test_the_fixture_stands_between_our_own_table_and_the_engine(proxy: Proxy) -> None:
    assert the_table.get(Key("a", "0")) is None
    assert proxy.seen == ["GetItem"]


def items(dynamodb: "DynamoDBClient", table: str) -> list[Any]:
    return dynamodb.scan(TableName=table)["Items"]


def put_all(dynamodb: "DynamoDBClient", table: str) -> Any:
    return dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": key}} for key in KEYS]})


def refusal(dynamodb: "DynamoDBClient", table: str) -> str | None:
    """The code of the error with which a put is refused, if it is."""
    try:
        dynamodb.put_item(TableName=table, Item=KEYS[0])
        return None
    except ClientError as refused:
        return refused.response["Error"]["Code"]
