"""Invalid messages and handshakes: each is answered with an error or closes only its own connection."""

import base64
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.local.misbehaving_clients import subscription_count
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_PROPERTY_CHANGE, connect_client, open_client

pytestmark = pytest.mark.usefixtures("server_still_healthy")

UNSUPPORTED = {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
DEEP_VARIABLES = '{"query": "", "variables": ' + '{"a": ' * 10_000 + "1" + "}" * 10_001
NESTED_UNKNOWN_VARIABLE = (
    f'{{"query": {json.dumps(ON_PROPERTY_CHANGE)}, "variables": {{"id": "h1", "unknown": {"[" * 960}{"]" * 960}}}}}'
)


@pytest.mark.parametrize(
    "frame", ["x" * 999_999, "\x00", "\u2028", "[" * 10_000, '{"a":' * 10_000, "1" * 10_000, "NaN"]
)
def test_an_invalid_message_is_an_error_and_the_connection_stays_open(server: LocalServer, frame: str) -> None:
    with connect_client(server) as client:
        client.connection.send(frame)
        assert client.receive() == {"type": "error", "payload": {"errors": [UNSUPPORTED]}}
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")


@pytest.mark.parametrize("id", ["", "\x00", "\u2028\N{GRINNING FACE}", "\ud800", "x" * 500_000, "__proto__"])
def test_an_id_may_be_any_string(server: LocalServer, id: str) -> None:
    with connect_client(server) as client:
        data = json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {"id": "h1"}})
        extensions = {"authorization": client.credentials}
        client.send(id=id, type="start", payload={"data": data, "extensions": extensions})
        assert client.receive() == {"type": "start_ack", "id": id}
        client.send(id=id, type="stop")
        assert client.receive() == {"type": "complete", "id": id}


@pytest.mark.parametrize("id", [None, 1, [], {}, True])
def test_an_id_must_be_a_string(server: LocalServer, id: Any) -> None:
    with connect_client(server) as client:
        for type in ("start", "stop"):
            client.send(id=id, type=type)
            assert client.receive() == {"type": "error", "payload": {"errors": [UNSUPPORTED]}}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\x00",
        "\ud800",
        "[]",
        "5",
        "NaN",
        DEEP_VARIABLES,
        NESTED_UNKNOWN_VARIABLE,
        json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {"id": {"a": 1}}}),
        json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {"id": [1]}}),
        json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {"id": None}}),
        json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {}}),
        json.dumps({"query": ON_PROPERTY_CHANGE, "variables": [1]}),
        json.dumps({"query": ON_PROPERTY_CHANGE, "variables": "x"}),
        json.dumps({"query": 5}),
        json.dumps({"query": ON_PROPERTY_CHANGE, "operationName": 5}),
        json.dumps({"query": "{ me " * 5_000}),
        json.dumps({"query": "subscription { " + "onZipChange " * 15_000 + "}"}),
        json.dumps({"query": "subscription { a: onZipChange b: onZipChange }"}),
        json.dumps({"query": "subscription { __typename }"}),
    ],
    ids=lambda data: data[:60],
)
def test_an_invalid_start_returns_an_error_with_its_id_and_does_not_subscribe(server: LocalServer, data: str) -> None:
    with connect_client(server) as client:
        extensions = {"authorization": client.credentials}
        client.send(id="a", type="start", payload={"data": data, "extensions": extensions})
        message = client.receive()
        assert (message["type"], message["id"]) == ("error", "a")
        assert message["payload"]["errors"][0].keys() >= {"message"}
        assert subscription_count(server) == 0
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")


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
def test_invalid_credentials_do_not_subscribe(server: LocalServer, authorization: Any) -> None:
    with connect_client(server) as client:
        data = json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {"id": "h1"}})
        client.send(id="a", type="start", payload={"data": data, "extensions": {"authorization": authorization}})
        message = client.receive()
        assert (message["type"], message["id"]) == ("error", "a")
        assert message["payload"]["errors"][0]["errorType"] == "UnauthorizedException"
        assert subscription_count(server) == 0
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")


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
@pytest.mark.parametrize("location", ["protocol", "address"])
def test_a_handshake_with_invalid_credentials_is_rejected(server: LocalServer, header: bytes, location: str) -> None:
    text = base64.urlsafe_b64encode(header).decode().rstrip("=")
    protocols = [f"header-{text}"] if location == "protocol" else []
    path = f"/graphql/realtime?header={text}" if location == "address" else "/graphql/realtime"
    with open_client(server, *protocols, path=path) as client:
        message = client.init()
        assert message["type"] == "connection_error"
        assert message["payload"]["errors"][0]["errorCode"] in (400, 401)
        with pytest.raises(ConnectionClosed, match="1000"):
            client.connection.recv(60)


@pytest.mark.parametrize("text", ["%ff%00", "%", "é", "\N{GRINNING FACE}", "a" * 5_000, "&header=x&header=y"])
def test_a_handshake_with_an_invalid_header_parameter_is_rejected(server: LocalServer, text: str) -> None:
    with open_client(server, path=f"/graphql/realtime?header={text}") as client:
        assert client.init()["type"] == "connection_error"
