"""Connections that break off, fall silent, flood or never read: nobody else notices, and nothing of them stays."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

import pytest
from websockets.exceptions import ConnectionClosed

from local.appsync.realtime import websocket
from tests.local import server_fixture as desks
from tests.local.misbehaving_clients import EVERYTHING, Deaf, following, publish, until
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, connected
from tests.shared_processes import Shared

pytestmark = pytest.mark.usefixtures("unharmed")

BROKEN = {  # 0x80 before a length: masked, here by zeros
    "no UTF-8": b"\x81\x82\0\0\0\0\xff\xfe",
    "half a character": b"\x01\x82\0\0\0\0\xe2\x82\x80\x81\0\0\0\0\xff",
    "a frame without a mask": b"\x81\x02{}",
    "a reserved bit": b"\xc1\x82\0\0\0\0{}",
    "an opcode that there is not": b"\x83\x80\0\0\0\0",
    "a continuation of nothing": b"\x80\x81\0\0\0\0x",
    "a long ping": b"\x89\xfe\x0f\xff" + bytes(5_000),
    "half a close": b"\x88\x81\0\0\0\0x",
    "TLS": b"\x16\x03\x01\x02\x00\x01" + bytes(500),
}


@pytest.mark.parametrize("parts", [["x" * 2_000_000], ["x" * 700_000] * 3])
def test_a_message_of_two_megabytes_ends_its_connection_and_no_other(desk: Desk, parts: list[str]) -> None:
    with connected(desk) as hostile, connected(desk) as other:
        hostile.follow(ON_HOME, id="big")
        with pytest.raises(ConnectionClosed, match=r"1009|no close frame"):  # a reset may overtake the close frame
            hostile.connection.send(parts)
            while True:
                hostile.connection.recv(60)
        assert until(lambda: following(desk) == 0)
        other.follow(ON_HOME, id="big")


@pytest.mark.parametrize("frames", BROKEN)
def test_what_breaks_the_protocol_ends_its_connection(desk: Desk, frames: str) -> None:
    with closing(Deaf(desk)) as hostile, connected(desk) as other:
        hostile.follow(ON_HOME, id="h1")
        other.follow(ON_HOME, id="h1")
        assert until(lambda: following(desk) == 2)
        hostile.socket.sendall(BROKEN[frames])
        assert until(lambda: following(desk) == 1)
        publish(desk, "h1", 1, "x")
        assert other.change()["version"] == 1


def test_a_subscriber_who_goes_without_a_word_leaves_nothing_behind(desk: Desk) -> None:
    with closing(Deaf(desk)) as gone:
        gone.follow(ON_HOME, id="h1")
        assert until(lambda: following(desk) == 1)
    assert until(lambda: following(desk) == 0)
    publish(desk, "h1", 1, "x")


def test_who_answers_no_ping_is_let_go_and_who_does_is_not(shared: Shared) -> None:
    """As one whose network is gone: nothing tells the desk so."""
    with desks.running(shared, pinging=0.3) as desk, closing(Deaf(desk)) as gone, connected(desk) as other:
        gone.follow(ON_HOME, id="h1")
        other.follow(ON_HOME, id="h1")
        assert until(lambda: following(desk) == 2)
        assert until(lambda: following(desk) == 1)
        publish(desk, "h1", 1, "x")
        assert other.change()["version"] == 1


def test_who_never_reads_is_given_up_and_the_others_hear_all_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MOST_WAITING_BYTES", 1_000_000)
    with closing(Deaf(desk)) as deaf, connected(desk) as other:
        deaf.follow(EVERYTHING, id="deaf")
        other.follow(EVERYTHING, id="deaf")
        assert until(lambda: following(desk) == 2)
        for version in range(1, 61):
            publish(desk, "deaf", version, "x" * 200_000)
        assert until(lambda: following(desk) == 1)
        assert [other.change()["version"] for _ in range(60)] == [*range(1, 61)]


def test_who_breaks_the_protocol_while_much_is_told_leaves_no_error_in_the_log(desk: Desk) -> None:
    """A hundred times: what the server closes for a broken frame, something may be on its way to just then."""
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        hostile = [stack.enter_context(closing(Deaf(desk))) for _ in range(100)]
        for one in hostile:
            one.follow(EVERYTHING, id="much")
        assert until(lambda: following(desk) == 100)
        for version, one in enumerate(hostile):
            telling = pool.submit(publish, desk, "much", version)
            one.socket.sendall(BROKEN["a frame without a mask"])
            telling.result()
        assert until(lambda: following(desk) == 0)


def test_who_never_reads_and_breaks_the_protocol_is_let_go(desk: Desk) -> None:
    """The server has closed the connection, while something still is to be sent over it."""
    with closing(Deaf(desk)) as hostile:
        hostile.follow(EVERYTHING, id="stuck")
        assert until(lambda: following(desk) == 1)
        for version in range(30):
            publish(desk, "stuck", version, "x" * 200_000)
        hostile.socket.sendall(BROKEN["a frame without a mask"])
        assert until(lambda: following(desk) == 0)
        with suppress(ConnectionError):
            while hostile.read():
                pass


def test_five_hundred_who_connect_and_say_nothing_are_let_go(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "PATIENCE_SECONDS", 1)
    with ExitStack() as stack, connected(desk) as other:
        silent = [stack.enter_context(closing(Deaf(desk))) for _ in range(500)]
        other.follow(ON_HOME, id="h1")
        for one in silent:
            assert one.read()
            assert one.protocol.close_rcvd


@pytest.mark.parametrize("path", ["/graphql", "/token", "/sign"])
def test_whoever_leaves_in_the_middle_of_a_request_leaves_no_error(desk: Desk, path: str) -> None:
    host, _, port = desk.host.partition(":")
    head = f"POST {path} HTTP/1.1\r\nhost: {desk.host}\r\ncontent-length: 1000\r\n\r\n"
    for _ in range(5):
        with socket.create_connection((host, int(port))) as leaving:
            leaving.sendall(head.encode() + b'{"query": "{ me')
