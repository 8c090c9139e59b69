"""A WebSocket connection to the endpoint's real-time address, by AppSync's protocol.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from conformance.client import ApiClient, ApiResponse

REPLY_SECONDS = 15  # the timeout of AppSync's own clients

Message = dict[str, Any]


class RealtimeConnection:
    """A WebSocket connection. `messages` has each message that it received, with the seconds since it was opened."""

    def __init__(self, websocket: ClientConnection, client: ApiClient) -> None:
        self.websocket = websocket
        self.authorization = {"host": client.host, "Authorization": client.token}
        self.start = time.monotonic()
        self.messages: list[tuple[float, Message]] = []

    def send(self, **message: Any) -> None:
        self.websocket.send(json.dumps(message))

    def subscribe(self, id: str, query: str, variables: dict[str, Any] | None = None) -> None:
        data = json.dumps({"query": query, "variables": variables or {}})
        self.send(id=id, type="start", payload={"data": data, "extensions": {"authorization": self.authorization}})

    def receive(self, is_match: Callable[[Message], bool], seconds: float = REPLY_SECONDS) -> Message | None:
        """The next message that matches, or None if none arrives in time or the connection ends."""
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                message = parse_message(self.websocket.recv(remaining))
            except (TimeoutError, ConnectionClosed):
                return None
            self.messages.append((round(self.elapsed_seconds, 3), message))
            if is_match(message):
                return dict(message)
        return None

    def receive_reply(self, id: str) -> Message | None:
        """The reply to a start or stop with this id, as opposed to data of the subscription."""
        return self.receive(lambda message: message.get("id") == id and message.get("type") != "data")

    @property
    def elapsed_seconds(self) -> float:
        return time.monotonic() - self.start

    def response(self, body: Any) -> ApiResponse:
        """Messages as a response with the status of the connection's handshake."""
        return ApiResponse(101, {}, body, self.elapsed_seconds)


def parse_message(text: str | bytes) -> Message:
    """A message, or an object with the text if it is not a JSON object."""
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    return message if isinstance(message, dict) else {"unparsed": str(text)}


@contextmanager
def open_connection(client: ApiClient, token: str | None = None) -> Iterator[RealtimeConnection]:
    """Opens a connection and sends connection_init. Raises OSError or WebSocketException if it cannot be opened."""
    authorization = {"host": client.host, "Authorization": token or client.token}
    header = base64.urlsafe_b64encode(json.dumps(authorization).encode()).decode().rstrip("=")
    options: dict[str, Any] = {
        "subprotocols": [Subprotocol("graphql-ws"), Subprotocol(f"header-{header}")],
        "ssl": client.ssl_context() if client.realtime_url.startswith("wss:") else None,
        "open_timeout": REPLY_SECONDS,
        "close_timeout": 2,
    }
    if client.is_loopback:
        options["proxy"] = None
    with connect(client.realtime_url, **options) as websocket:
        connection = RealtimeConnection(websocket, client)
        connection.send(type="connection_init")
        yield connection
