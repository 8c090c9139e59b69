"""What the tests of this room stand on beside a table: our log."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from resolvers import handler

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
