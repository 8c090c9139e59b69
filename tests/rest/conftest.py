"""Fixtures of the REST tests: a local server with and without the response cache, and users who call it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.local import server_fixture
from tests.local.server_fixture import LocalServer
from tests.rest.scene_player import Person, Player
from tests.shared_processes import SharedProcesses


@pytest.fixture(scope="package")
def server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A local server that caches the responses to GET requests for a minute."""
    with server_fixture.run_server(shared_processes) as running:
        yield running


@pytest.fixture(scope="package")
def uncached(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A local server without the response cache: each request invokes a function."""
    with server_fixture.run_server(shared_processes, cache_rest_responses=False) as running:
        yield running


def player(server: LocalServer) -> Player:
    """Returns a player of scenes whose users have tokens of the server's issuer; `owner` and `other` have profiles."""
    people = {
        "owner": Person("ada", server.token("ada")),
        "other": Person("bob", server.token("bob")),
        "admin": Person("root", server.token("root", ["admins"])),
    }
    http = httpx.Client(base_url=server.url, timeout=60)
    return Player(http, server.keys.issue("government"), people, server.keys.issue("commercial-basic"))


@pytest.fixture
def plays(uncached: LocalServer) -> Iterator[Player]:
    uncached_player = player(uncached)
    yield uncached_player
    uncached_player.http.close()
