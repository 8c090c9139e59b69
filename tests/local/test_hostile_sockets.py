"""Whatever comes over a WebSocket, or stops coming: nobody else notices, and nothing of it stays."""

import base64
import json
import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from local import realtime
from tests.local.desk import Desk
from tests.local.sockets import ON_HOME, connected, credentials_of, encoded, opened

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
UNSUPPORTED = {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
EVERYTHING = "subscription($id: ID!) { onPropertyChange(propertyId: $id) { propertyId version changes { after } } }"
PUBLISH = (
    "mutation($it: PropertyChangeInput!) { publishPropertyChange(input: $it) { propertyId version changes { after } } }"
)


class Log(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(self.format(record))


@contextmanager
def logged() -> Iterator[list[str]]:
    """The errors that the desk logs, and the server that it runs in."""
    log = Log()
    loggers = [logging.getLogger(), logging.getLogger("uvicorn.error")]
    for logger in loggers:
        logger.addHandler(log)
    yield log.errors
    for logger in loggers:
        logger.removeHandler(log)


@pytest.fixture(autouse=True)
def unharmed(desk: Desk) -> Iterator[None]:
    """After each test nothing is followed, a query is answered, and no error was logged."""
    with logged() as errors:
        yield
        assert until(lambda: following(desk) == 0)
        assert desk.ask("{ me { id } }").data == {"me": {"id": "ada"}}
    assert errors == []


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def following(desk: Desk) -> int:
    return sum(map(len, desk.appsync.subscriptions.held.values()))


class Deaf:
    """A client of ada's that reads, and answers the desk's pings, only when it is told to."""

    def __init__(self, desk: Desk) -> None:
        self.credentials = credentials_of(desk, "ada")
        offered = [Subprotocol(name) for name in ("graphql-ws", f"header-{encoded(self.credentials)}")]
        self.protocol = ClientProtocol(parse_uri(f"ws://{desk.host}/graphql/realtime"), subprotocols=offered)
        host, port = desk.host.split(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.connect((host, int(port)))
        self.protocol.send_request(self.protocol.connect())
        self.flush()
        self.read()

    def flush(self) -> None:
        self.socket.sendall(b"".join(self.protocol.data_to_send()))

    def read(self, seconds: float = 10) -> bool:
        """Reads once; whether there was something before the end."""
        self.socket.settimeout(seconds)
        data = self.socket.recv(65_536)
        if data:
            self.protocol.receive_data(data)
        return bool(data)

    def say(self, message: Any) -> None:
        self.protocol.send_text(json.dumps(message).encode())
        self.flush()

    def follow(self, query: str, **variables: Any) -> None:
        self.say({"type": "connection_init"})
        data = json.dumps({"query": query, "variables": variables})
        extensions = {"authorization": self.credentials}
        self.say({"id": "a", "type": "start", "payload": {"data": data, "extensions": extensions}})

    def close(self) -> None:
        """Goes without a word: what is on the way is lost."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.socket.close()


def published(desk: Desk, id: str, version: int, text: str) -> None:
    change = {"propertyId": id, "kind": "DETAILS_CHANGED", "version": version, "at": "2026-01-01T00:00:00.000Z"}
    it = change | {"changes": [{"field": "description", "after": text}]}
    body = json.dumps({"query": PUBLISH, "variables": {"it": it}}).encode()
    answer = desk.send(body, desk.iam.sign("POST", f"{desk.url}/graphql", body))
    assert answer.data["publishPropertyChange"]["version"] == version


@pytest.mark.parametrize("parts", [["x" * 2_000_000], ["x" * 700_000] * 3])
def test_a_message_of_two_megabytes_ends_its_connection_and_no_other(desk: Desk, parts: list[str]) -> None:
    with connected(desk) as hostile, connected(desk) as other:
        hostile.follow(ON_HOME, id="big")
        with pytest.raises(ConnectionClosed, match=r"1009|no close frame"):  # a reset may overtake the close frame
            hostile.connection.send(parts)
            while True:
                hostile.connection.recv(10)
        assert until(lambda: following(desk) == 0)
        other.follow(ON_HOME, id="big")


@pytest.mark.parametrize(
    "frame", ["x" * 999_999, "\x00", "\u2028", "[" * 10_000, '{"a":' * 10_000, "1" * 10_000, "NaN"]
)
def test_a_text_that_is_no_message_is_an_error_and_the_connection_stays(desk: Desk, frame: str) -> None:
    with connected(desk) as hostile:
        hostile.connection.send(frame)
        assert hostile.hear() == {"type": "error", "payload": {"errors": [UNSUPPORTED]}}
        hostile.follow(ON_HOME, id="h1")


@pytest.mark.parametrize("id", ["", "\x00", "\u2028\N{GRINNING FACE}", "\ud800", "x" * 500_000, "__proto__"])
def test_an_id_is_any_text(desk: Desk, id: str) -> None:
    with connected(desk) as hostile:
        data = json.dumps({"query": ON_HOME, "variables": {"id": "h1"}})
        extensions = {"authorization": hostile.credentials}
        hostile.say(id=id, type="start", payload={"data": data, "extensions": extensions})
        assert hostile.hear() == {"type": "start_ack", "id": id}
        hostile.say(id=id, type="stop")
        assert hostile.hear() == {"type": "complete", "id": id}


@pytest.mark.parametrize("id", [None, 1, [], {}, True])
def test_an_id_is_nothing_but_a_text(desk: Desk, id: Any) -> None:
    with connected(desk) as hostile:
        for type in ("start", "stop"):
            hostile.say(id=id, type=type)
            assert hostile.hear() == {"type": "error", "payload": {"errors": [UNSUPPORTED]}}


DEEP = '{"query": "", "variables": ' + '{"a": ' * 10_000 + "1" + "}" * 10_001
ALMOST = f'{{"query": {json.dumps(ON_HOME)}, "variables": {{"id": "h1", "unknown": {"[" * 960}{"]" * 960}}}}}'


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\x00",
        "\ud800",
        "[]",
        "5",
        "NaN",
        DEEP,
        ALMOST,
        json.dumps({"query": ON_HOME, "variables": {"id": {"a": 1}}}),
        json.dumps({"query": ON_HOME, "variables": {"id": [1]}}),
        json.dumps({"query": ON_HOME, "variables": {"id": None}}),
        json.dumps({"query": ON_HOME, "variables": {}}),
        json.dumps({"query": ON_HOME, "variables": [1]}),
        json.dumps({"query": ON_HOME, "variables": "x"}),
        json.dumps({"query": 5}),
        json.dumps({"query": ON_HOME, "operationName": 5}),
        json.dumps({"query": "{ me " * 5_000}),
        json.dumps({"query": "subscription { " + "onZipChange " * 15_000 + "}"}),
        json.dumps({"query": "subscription { a: onZipChange b: onZipChange }"}),
        json.dumps({"query": "subscription { __typename }"}),
    ],
    ids=lambda data: data[:60],
)
def test_a_start_that_cannot_be_is_told_under_its_id_and_follows_nothing(desk: Desk, data: str) -> None:
    with connected(desk) as hostile:
        extensions = {"authorization": hostile.credentials}
        hostile.say(id="a", type="start", payload={"data": data, "extensions": extensions})
        message = hostile.hear()
        assert (message["type"], message["id"]) == ("error", "a")
        assert message["payload"]["errors"][0].keys() >= {"message"}
        assert following(desk) == 0
        hostile.follow(ON_HOME, id="h1")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        5,
        [],
        {},
        {"Authorization": 5},
        {"Authorization": None},
        {"Authorization": ["x"]},
        {"Authorization": {"a": "b"}},
        {"Authorization": "\ud800"},
        {"Authorization": "\x00"},
        {"Authorization": "a.b.c"},
        {"Authorization": "AWS4-HMAC-SHA256 \ud800"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=/, SignedHeaders=;;, Signature=\u00e9"},
        {"Authorization": "Bearer " + "x" * 100_000},
    ],
    ids=repr,
)
def test_credentials_of_any_kind_let_nobody_subscribe(desk: Desk, authorization: Any) -> None:
    with connected(desk) as hostile:
        data = json.dumps({"query": ON_HOME, "variables": {"id": "h1"}})
        hostile.say(id="a", type="start", payload={"data": data, "extensions": {"authorization": authorization}})
        message = hostile.hear()
        assert (message["type"], message["id"]) == ("error", "a")
        assert message["payload"]["errors"][0]["errorType"] == "UnauthorizedException"
        assert following(desk) == 0
        hostile.follow(ON_HOME, id="h1")


@pytest.mark.parametrize(
    "header",
    [
        b"\xff\xfe\x00\x01",
        b"",
        b"5",
        b"[" * 5_000,
        b'{"Authorization": 5}',
        b'{"Authorization": null}',
        b'{"Authorization": ["x"]}',
        b'{"a": {}}',
        b'{"Authorization": "\\ud800"}',
        '{"Authorization": "é"}'.encode(),
        b'{"Authorization": "NUL \\u0000"}',
    ],
    ids=lambda header: repr(header[:40]),
)
@pytest.mark.parametrize("place", ["protocol", "address"])
def test_a_handshake_of_any_bytes_is_refused(desk: Desk, header: bytes, place: str) -> None:
    text = base64.urlsafe_b64encode(header).decode().rstrip("=")
    protocols = [f"header-{text}"] if place == "protocol" else []
    path = f"/graphql/realtime?header={text}" if place == "address" else "/graphql/realtime"
    with opened(desk, *protocols, path=path) as hostile:
        refusal = hostile.init()
        assert refusal["type"] == "connection_error"
        assert refusal["payload"]["errors"][0]["errorCode"] in (400, 401)
        with pytest.raises(ConnectionClosed, match="1000"):
            hostile.connection.recv(10)


@pytest.mark.parametrize("text", ["%ff%00", "%", "é", "\N{GRINNING FACE}", "a" * 5_000, "&header=x&header=y"])
def test_a_handshake_with_any_text_in_its_address_is_refused(desk: Desk, text: str) -> None:
    with opened(desk, path=f"/graphql/realtime?header={text}") as hostile:
        assert hostile.init()["type"] == "connection_error"


def test_a_subscriber_who_goes_without_a_word_leaves_nothing_behind(desk: Desk) -> None:
    with closing(Deaf(desk)) as gone:
        gone.follow(ON_HOME, id="h1")
        assert until(lambda: following(desk) == 1)
    assert until(lambda: following(desk) == 0)
    published(desk, "h1", 1, "x")


def test_who_never_reads_is_given_up_and_the_others_hear_all_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "MOST_WAITING_BYTES", 1_000_000)
    with closing(Deaf(desk)) as deaf, connected(desk) as other:
        deaf.follow(EVERYTHING, id="deaf")
        other.follow(EVERYTHING, id="deaf")
        assert until(lambda: following(desk) == 2)
        for version in range(1, 61):
            published(desk, "deaf", version, "x" * 200_000)
        assert until(lambda: following(desk) == 1)
        assert [other.change()["version"] for _ in range(60)] == [*range(1, 61)]


def test_five_hundred_who_connect_and_say_nothing_are_let_go(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "PATIENCE_SECONDS", 1)
    with ExitStack() as stack, connected(desk) as other:
        silent = [stack.enter_context(closing(Deaf(desk))) for _ in range(500)]
        other.follow(ON_HOME, id="h1")
        for one in silent:
            assert one.read()
            (frame,) = one.protocol.events_received()[-1:]
            assert frame.opcode is Opcode.CLOSE
