"""A local server, to compare the schema that it serves."""

from collections.abc import Iterator

import pytest

from tests.local import server_fixture as desks
from tests.local.server_fixture import Desk
from tests.shared_processes import Shared


@pytest.fixture(scope="package")
def desk(shared: Shared) -> Iterator[Desk]:
    with desks.running(shared) as running:
        yield running
