"""A client of `/graphql/realtime` that sends and receives single protocol messages."""

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.local.server_fixture import ServerClient

ON_PROPERTY_CHANGE = "subscription($id: ID!) { onPropertyChange(propertyId: $id) { propertyId kind version price } }"
ON_ZIP_CHANGE = "subscription($zip: String!) { onZipChange(zipCode: $zip) { zipCode propertyId kind version listed } }"


class RealtimeClient:
    """One connection. `receive` returns messages unchanged, and skips keep-alives by default."""

    def __init__(self, connection: ClientConnection, credentials: Mapping[str, str]) -> None:
        self.connection = connection
        self.credentials = credentials

    def send(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def receive(self, seconds: float = 20, include_keep_alives: bool = False) -> Any:
        """Returns the next message. Raises TimeoutError if none arrives in time."""
        while True:
            message = json.loads(self.connection.recv(seconds))
            if include_keep_alives or message["type"] != "ka":
                return message

    def init(self) -> Any:
        self.send(type="connection_init")
        return self.receive()

    def start(self, query: str, credentials: Mapping[str, str] | None = None, **variables: Any) -> str:
        """Sends a `start` message. Returns its id."""
        id = str(uuid.uuid4())
        extensions = {"authorization": self.credentials if credentials is None else credentials}
        data = json.dumps({"query": query, "variables": variables})
        self.send(id=id, type="start", payload={"data": data, "extensions": extensions})
        return id

    def subscribe(self, query: str, **variables: Any) -> str:
        id = self.start(query, **variables)
        assert self.receive() == {"type": "start_ack", "id": id}
        return id

    def receive_change(self, seconds: float = 20) -> Any:
        """Returns the next published change."""
        message = self.receive(seconds)
        assert message["type"] == "data", message
        assert "errors" not in message["payload"], message
        (change,) = message["payload"]["data"].values()
        return change


def encode_base64url(credentials: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(credentials).encode()).decode().rstrip("=")


def credentials_of(server: ServerClient, user: str) -> dict[str, str]:
    return {"host": server.host, "Authorization": server.token(user)}


@contextmanager
def open_client(
    server: ServerClient,
    *protocols: str,
    path: str = "/graphql/realtime",
    headers: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Iterator[RealtimeClient]:
    """An open connection that has not sent any message."""
    subprotocols = [Subprotocol(name) for name in ("graphql-ws", *protocols)]
    url = f"ws://{server.host}{path}"
    with connect(
        url, subprotocols=subprotocols, additional_headers=headers, compression=None, max_queue=None, ping_interval=None
    ) as connection:
        yield RealtimeClient(connection, credentials or {})


@contextmanager
def connect_client(server: ServerClient, user: str = "ada") -> Iterator[RealtimeClient]:
    """An acknowledged connection with the credentials of a user."""
    credentials = credentials_of(server, user)
    with open_client(server, f"header-{encode_base64url(credentials)}", credentials=credentials) as client:
        assert client.init()["type"] == "connection_ack"
        yield client


def create_property(server: ServerClient, zip_code: str = "94110", user: str = "olga") -> Any:
    """Creates a property and waits until the change is published. Returns its id and version."""
    input = f'{{address: "1 Elm Street", price: 100, zipCode: "{zip_code}"}}'
    with connect_client(server) as client:
        client.subscribe(ON_ZIP_CHANGE, zip=zip_code)
        response = server.execute(f"mutation {{ createProperty(input: {input}) {{ id version }} }}", as_user=user)
        while client.receive_change()["propertyId"] != response.data["createProperty"]["id"]:
            pass
    return response.data["createProperty"]
