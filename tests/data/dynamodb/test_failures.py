"""When DynamoDB is busy, away, or refuses: botocore's own tries, and after them an error of ours."""

import socket
from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from data.dynamodb import table
from data.dynamodb.requests import Put, Query
from data.errors import Fault, TryAgain
from data.keys import Key
from tests.data import assertions, factories
from tests.proxy import Answer, Forward, Proxy, Request, error, reset
from tests.proxy import Fault as Injected

pytestmark = pytest.mark.usefixtures("table")

A_KEY = Key("rows", "000")
DOORS: dict[str, Callable[[], object]] = {
    "GetItem": lambda: table.get(A_KEY),
    "BatchGetItem": lambda: table.get_many([A_KEY]),
    "Query": lambda: table.query(Query("rows", " ", "~")),
    "Scan": lambda: list(table.scan()),
    "TransactWriteItems": lambda: table.write([Put({"pk": "a", "sk": "b"})]),
    "BatchWriteItem": lambda: table.put_many([{"pk": "a", "sk": "b"}]),
}


def damaged(asked: Request, forward: Forward) -> Answer:
    """The engine's answer with a byte changed on its way."""
    answer = forward(asked)
    return Answer(answer.status, answer.body.replace(b"rows", b"cows"), answer.headers)


PASSING = {
    "500": error(500, "InternalServerError"),
    "503": error(503, "ServiceUnavailable"),
    "throttled": error(400, "ThrottlingException"),
    "out of throughput": error(400, "ProvisionedThroughputExceededException"),
    "too many requests": error(400, "RequestLimitExceeded"),
    "reset": reset(),
    "damaged": damaged,
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_trouble_that_passes_is_not_noticed(proxy: Proxy, fault: Injected) -> None:
    factories.rows(1)
    proxy.fail("GetItem", fault)
    assert table.get(A_KEY) == {"pk": "rows", "sk": "000", "text": ""}
    assert proxy.seen == ["BatchWriteItem", "GetItem", "GetItem"]


@pytest.mark.parametrize("what", ["500", "throttled", "reset"])
def test_trouble_that_stays_is_try_again_after_three_tries(proxy: Proxy, what: str) -> None:
    proxy.fail("GetItem", PASSING[what], times=3)
    with pytest.raises(TryAgain, match="busy: try again"):
        table.get(A_KEY)
    assert proxy.seen == ["GetItem"] * 3


@pytest.mark.parametrize("operation", DOORS)
def test_a_table_that_stays_down_is_try_again_at_every_door(proxy: Proxy, operation: str) -> None:
    proxy.fail(operation, reset(), times=3)
    with pytest.raises(TryAgain):
        DOORS[operation]()
    assert proxy.seen == [operation] * 3
    assert assertions.everything() == []


@pytest.mark.parametrize("operation", DOORS)
def test_what_only_we_can_put_right_is_a_fault_at_every_door(
    proxy: Proxy, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TABLE_NAME", "nowhere")
    with pytest.raises(Fault, match="ResourceNotFoundException"):
        DOORS[operation]()
    assert proxy.seen == [operation]


@pytest.mark.parametrize("operation", DOORS)
def test_a_missing_permission_is_a_fault_at_every_door(proxy: Proxy, operation: str) -> None:
    proxy.fail(operation, error(400, "AccessDeniedException", "not authorized to perform"))
    with pytest.raises(Fault, match="not authorized to perform"):
        DOORS[operation]()
    assert proxy.seen == [operation]


@pytest.mark.usefixtures("a_new_client")
def test_an_address_where_nobody_listens_is_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:  # and does not listen: nobody else can come to
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(TryAgain) as raised:
            table.get(A_KEY)
    assert isinstance(raised.value.__cause__, EndpointConnectionError)


@pytest.mark.usefixtures("a_new_client")
def test_missing_credentials_are_a_fault(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(variable, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(Fault, match="Unable to locate credentials"):
        table.get(A_KEY)
    assert proxy.seen == []
