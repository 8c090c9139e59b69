"""Many who follow, and much that changes: nothing is lost, and each home's changes come in their order."""

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
from tests.local.server_fixture import Desk
from tests.local.ws_client import credentials_of, encoded

ZIP = "94177"
HOMES = 1_000
TWICE = 100  # of them
SUBSCRIBERS = 100
ON_ZIP = "subscription($zip: String!) { onZipChange(zipCode: $zip) { propertyId version listing { price } } }"


def homes(version: int) -> list[Property]:
    """A thousand homes of one ZIP, each at this version."""
    one = replace(dataset.ALL[0], zip_code=ZIP, version=version, price=float(100 + version))
    return [replace(one, id=ID(f"followed-{n}")) for n in range(HOMES)]


def items(version: int) -> list[Item]:
    return [properties.to_item(home) for home in homes(version)]


async def subscribed(desk: Desk) -> ClientConnection:
    credentials = credentials_of(desk, "bob")
    protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encoded(credentials)}")]
    socket = await connect(
        f"ws://{desk.host}/graphql/realtime", subprotocols=protocols, compression=None, ping_interval=None
    )
    await socket.send('{"type": "connection_init"}')
    data = json.dumps({"query": ON_ZIP, "variables": {"zip": ZIP}})
    payload = {"data": data, "extensions": {"authorization": credentials}}
    await socket.send(json.dumps({"id": "1", "type": "start", "payload": payload}))
    while json.loads(await socket.recv())["type"] != "start_ack":
        pass
    return socket


async def heard(socket: ClientConnection, messages: int) -> dict[str, list[int]]:
    """The versions told of each home, in the order in which they came."""
    versions: dict[str, list[int]] = defaultdict(list)
    while messages:
        message = json.loads(await socket.recv())
        if message["type"] == "data":
            change = message["payload"]["data"]["onZipChange"]
            versions[change["propertyId"]].append(change["version"])
            messages -= 1
    return versions


@pytest.mark.soak
def test_a_change_of_a_thousand_homes_reaches_a_hundred_subscribers_whole_and_in_order(desk: Desk) -> None:
    async def follow() -> list[dict[str, list[int]]]:
        sockets = [await subscribed(desk) for _ in range(SUBSCRIBERS)]
        writing = asyncio.create_task(asyncio.to_thread(desk.put, items(1) + items(2)[:TWICE]))
        found = await asyncio.gather(*(asyncio.wait_for(heard(socket, HOMES + TWICE), 120) for socket in sockets))
        await asyncio.gather(writing, *(socket.close() for socket in sockets))
        return found

    expected = {home.id: [1, 2] if n < TWICE else [1] for n, home in enumerate(homes(1))}
    assert all(found == expected for found in asyncio.run(follow()))
