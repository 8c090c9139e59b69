"""Keep-alive messages and the maximum duration of a realtime connection."""

from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from local import assumptions
from local.appsync.realtime.websocket import ConnectionTiming
from tests.local import server_fixture
from tests.local.misbehaving_clients import subscription_count, wait_until
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_PROPERTY_CHANGE, connect_client
from tests.shared_processes import SharedProcesses


def test_keep_alives_are_sent_each_minute_and_connections_close_after_a_day() -> None:
    assert ConnectionTiming() == ConnectionTiming(keep_alive_seconds=60, max_hours=24)


@pytest.fixture(scope="module")
def short_lived_server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A local server whose connections last eight seconds, with a keep-alive message each half second."""
    with server_fixture.run_server(
        shared_processes, timing=ConnectionTiming(keep_alive_seconds=0.5, max_hours=8 / 3_600)
    ) as server:
        yield server


@pytest.mark.soak
def test_an_idle_client_receives_keep_alives(short_lived_server: LocalServer) -> None:
    with connect_client(short_lived_server) as client:
        assert [client.receive(include_keep_alives=True) for _ in range(3)] == [{"type": "ka"}] * 3


@pytest.mark.soak
def test_a_connection_is_closed_after_its_maximum_duration(short_lived_server: LocalServer) -> None:
    with connect_client(short_lived_server) as client:
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")
        assert subscription_count(short_lived_server) == 1
        with pytest.raises(ConnectionClosed, match="1000"):
            while client.receive(include_keep_alives=True) == {"type": "ka"}:
                pass
        assert wait_until(lambda: subscription_count(short_lived_server) == 0)


def test_an_error_payload_is_a_list_or_a_single_object(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
    with connect_client(server) as client:
        client.send(type="nonsense")
        assert client.receive() == {"type": "error", "payload": {"errors": [error]}}
        monkeypatch.setattr(assumptions, "ERRORS_ARE_A_LIST", False)
        client.send(type="nonsense")
        assert client.receive() == {"type": "error", "payload": {"errors": error}}
