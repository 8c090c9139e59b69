"""How long a connection of the real time lives, and how often it is told so."""

from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from local import assumptions
from local.appsync.realtime.websocket import Pace
from tests.local import server_fixture as desks
from tests.local.misbehaving_clients import following, until
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, connected
from tests.shared_processes import Shared


def test_a_connection_is_told_each_minute_that_it_lives_and_closed_after_a_day() -> None:
    assert Pace() == Pace(keep_alive_seconds=60, hours=24)


@pytest.fixture(scope="module")
def brief(shared: Shared) -> Iterator[Desk]:
    """A desk whose connections live for eight seconds, and are told each half second that they do."""
    with desks.running(shared, pace=Pace(keep_alive_seconds=0.5, hours=8 / 3_600)) as running:
        yield running


@pytest.mark.soak
def test_a_client_that_says_nothing_is_told_again_and_again_that_it_is_connected(brief: Desk) -> None:
    with connected(brief) as socket:
        assert [socket.hear(alive=True) for _ in range(3)] == [{"type": "ka"}] * 3


@pytest.mark.soak
def test_a_connection_that_has_lived_as_long_as_it_may_is_closed_and_its_subscriptions_end(brief: Desk) -> None:
    with connected(brief) as socket:
        socket.follow(ON_HOME, id="h1")
        assert following(brief) == 1
        with pytest.raises(ConnectionClosed, match="1000"):
            while socket.hear(alive=True) == {"type": "ka"}:
                pass
        assert until(lambda: following(brief) == 0)


def test_an_error_is_told_in_a_list_or_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
    with connected(desk) as socket:
        socket.say(type="nonsense")
        assert socket.hear() == {"type": "error", "payload": {"errors": [error]}}
        monkeypatch.setattr(assumptions, "ERRORS_ARE_A_LIST", False)
        socket.say(type="nonsense")
        assert socket.hear() == {"type": "error", "payload": {"errors": error}}
