"""Clients that violate the protocol or disconnect abruptly, and checks that the server is still healthy."""

import json
import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.client import ClientProtocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.local.server_fixture import LocalServer
from tests.local.ws_client import credentials_of, encode_base64url

INVALID_UTF_8_MESSAGE = "Invalid UTF-8 sequence received from client."  # uvicorn logs it as an error
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
SELECTION = "propertyId kind version changes { after }"
ON_PROPERTY_CHANGE_WITH_TEXT = f"subscription($id: ID!) {{ onPropertyChange(propertyId: $id) {{ {SELECTION} }} }}"
PUBLISH_PROPERTY_CHANGE = (
    f"mutation($input: PropertyChangeInput!) {{ publishPropertyChange(input: $input) {{ {SELECTION} }} }}"
)


class ErrorCollector(logging.Handler):
    """Collects logged errors, except those of the test's own client, whose socket may close within a frame."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() != INVALID_UTF_8_MESSAGE and record.name != "websockets.client":
            self.errors.append(self.format(record))


@contextmanager
def collect_errors() -> Iterator[list[str]]:
    """Collects the errors that the local server and uvicorn log inside the block."""
    collector = ErrorCollector()
    loggers = [logging.getLogger(), logging.getLogger("uvicorn.error")]
    for logger in loggers:
        logger.addHandler(collector)
    try:
        yield collector.errors
    finally:
        for logger in loggers:
            logger.removeHandler(collector)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Polls a condition. Returns False if it is still false after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def subscription_count(server: LocalServer) -> int:
    """Returns the number of active subscriptions of the server."""
    return sum(map(len, server.appsync.subscriptions.by_field.values()))


class NonReadingClient:
    """A client of the user `ada` that reads messages and responds to pings only during `read`."""

    def __init__(self, server: LocalServer) -> None:
        self.credentials = credentials_of(server, "ada")
        subprotocols = [Subprotocol(name) for name in ("graphql-ws", f"header-{encode_base64url(self.credentials)}")]
        self.protocol = ClientProtocol(parse_uri(f"ws://{server.host}/graphql/realtime"), subprotocols=subprotocols)
        host, port = server.host.split(":")
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.socket.connect((host, int(port)))
        self.protocol.send_request(self.protocol.connect())
        self.flush()
        self.read()

    def flush(self) -> None:
        self.socket.sendall(b"".join(self.protocol.data_to_send()))

    def read(self, seconds: float = 10) -> bool:
        """Reads once. Returns False if the connection is closed."""
        self.socket.settimeout(seconds)
        data = self.socket.recv(65_536)
        if data:
            self.protocol.receive_data(data)
        return bool(data)

    def send(self, message: Any) -> None:
        self.protocol.send_text(json.dumps(message).encode())
        self.flush()

    def subscribe(self, query: str, **variables: Any) -> None:
        self.send({"type": "connection_init"})
        data = json.dumps({"query": query, "variables": variables})
        extensions = {"authorization": self.credentials}
        self.send({"id": "a", "type": "start", "payload": {"data": data, "extensions": extensions}})

    def close(self) -> None:
        """Resets the connection: data in flight is lost."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.socket.close()


def publish_change(server: LocalServer, id: str, version: int, text: str = "") -> None:
    """Publishes a change of a property, as the backend does."""
    change = {"propertyId": id, "kind": "DETAILS_CHANGED", "version": version, "at": "2026-01-01T00:00:00.000Z"}
    input = change | {"changes": [{"field": "description", "after": text}]}
    body = json.dumps({"query": PUBLISH_PROPERTY_CHANGE, "variables": {"input": input}}).encode()
    response = server.send(body, server.iam.sign("POST", f"{server.url}/graphql", body))
    assert response.data["publishPropertyChange"]["version"] == version
