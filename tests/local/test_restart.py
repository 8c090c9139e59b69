"""A restart of the server after a schema change: tokens, API keys and traces stay, and no connection is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until
from tests.local.test_server import free_port, listings, server_process, token
from tests.local.ws_client import ON_ZIP_CHANGE, RealtimeClient, encode_base64url

pytestmark = pytest.mark.process

CREATE = 'mutation { createProperty(input: {address: "5 Pool Street", price: 100, zipCode: "97310"}) { id } }'
POOL = '{ __type(name: "Property") { fields { name } } }'


@contextmanager
def realtime(port: int, token: str) -> Iterator[RealtimeClient]:
    """An acknowledged connection of a client with this token."""
    credentials = {"host": f"localhost:{port}", "Authorization": token}
    protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encode_base64url(credentials)}")]
    with connect(f"ws://127.0.0.1:{port}/graphql/realtime", subprotocols=protocols, compression=None) as connection:
        client = RealtimeClient(connection, credentials)
        assert client.init()["type"] == "connection_ack"
        yield client


def execute(port: int, token: str, query: str) -> Any:
    url, headers = f"http://127.0.0.1:{port}/graphql", {"authorization": token}
    return httpx.post(url, headers=headers, json={"query": query}, timeout=60).json()["data"]


def has_pool(port: int, token: str) -> bool:
    return "pool" in [field["name"] for field in execute(port, token, POOL)["__type"]["fields"]]


def add_pool(checkout: Path) -> None:
    """Adds a field to the schema of a copy of the code."""
    records = checkout / "data" / "records.py"
    added = "    address: Address\n    pool: bool | None = None\n"
    records.write_text(records.read_text().replace("    address: Address\n", added))


def close_code(client: RealtimeClient) -> int | None:
    """Returns the code with which the server closes a connection."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            client.receive(60)
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_a_schema_change_keeps_tokens_api_keys_traces_and_refuses_no_connection(checkout: Path) -> None:
    (checkout / ".cache").symlink_to(ROOT / ".cache")
    port = free_port()
    with server_process(port, checkout):
        earlier_token = token(port)
        key = httpx.post(f"http://127.0.0.1:{port}/key", data={"plan": "government"}, timeout=60).json()["key"]
        listings(port, earlier_token)
        trace_ids = [trace["id"] for trace in httpx.get(f"http://127.0.0.1:{port}/trace.json", timeout=60).json()]
        with realtime(port, earlier_token) as client:
            client.subscribe(ON_ZIP_CHANGE, zip="97310")
            add_pool(checkout)
            assert close_code(client) == 1012
        assert wait_until(lambda: has_pool(port, earlier_token))
        later_ids = [trace["id"] for trace in httpx.get(f"http://127.0.0.1:{port}/trace.json", timeout=60).json()]
        assert set(trace_ids) <= set(later_ids)
        headers = {"authorization": earlier_token, "x-api-key": key}
        assert httpx.get(f"http://127.0.0.1:{port}/properties?zip=94110", headers=headers).status_code == 200
        with realtime(port, earlier_token) as client:
            client.subscribe(ON_ZIP_CHANGE, zip="97310")
            id = execute(port, earlier_token, CREATE)["createProperty"]["id"]
            assert client.receive_change()["propertyId"] == id
