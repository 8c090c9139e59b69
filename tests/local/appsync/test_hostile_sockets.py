"""Connections that break off, are silent, flood or never read do not affect others and leave no subscriptions."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

import pytest
from websockets.exceptions import ConnectionClosed

from local.appsync.realtime import websocket
from tests.local import server_fixture
from tests.local.misbehaving_clients import (
    ON_PROPERTY_CHANGE_WITH_TEXT,
    NonReadingClient,
    publish_change,
    subscription_count,
    wait_until,
)
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_PROPERTY_CHANGE, connect_client
from tests.shared_processes import SharedProcesses

pytestmark = pytest.mark.usefixtures("server_still_healthy")

INVALID_FRAMES = {  # the bit 0x80 of a length byte means masked, here by zeros
    "invalid UTF-8": b"\x81\x82\0\0\0\0\xff\xfe",
    "half a character": b"\x01\x82\0\0\0\0\xe2\x82\x80\x81\0\0\0\0\xff",
    "a frame without a mask": b"\x81\x02{}",
    "a reserved bit": b"\xc1\x82\0\0\0\0{}",
    "an unknown opcode": b"\x83\x80\0\0\0\0",
    "a continuation without a start": b"\x80\x81\0\0\0\0x",
    "a long ping": b"\x89\xfe\x0f\xff" + bytes(5_000),
    "half a close": b"\x88\x81\0\0\0\0x",
    "TLS": b"\x16\x03\x01\x02\x00\x01" + bytes(500),
}


@pytest.mark.parametrize("parts", [["x" * 2_000_000], ["x" * 700_000] * 3])
def test_a_message_of_two_megabytes_closes_only_its_own_connection(server: LocalServer, parts: list[str]) -> None:
    with connect_client(server) as client, connect_client(server) as other:
        client.subscribe(ON_PROPERTY_CHANGE, id="big")
        with pytest.raises(ConnectionClosed, match=r"1009|no close frame"):  # a reset may overtake the close frame
            client.connection.send(parts)
            while True:
                client.connection.recv(60)
        assert wait_until(lambda: subscription_count(server) == 0)
        other.subscribe(ON_PROPERTY_CHANGE, id="big")


@pytest.mark.parametrize("frames", INVALID_FRAMES)
def test_an_invalid_frame_closes_only_its_own_connection(server: LocalServer, frames: str) -> None:
    with closing(NonReadingClient(server)) as client, connect_client(server) as other:
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")
        other.subscribe(ON_PROPERTY_CHANGE, id="h1")
        assert wait_until(lambda: subscription_count(server) == 2)
        client.socket.sendall(INVALID_FRAMES[frames])
        assert wait_until(lambda: subscription_count(server) == 1)
        publish_change(server, "h1", 1, "x")
        assert other.receive_change()["version"] == 1


def test_a_connection_reset_ends_its_subscriptions(server: LocalServer) -> None:
    with closing(NonReadingClient(server)) as client:
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")
        assert wait_until(lambda: subscription_count(server) == 1)
    assert wait_until(lambda: subscription_count(server) == 0)
    publish_change(server, "h1", 1, "x")


def test_a_client_that_does_not_answer_pings_is_disconnected(shared_processes: SharedProcesses) -> None:
    """The client's network fails: the server receives neither a close frame nor a TCP reset."""
    with (
        server_fixture.run_server(shared_processes, ping_seconds=0.3) as server,
        closing(NonReadingClient(server)) as client,
        connect_client(server) as other,
    ):
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")
        other.subscribe(ON_PROPERTY_CHANGE, id="h1")
        assert wait_until(lambda: subscription_count(server) == 2)
        assert wait_until(lambda: subscription_count(server) == 1)
        publish_change(server, "h1", 1, "x")
        assert other.receive_change()["version"] == 1


def test_a_client_that_never_reads_is_disconnected_without_affecting_others(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MAX_QUEUED_BYTES", 1_000_000)
    with closing(NonReadingClient(server)) as client, connect_client(server) as other:
        client.subscribe(ON_PROPERTY_CHANGE_WITH_TEXT, id="deaf")
        other.subscribe(ON_PROPERTY_CHANGE_WITH_TEXT, id="deaf")
        assert wait_until(lambda: subscription_count(server) == 2)
        for version in range(1, 61):
            publish_change(server, "deaf", version, "x" * 200_000)
        assert wait_until(lambda: subscription_count(server) == 1)
        assert [other.receive_change()["version"] for _ in range(60)] == [*range(1, 61)]


def test_an_invalid_frame_during_deliveries_logs_no_error(server: LocalServer) -> None:
    """A hundred times, because a delivery may be in progress when the server closes the connection."""
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        clients = [stack.enter_context(closing(NonReadingClient(server))) for _ in range(100)]
        for client in clients:
            client.subscribe(ON_PROPERTY_CHANGE_WITH_TEXT, id="much")
        assert wait_until(lambda: subscription_count(server) == 100)
        for version, client in enumerate(clients):
            publication = pool.submit(publish_change, server, "much", version)
            client.socket.sendall(INVALID_FRAMES["a frame without a mask"])
            publication.result()
        assert wait_until(lambda: subscription_count(server) == 0)


def test_a_client_that_never_reads_and_sends_an_invalid_frame_is_disconnected(server: LocalServer) -> None:
    """The server has closed the connection while messages are still queued for it."""
    with closing(NonReadingClient(server)) as client:
        client.subscribe(ON_PROPERTY_CHANGE_WITH_TEXT, id="stuck")
        assert wait_until(lambda: subscription_count(server) == 1)
        for version in range(30):
            publish_change(server, "stuck", version, "x" * 200_000)
        client.socket.sendall(INVALID_FRAMES["a frame without a mask"])
        assert wait_until(lambda: subscription_count(server) == 0)
        with suppress(ConnectionError):
            while client.read():
                pass


def test_five_hundred_silent_clients_are_disconnected(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_TIMEOUT_SECONDS", 1)
    with ExitStack() as stack, connect_client(server) as other:
        clients = [stack.enter_context(closing(NonReadingClient(server))) for _ in range(500)]
        other.subscribe(ON_PROPERTY_CHANGE, id="h1")
        for client in clients:
            assert client.read()
            assert client.protocol.close_rcvd


@pytest.mark.parametrize("path", ["/graphql", "/token", "/sign"])
def test_a_client_that_disconnects_during_a_request_logs_no_error(server: LocalServer, path: str) -> None:
    host, _, port = server.host.partition(":")
    head = f"POST {path} HTTP/1.1\r\nhost: {server.host}\r\ncontent-length: 1000\r\n\r\n"
    for _ in range(5):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode() + b'{"query": "{ me')
