"""Fixtures of the resolver tests: the log, a shared table and a fake AppSync."""

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

LogReader = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def read_log() -> Iterator[LogReader]:
    """Returns a function that reads the log lines of the test so far."""
    writer = handler.logger.registered_handler
    assert isinstance(writer, logging.StreamHandler)
    stream = io.StringIO()
    before = writer.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    writer.setStream(before)


@pytest.fixture(scope="module")
def shared_table(engine: str) -> Iterator[None]:
    """A table shared by a module's tests, which do not change it. It has a property of Ada's with two images."""
    name = f"homes-{uuid.uuid4()}"
    dynamodb.create_table(engine, name, streamed=False)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in dynamodb.environment(engine, name).items():
            patch.setenv(variable, value)
        factories.create_property_with_images(2)
        yield


@pytest.fixture
def appsync(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppSync]:
    """A fake AppSync that the stream's function publishes to, with valid credentials."""
    with servers.running() as server:
        publish_to(server, monkeypatch)
        yield server
        reset_client()


def publish_to(server: AppSync, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {"APPSYNC_URL": server.url, "AWS_REGION": REGION, **server.iam.environment()}.items():
        monkeypatch.setenv(variable, value)
    publishing.client.cache_clear()


def reset_client() -> None:
    """Closes the connections; the next change is published to the URL that is then in the environment."""
    publishing.client()[1].close()
    publishing.client.cache_clear()
