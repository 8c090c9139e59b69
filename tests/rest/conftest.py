"""What the tests of the REST contract stand on: a desk, one that keeps no answers, and people who ask them."""

from collections.abc import Iterator

import httpx
import pytest

from tests.local import server_fixture as desks
from tests.local.server_fixture import Desk
from tests.rest.scene_player import Person, Player
from tests.shared_processes import Shared


@pytest.fixture(scope="package")
def desk(shared: Shared) -> Iterator[Desk]:
    """A desk that keeps the answers to GETs for a minute."""
    with desks.running(shared) as running:
        yield running


@pytest.fixture(scope="package")
def uncached(shared: Shared) -> Iterator[Desk]:
    """A desk that asks its functions each time."""
    with desks.running(shared, cached=False) as running:
        yield running


def player(desk: Desk) -> Player:
    """Plays scenes at a desk, with people of its own issuer; the owner and the other have profiles there."""
    people = {
        "owner": Person("ada", desk.token("ada")),
        "other": Person("bob", desk.token("bob")),
        "admin": Person("root", desk.token("root", ["admins"])),
    }
    http = httpx.Client(base_url=desk.url, timeout=60)
    return Player(http, desk.keys.issue("government"), people, desk.keys.issue("commercial-basic"))


@pytest.fixture
def plays(uncached: Desk) -> Iterator[Player]:
    made = player(uncached)
    yield made
    made.http.close()
