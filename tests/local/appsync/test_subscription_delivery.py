"""Many subscribers and many changes: none is lost, and the changes of each property arrive in order."""

import asyncio
import json
from collections import defaultdict
from dataclasses import replace

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from data import properties
from data.dynamodb.requests import Item
from data.records import ID, Property
from tests.local import dataset
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import credentials_of, encode_base64url

ZIP = "94177"
PROPERTIES = 1_000
CHANGED_TWICE = 100  # properties
SUBSCRIBERS = 100
ON_ZIP_CHANGE = "subscription($zip: String!) { onZipChange(zipCode: $zip) { propertyId version listing { price } } }"


def properties_at_version(version: int) -> list[Property]:
    """Returns a thousand properties of one ZIP code, each at this version."""
    template = replace(dataset.PROPERTIES[0], zip_code=ZIP, version=version, price=float(100 + version))
    return [replace(template, id=ID(f"followed-{n}")) for n in range(PROPERTIES)]


def items_at_version(version: int) -> list[Item]:
    return [properties.to_item(property_) for property_ in properties_at_version(version)]


async def subscribe(server: LocalServer) -> ClientConnection:
    credentials = credentials_of(server, "bob")
    protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encode_base64url(credentials)}")]
    socket = await connect(
        f"ws://{server.host}/graphql/realtime", subprotocols=protocols, compression=None, ping_interval=None
    )
    await socket.send('{"type": "connection_init"}')
    data = json.dumps({"query": ON_ZIP_CHANGE, "variables": {"zip": ZIP}})
    payload = {"data": data, "extensions": {"authorization": credentials}}
    await socket.send(json.dumps({"id": "1", "type": "start", "payload": payload}))
    while json.loads(await socket.recv())["type"] != "start_ack":
        pass
    return socket


async def receive_versions(socket: ClientConnection, messages: int) -> dict[str, list[int]]:
    """Returns the received versions of each property, in order of arrival."""
    versions: dict[str, list[int]] = defaultdict(list)
    while messages:
        message = json.loads(await socket.recv())
        if message["type"] == "data":
            change = message["payload"]["data"]["onZipChange"]
            versions[change["propertyId"]].append(change["version"])
            messages -= 1
    return versions


@pytest.mark.soak
def test_1000_property_changes_reach_100_subscribers_complete_and_in_order(server: LocalServer) -> None:
    async def receive_all() -> list[dict[str, list[int]]]:
        sockets = [await subscribe(server) for _ in range(SUBSCRIBERS)]
        write = asyncio.create_task(
            asyncio.to_thread(server.put_items, items_at_version(1) + items_at_version(2)[:CHANGED_TWICE])
        )
        versions = await asyncio.gather(
            *(asyncio.wait_for(receive_versions(socket, PROPERTIES + CHANGED_TWICE), 120) for socket in sockets)
        )
        await asyncio.gather(write, *(socket.close() for socket in sockets))
        return versions

    expected = {
        property_.id: [1, 2] if n < CHANGED_TWICE else [1] for n, property_ in enumerate(properties_at_version(1))
    }
    assert all(versions == expected for versions in asyncio.run(receive_all()))
