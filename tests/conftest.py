"""What the tests stand on: one DynamoDB Local for the whole run, and for each test a table of its own in it."""

import uuid
from collections.abc import Iterator

import pytest

from data import table as the_table
from local import dynamodb
from tests.proxy import Proxy

pytest_plugins = ["tests.answered_errors"]


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The address of the DynamoDB that the tests of this run share."""
    with dynamodb.engine() as endpoint:
        yield endpoint


@pytest.fixture
def table(engine: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a new, empty table, which is the one that `data.table` now speaks to."""
    name = f"homes-{uuid.uuid4()}"
    dynamodb.make_table(engine, name)
    for variable, value in dynamodb.environment(engine, name).items():
        monkeypatch.setenv(variable, value)
    return name


@pytest.fixture
def proxy(table: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What now stands between `data.table` and the engine, and can make trouble there."""
    with Proxy(engine) as between:
        forget_the_client()
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", between.url)
        yield between
        forget_the_client()


def forget_the_client() -> None:
    """The next use of `data.table` makes its client anew, from what the environment says then."""
    the_table.client().close()
    the_table.client.cache_clear()
