"""Clients that mean no good, or are gone without a word, and what shows that nobody else was harmed."""

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

from tests.local.server_fixture import Desk
from tests.local.ws_client import credentials_of, encoded

NO_UTF_8 = "Invalid UTF-8 sequence received from client."  # uvicorn logs it as an error of its own
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
TOLD = "propertyId kind version changes { after }"
EVERYTHING = f"subscription($id: ID!) {{ onPropertyChange(propertyId: $id) {{ {TOLD} }} }}"
PUBLISH = f"mutation($it: PropertyChangeInput!) {{ publishPropertyChange(input: $it) {{ {TOLD} }} }}"


class Log(logging.Handler):
    """Keeps what is logged as an error, but not by the test's own client, whose socket may end within a frame."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() != NO_UTF_8 and record.name != "websockets.client":
            self.errors.append(self.format(record))


@contextmanager
def logged() -> Iterator[list[str]]:
    """The errors that the desk logs meanwhile, and the server that it runs in."""
    log = Log()
    loggers = [logging.getLogger(), logging.getLogger("uvicorn.error")]
    for logger in loggers:
        logger.addHandler(log)
    try:
        yield log.errors
    finally:
        for logger in loggers:
            logger.removeHandler(log)


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def following(desk: Desk) -> int:
    """How many subscriptions the desk holds."""
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


def publish(desk: Desk, id: str, version: int, text: str = "") -> None:
    """Publishes a change of a home, as the backend does."""
    change = {"propertyId": id, "kind": "DETAILS_CHANGED", "version": version, "at": "2026-01-01T00:00:00.000Z"}
    it = change | {"changes": [{"field": "description", "after": text}]}
    body = json.dumps({"query": PUBLISH, "variables": {"it": it}}).encode()
    answer = desk.send(body, desk.iam.sign("POST", f"{desk.url}/graphql", body))
    assert answer.data["publishPropertyChange"]["version"] == version
