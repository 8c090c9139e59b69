"""A server with properties for the tests of traces."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from data.records import ID
from tests.local import dataset, server_fixture
from tests.local.server_fixture import LocalServer
from tests.local.trace.sample_traces import CROWDED
from tests.shared_processes import SharedProcesses


@pytest.fixture(scope="package")
def own_server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A server for these tests alone: the cost of a page depends on the properties that other tests add to its ZIP."""
    with server_fixture.run_server(shared_processes) as running:
        yield running


@pytest.fixture(scope="package")
def filled_server(own_server: LocalServer) -> LocalServer:
    """The server with properties, 30 of them in one ZIP code."""
    properties = [
        replace(property, id=ID(f"{property.id}-crowded"), zip_code=CROWDED) for property in dataset.PROPERTIES
    ]
    own_server.put_items(
        [*dataset.table_items(), *(item for property in properties for item in dataset.items_of(property))]
    )
    return own_server


@pytest.fixture
def traced_server(filled_server: LocalServer) -> LocalServer:
    """The same server with an empty cache."""
    filled_server.clear_cache()
    return filled_server
