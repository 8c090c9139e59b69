"""The proxy's faults look to a client like those of DynamoDB: tested with botocore, without its retries."""

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
from tests.proxy import (
    FaultProxy,
    cancelled_transaction,
    delay_until,
    error,
    partly_unprocessed,
    reset_after_success,
    reset_connection,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEYS: list[Any] = [{"pk": {"S": "a"}, "sk": {"S": str(number)}} for number in range(3)]


@pytest.fixture
def fault_proxy(engine: str) -> Iterator[FaultProxy]:
    with FaultProxy(engine) as proxy:
        yield proxy


@pytest.fixture
def dynamodb(table: str, fault_proxy: FaultProxy) -> "Iterator[DynamoDBClient]":
    """A client without retries, through the proxy."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=1, max_pool_connections=8)
    client: Any = get_session().create_client("dynamodb", REGION, endpoint_url=fault_proxy.url, config=config)
    yield client
    client.close()


def test_without_a_fault_the_response_is_the_engines(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert dynamodb.get_item(TableName=table, Key=KEYS[0])["Item"] == KEYS[0]
    assert fault_proxy.operations == ["PutItem", "GetItem"]


def test_a_response_of_a_megabyte_is_complete(dynamodb: "DynamoDBClient", table: str) -> None:
    large_attribute = {"text": {"S": "é" * 150_000}}
    for key in KEYS:
        dynamodb.put_item(TableName=table, Item=key | large_attribute)
    assert dynamodb.scan(TableName=table)["Items"] == [key | large_attribute for key in KEYS]


def test_concurrent_requests_are_all_counted(dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: dynamodb.get_item(TableName=table, Key=KEYS[0]), range(40)))
    assert fault_proxy.operations.count("GetItem") == 40


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalServerError"),
        (400, "ThrottlingException"),
        (400, "ProvisionedThroughputExceededException"),
    ],
)
def test_an_error_has_its_status_and_code_and_writes_nothing(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy, status: int, code: str
) -> None:
    fault_proxy.fail("PutItem", error(status, code, "not now"))
    with pytest.raises(ClientError) as exc_info:
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert exc_info.value.response["Error"] == {"Code": code, "Message": "not now"}
    assert exc_info.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert items(dynamodb, table) == []


def test_a_fault_happens_the_requested_number_of_times(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    fault_proxy.fail("PutItem", error(400, "ThrottlingException"), times=2)
    for _ in range(2):
        with pytest.raises(ClientError):
            dynamodb.put_item(TableName=table, Item=KEYS[0])
    dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert items(dynamodb, table) == [KEYS[0]]


def test_faults_happen_in_the_order_they_were_added(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    fault_proxy.fail("PutItem", error(400, "ThrottlingException"))
    fault_proxy.fail("PutItem", error(500, "InternalServerError"))
    assert [put_error_code(dynamodb, table), put_error_code(dynamodb, table)] == [
        "ThrottlingException",
        "InternalServerError",
    ]


def test_a_fault_affects_only_its_operation(dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy) -> None:
    fault_proxy.fail("PutItem", error(400, "ThrottlingException"))
    assert items(dynamodb, table) == []
    assert put_error_code(dynamodb, table) == "ThrottlingException"


def test_a_cancelled_transaction_has_one_reason_for_each_action(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    fault_proxy.fail("TransactWriteItems", cancelled_transaction("None", "TransactionConflict"))
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as exc_info:
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": key}} for key in KEYS])
    conflict = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    assert exc_info.value.response["CancellationReasons"] == [{"Code": "None"}, conflict, {"Code": "None"}]
    assert "[None, TransactionConflict, None]" in exc_info.value.response["Error"]["Message"]
    assert items(dynamodb, table) == []


def test_unprocessed_keys_are_not_read_and_are_returned(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    put_all(dynamodb, table)
    fault_proxy.fail("BatchGetItem", partly_unprocessed(1))
    response = dynamodb.batch_get_item(RequestItems={table: {"Keys": KEYS, "ConsistentRead": True}})
    assert sorted(item["sk"]["S"] for item in response["Responses"][table]) == ["0", "1"]
    assert response["UnprocessedKeys"] == {table: {"Keys": KEYS[2:], "ConsistentRead": True}}


def test_unprocessed_puts_are_not_written_and_are_returned(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    fault_proxy.fail("BatchWriteItem", partly_unprocessed(2))
    response = put_all(dynamodb, table)
    assert response["UnprocessedItems"] == {table: [{"PutRequest": {"Item": key}} for key in KEYS[1:]]}
    assert items(dynamodb, table) == KEYS[:1]


def test_a_batch_with_nothing_processed_exceeds_the_throughput(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    fault_proxy.fail("BatchWriteItem", partly_unprocessed(3))
    with pytest.raises(dynamodb.exceptions.ProvisionedThroughputExceededException):
        put_all(dynamodb, table)
    assert items(dynamodb, table) == []


def test_a_reset_loses_the_request(dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy) -> None:
    fault_proxy.fail("PutItem", reset_connection())
    with pytest.raises(ConnectionClosedError, match="Connection was closed"):
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert items(dynamodb, table) == []


def test_a_reset_after_success_loses_only_the_response(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    fault_proxy.fail("PutItem", reset_after_success())
    with pytest.raises(ConnectionClosedError, match="Connection was closed"):
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert items(dynamodb, table) == [KEYS[0]]


def test_a_delayed_request_is_done_after_the_delay(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    items_during_wait: list[Any] = []
    fault_proxy.fail("PutItem", delay_until(lambda: items_during_wait.append(items(dynamodb, table))))
    dynamodb.put_item(TableName=table, Item=KEYS[0])
    assert (items_during_wait, items(dynamodb, table)) == ([[]], [KEYS[0]])


def test_a_client_that_timed_out_is_served_again(
    dynamodb: "DynamoDBClient", table: str, fault_proxy: FaultProxy
) -> None:
    gate = threading.Event()
    fault_proxy.fail("PutItem", delay_until(lambda: gate.wait(20)))
    with pytest.raises(ReadTimeoutError):
        dynamodb.put_item(TableName=table, Item=KEYS[0])
    gate.set()
    assert put_error_code(dynamodb, table) is None


def test_the_fixture_proxies_the_requests_of_the_data_layer(proxy: FaultProxy) -> None:
    assert the_table.get(Key("a", "0")) is None
    assert proxy.operations == ["GetItem"]


def items(dynamodb: "DynamoDBClient", table: str) -> list[Any]:
    return dynamodb.scan(TableName=table)["Items"]


def put_all(dynamodb: "DynamoDBClient", table: str) -> Any:
    return dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": key}} for key in KEYS]})


def put_error_code(dynamodb: "DynamoDBClient", table: str) -> str | None:
    """Returns the error code of a put, or None if it succeeds."""
    try:
        dynamodb.put_item(TableName=table, Item=KEYS[0])
        return None
    except ClientError as client_error:
        return client_error.response["Error"]["Code"]
