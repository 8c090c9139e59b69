"""Throttled, unavailable and failing requests: botocore retries them, then the data layer raises its own error."""

import socket
from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from data.dynamodb import table
from data.dynamodb.requests import Put, Query
from data.errors import StorageError, TryAgain
from data.keys import Key
from tests.data import assertions, factories
from tests.proxy import Fault as Injected
from tests.proxy import FaultProxy, Forward, RawRequest, RawResponse, error, reset_connection

pytestmark = pytest.mark.usefixtures("table")

A_KEY = Key("rows", "000")
OPERATIONS: dict[str, Callable[[], object]] = {
    "GetItem": lambda: table.get(A_KEY),
    "BatchGetItem": lambda: table.get_many([A_KEY]),
    "Query": lambda: table.query(Query("rows", " ", "~")),
    "Scan": lambda: list(table.scan()),
    "TransactWriteItems": lambda: table.write([Put({"pk": "a", "sk": "b"})]),
    "BatchWriteItem": lambda: table.put_many([{"pk": "a", "sk": "b"}]),
}


def corrupted_response(request: RawRequest, forward: Forward) -> RawResponse:
    """Returns the engine's response with one byte changed."""
    response = forward(request)
    return RawResponse(response.status, response.body.replace(b"rows", b"cows"), response.headers)


TRANSIENT_FAULTS = {
    "500": error(500, "InternalServerError"),
    "503": error(503, "ServiceUnavailable"),
    "throttled": error(400, "ThrottlingException"),
    "out of throughput": error(400, "ProvisionedThroughputExceededException"),
    "too many requests": error(400, "RequestLimitExceeded"),
    "reset": reset_connection(),
    "damaged": corrupted_response,
}


@pytest.mark.parametrize("fault", TRANSIENT_FAULTS.values(), ids=TRANSIENT_FAULTS)
def test_a_transient_fault_is_retried(proxy: FaultProxy, fault: Injected) -> None:
    factories.create_raw_items(1)
    proxy.fail("GetItem", fault)
    assert table.get(A_KEY) == {"pk": "rows", "sk": "000", "text": ""}
    assert proxy.operations == ["BatchWriteItem", "GetItem", "GetItem"]


@pytest.mark.parametrize("name", ["500", "throttled", "reset"])
def test_three_failed_attempts_raise_try_again(proxy: FaultProxy, name: str) -> None:
    proxy.fail("GetItem", TRANSIENT_FAULTS[name], times=3)
    with pytest.raises(TryAgain, match="busy: try again"):
        table.get(A_KEY)
    assert proxy.operations == ["GetItem"] * 3


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_raises_try_again_if_the_table_is_down(proxy: FaultProxy, operation: str) -> None:
    proxy.fail(operation, reset_connection(), times=3)
    with pytest.raises(TryAgain):
        OPERATIONS[operation]()
    assert proxy.operations == [operation] * 3
    assert assertions.all_items() == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_raises_storage_error_without_a_table(
    proxy: FaultProxy, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TABLE_NAME", "nowhere")
    with pytest.raises(StorageError, match="ResourceNotFoundException"):
        OPERATIONS[operation]()
    assert proxy.operations == [operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_raises_storage_error_without_permission(proxy: FaultProxy, operation: str) -> None:
    proxy.fail(operation, error(400, "AccessDeniedException", "not authorized to perform"))
    with pytest.raises(StorageError, match="not authorized to perform"):
        OPERATIONS[operation]()
    assert proxy.operations == [operation]


@pytest.mark.usefixtures("fresh_client")
def test_a_refused_connection_raises_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:  # without listening, so no other process can use the port
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(TryAgain) as exc_info:
            table.get(A_KEY)
    assert isinstance(exc_info.value.__cause__, EndpointConnectionError)


@pytest.mark.usefixtures("fresh_client")
def test_missing_credentials_raise_storage_error(proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(variable, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageError, match="Unable to locate credentials"):
        table.get(A_KEY)
    assert proxy.operations == []
