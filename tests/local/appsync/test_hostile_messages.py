"""Messages and handshakes of any kind over a WebSocket: each is answered or ends its own connection, no more."""

import base64
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.local.misbehaving_clients import following
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, connected, opened

pytestmark = pytest.mark.usefixtures("unharmed")

UNSUPPORTED = {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
DEEP = '{"query": "", "variables": ' + '{"a": ' * 10_000 + "1" + "}" * 10_001
ALMOST = f'{{"query": {json.dumps(ON_HOME)}, "variables": {{"id": "h1", "unknown": {"[" * 960}{"]" * 960}}}}}'


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
            hostile.connection.recv(60)


@pytest.mark.parametrize("text", ["%ff%00", "%", "é", "\N{GRINNING FACE}", "a" * 5_000, "&header=x&header=y"])
def test_a_handshake_with_any_text_in_its_address_is_refused(desk: Desk, text: str) -> None:
    with opened(desk, path=f"/graphql/realtime?header={text}") as hostile:
        assert hostile.init()["type"] == "connection_error"
