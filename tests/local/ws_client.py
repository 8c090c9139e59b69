"""A client of `/graphql/realtime` that speaks the protocol message by message."""

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.local.server_fixture import Asked

ON_HOME = "subscription($id: ID!) { onPropertyChange(propertyId: $id) { propertyId kind version price } }"
ON_ZIP = "subscription($zip: String!) { onZipChange(zipCode: $zip) { zipCode propertyId kind version listed } }"


class Socket:
    """One connection. What is heard is a message as it came, keep-alives left out unless they are asked for."""

    def __init__(self, connection: ClientConnection, credentials: Mapping[str, str]) -> None:
        self.connection = connection
        self.credentials = credentials

    def say(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def hear(self, seconds: float = 20, alive: bool = False) -> Any:
        """The next message. Raises TimeoutError where none comes in time."""
        while True:
            message = json.loads(self.connection.recv(seconds))
            if alive or message["type"] != "ka":
                return message

    def init(self) -> Any:
        self.say(type="connection_init")
        return self.hear()

    def start(self, query: str, credentials: Mapping[str, str] | None = None, **variables: Any) -> str:
        """Asks to subscribe; the id that it did so under."""
        id = str(uuid.uuid4())
        extensions = {"authorization": self.credentials if credentials is None else credentials}
        data = json.dumps({"query": query, "variables": variables})
        self.say(id=id, type="start", payload={"data": data, "extensions": extensions})
        return id

    def follow(self, query: str, **variables: Any) -> str:
        id = self.start(query, **variables)
        assert self.hear() == {"type": "start_ack", "id": id}
        return id

    def change(self, seconds: float = 20) -> Any:
        """What the next change is told to be."""
        message = self.hear(seconds)
        assert message["type"] == "data", message
        assert "errors" not in message["payload"], message
        (told,) = message["payload"]["data"].values()
        return told


def encoded(credentials: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(credentials).encode()).decode().rstrip("=")


def credentials_of(desk: Asked, user: str) -> dict[str, str]:
    return {"host": desk.host, "Authorization": desk.token(user)}


@contextmanager
def opened(
    desk: Asked,
    *protocols: str,
    path: str = "/graphql/realtime",
    headers: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Iterator[Socket]:
    """A socket that is open, and has said nothing yet."""
    offered = [Subprotocol(name) for name in ("graphql-ws", *protocols)]
    url = f"ws://{desk.host}{path}"
    with connect(
        url, subprotocols=offered, additional_headers=headers, compression=None, max_queue=None, ping_interval=None
    ) as open:
        yield Socket(open, credentials or {})


@contextmanager
def connected(desk: Asked, user: str = "ada") -> Iterator[Socket]:
    """A socket that has been acknowledged, with the credentials of a user."""
    credentials = credentials_of(desk, user)
    with opened(desk, f"header-{encoded(credentials)}", credentials=credentials) as socket:
        assert socket.init()["type"] == "connection_ack"
        yield socket


def made(desk: Asked, zip_code: str = "94110", user: str = "olga") -> Any:
    """A new home, once its subscribers have been told of it: its id and version."""
    home = f'{{address: "1 Elm Street", price: 100, zipCode: "{zip_code}"}}'
    with connected(desk) as socket:
        socket.follow(ON_ZIP, zip=zip_code)
        answer = desk.ask(f"mutation {{ createProperty(input: {home}) {{ id version }} }}", as_=user)
        while socket.change()["propertyId"] != answer.data["createProperty"]["id"]:
            pass
    return answer.data["createProperty"]
