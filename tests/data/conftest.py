"""Fixtures of the data layer: one fault proxy and one client for all tests, because creating a client is slow."""

from collections.abc import Iterator

import pytest

from data.dynamodb import table as the_table
from data.dynamodb.instrumentation import DynamoDBCall
from tests.conftest import reset_client
from tests.proxy import FaultProxy


@pytest.fixture(scope="package")
def package_proxy(engine: str) -> Iterator[FaultProxy]:
    """The fault proxy between DynamoDB Local and the clients of this package."""
    with FaultProxy(engine) as proxy:
        reset_client()
        yield proxy
        reset_client()


@pytest.fixture
def table(table: str, package_proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", package_proxy.url)
    return table


@pytest.fixture
def proxy(table: str, package_proxy: FaultProxy) -> FaultProxy:
    """The fault proxy without recorded operations and faults."""
    package_proxy.operations.clear()
    package_proxy.faults.clear()
    return package_proxy


@pytest.fixture
def fresh_client(table: str) -> Iterator[None]:
    """A new client for this test only."""
    reset_client()
    yield
    reset_client()


@pytest.fixture
def calls(fresh_client: None, proxy: FaultProxy) -> list[DynamoDBCall]:
    """The calls since the start of the test."""
    recorded_calls: list[DynamoDBCall] = []
    the_table.add_listener(recorded_calls.append)
    return recorded_calls
