"""Clients of a server that is killed: writers that record acknowledged changes, a subscriber that records messages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.local.killable_server import KillableServer
from tests.local.ws_client import ON_ZIP_CHANGE, RealtimeClient, encode_base64url

ZIP = "97401"
CREATE = "mutation($input: CreatePropertyInput!) { createProperty(input: $input) { id version } }"
UPDATE = """mutation($id: ID!, $price: Float!, $version: Int!) {
    updateProperty(id: $id, input: {price: $price}, expectedVersion: $version) { id version } }"""
VERSION = "query($id: ID!) { property(id: $id) { version } }"
INPUT = {"address": "1 Elm Street", "price": 100.0, "zipCode": ZIP}
UPDATES = 8  # of each property
RETRY_SECONDS = 0.05
CONNECT_ERRORS = (OSError, WebSocketException, TimeoutError)


class Writer(threading.Thread):
    """Creates properties and changes each of them several times; records each version that the server acknowledged."""

    def __init__(self, server: KillableServer, token: str) -> None:
        super().__init__()
        self.server = server
        self.token = token
        self.stopped = threading.Event()
        self.acknowledged: list[tuple[str, int]] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            if created := self.execute(CREATE, input=INPUT):
                self.update(created["createProperty"]["id"])

    def update(self, id: str) -> None:
        """Changes a property. After a change without a response it reads which version the property has."""
        for number in range(UPDATES):
            if (read := self.execute(VERSION, id=id)) and read["property"]:
                self.execute(UPDATE, id=id, price=200.0 + number, version=read["property"]["version"])

    def execute(self, query: str, **variables: Any) -> Any:
        """Returns the data of the response. Returns None after a pause if there is no response, or an error."""
        try:
            body = self.server.execute(self.token, query, **variables)
        except (httpx.HTTPError, ValueError):
            body = {"errors": []}
        if "errors" in body:
            self.stopped.wait(RETRY_SECONDS)
            return None
        for changed in (body["data"].get(name) for name in ("createProperty", "updateProperty")):
            if changed:
                self.acknowledged.append((changed["id"], changed["version"]))
        return body["data"]


class Subscriber(threading.Thread):
    """Subscribes to the ZIP code of the writers, again after each disconnection; records each message."""

    def __init__(self, server: KillableServer, token: str) -> None:
        super().__init__()
        self.server = server
        self.credentials = {"host": f"localhost:{server.port}", "Authorization": token}
        self.stopped = threading.Event()
        self.connections = 0
        self.is_subscribed = False
        self.received: set[tuple[str, int]] = set()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self.receive_changes()
            except CONNECT_ERRORS:
                self.is_subscribed = False
                self.stopped.wait(RETRY_SECONDS)

    def receive_changes(self) -> None:
        protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encode_base64url(self.credentials)}")]
        address = f"ws://127.0.0.1:{self.server.port}/graphql/realtime"
        with connect(address, subprotocols=protocols, compression=None, open_timeout=60) as connection:
            client = RealtimeClient(connection, self.credentials)
            client.init()
            client.subscribe(ON_ZIP_CHANGE, zip=ZIP)
            self.connections += 1
            self.is_subscribed = True
            while not self.stopped.is_set():
                try:
                    change = client.receive_change(1)
                except TimeoutError:
                    continue
                self.received.add((change["propertyId"], change["version"]))


@contextmanager
def run_clients(server: KillableServer, token: str, writers: int) -> Iterator[tuple[list[Writer], Subscriber]]:
    """Runs writers and a subscriber until the context ends."""
    writer_threads = [Writer(server, token) for _ in range(writers)]
    subscriber = Subscriber(server, token)
    clients: list[Writer | Subscriber] = [subscriber, *writer_threads]
    for client in clients:
        client.start()
    try:
        yield writer_threads, subscriber
    finally:
        for client in clients:
            client.stopped.set()
        for client in clients:
            client.join()
