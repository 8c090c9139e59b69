"""What the tests of the table stand on: one proxy and one client for all, for a client takes longer to make than most
of them take."""

from collections.abc import Iterator

import pytest

from data.dynamodb import table as the_table
from data.dynamodb.instrumentation import Call
from tests.conftest import forget_the_client
from tests.proxy import Proxy


@pytest.fixture(scope="package")
def between(engine: str) -> Iterator[Proxy]:
    """What stands between the engine and the clients that are made in this room."""
    with Proxy(engine) as proxy:
        forget_the_client()
        yield proxy
        forget_the_client()


@pytest.fixture
def table(table: str, between: Proxy, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", between.url)
    return table


@pytest.fixture
def proxy(table: str, between: Proxy) -> Proxy:
    """The proxy as if it were new: nothing seen, no trouble to make."""
    between.seen.clear()
    between.faults.clear()
    return between


@pytest.fixture
def a_new_client(table: str) -> Iterator[None]:
    """For what is done to the client itself: the next test has another."""
    forget_the_client()
    yield
    forget_the_client()


@pytest.fixture
def calls(a_new_client: None, proxy: Proxy) -> list[Call]:
    """Every call from the test's first step on."""
    heard: list[Call] = []
    the_table.listen(heard.append)
    return heard
