"""A local server, to compare the schema that it serves."""

from collections.abc import Iterator

import pytest

from tests.local import server_fixture
from tests.local.server_fixture import LocalServer
from tests.shared_processes import SharedProcesses


@pytest.fixture(scope="package")
def local_server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    with server_fixture.run_server(shared_processes) as running:
        yield running
