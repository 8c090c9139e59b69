"""What the tests of this room stand on beside a table of their own: one that is shared, and our log."""

import io
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.aws import REGION
from local.dynamodb import engine as dynamodb
from resolvers.runtime import handler, publishing
from tests.resolvers import factories
from tests.resolvers import fake_appsync as servers
from tests.resolvers.fake_appsync import AppSync

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged() -> Iterator[Lines]:
    """Reads the lines that functions have logged since the test began."""
    writer = handler.logger.registered_handler
    assert isinstance(writer, logging.StreamHandler)
    stream = io.StringIO()
    before = writer.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    writer.setStream(before)


@pytest.fixture(scope="module")
def standing(engine: str) -> Iterator[None]:
    """A table for all tests of a module, which change nothing in it: Ada's home is there, with two pictures."""
    name = f"homes-{uuid.uuid4()}"
    dynamodb.make_table(engine, name, streamed=False)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in dynamodb.environment(engine, name).items():
            patch.setenv(variable, value)
        factories.home_with_pictures(2)
        yield


@pytest.fixture
def appsync(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppSync]:
    """Where the stream's function now publishes, with credentials that are good there."""
    with servers.running() as server:
        led_to(server, monkeypatch)
        yield server
        forget_appsync()


def led_to(server: AppSync, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {"APPSYNC_URL": server.url, "AWS_REGION": REGION, **server.iam.environment()}.items():
        monkeypatch.setenv(variable, value)
    publishing.client.cache_clear()


def forget_appsync() -> None:
    """Ends the connections to it; the next change is published to where the environment says then."""
    publishing.client()[1].close()
    publishing.client.cache_clear()
