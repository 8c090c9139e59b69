"""64 concurrent clients, each with its own user, read and write without lost updates or mixed identities."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_ZIP_CHANGE, connect_client
from tests.profiles import rounds

CLIENTS = 64
UPDATES_PER_CLIENT = rounds(16, default_rounds=4)
ZIP = "60606"

CREATE = "mutation($input: CreatePropertyInput!) { createProperty(input: $input) { id version ownerId } }"
UPDATE = """mutation($id: ID!, $version: Int!, $price: Float!) {
  updateProperty(id: $id, input: {price: $price}, expectedVersion: $version) { version price ownerId } }"""
PROPERTY = "query($id: ID!) { me { id email } property(id: $id) { price version owner { id email } } }"
HISTORY = "query($id: ID!) { property(id: $id) { price version history { nodes { version changedBy { id } } } } }"
LISTINGS = "query($zip: String!) { listingsByZip(zipCode: $zip, first: 100) { nodes { id price } } }"

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("server_still_healthy")]


class AppClient:
    """An app with its own user. It remembers its writes, so it knows which values it must read."""

    def __init__(self, server: LocalServer, http: httpx.AsyncClient, n: int) -> None:
        self.user = f"crowd-{n}"
        self.headers = {"authorization": server.token(self.user)}
        self.http = http
        self.price = 1_000.0 * (n + 1)
        self.id = ""

    @property
    def email(self) -> str:
        return f"{self.user}@example.com"

    async def execute(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        response: dict[str, Any] = (await self.http.post("/graphql", json=body, headers=self.headers)).json()
        return response

    async def create(self) -> None:
        input = {"address": f"{self.user} street", "price": self.price, "zipCode": ZIP}
        response = await self.execute(CREATE, input=input)
        self.id = response["data"]["createProperty"]["id"]
        assert response["data"]["createProperty"] == {"id": self.id, "version": 1, "ownerId": self.user}

    async def update_and_read(self, neighbour: "AppClient") -> None:
        """Updates its property, reads it and that of its neighbour, and tries to update the neighbour's."""
        for version in range(1, UPDATES_PER_CLIENT + 1):
            self.price += 1
            update = await self.execute(UPDATE, id=self.id, version=version, price=self.price)
            expected = {"version": version + 1, "price": self.price, "ownerId": self.user}
            assert update["data"] == {"updateProperty": expected}
            data = (await self.execute(PROPERTY, id=self.id))["data"]
            assert data["me"] == {"id": self.user, "email": self.email}
            assert data["property"]["owner"] == {"id": self.user, "email": self.email}
            assert (data["property"]["price"], data["property"]["version"]) == (self.price, version + 1)
            other_data = (await self.execute(PROPERTY, id=neighbour.id))["data"]
            assert other_data["me"] == {"id": self.user, "email": self.email}
            assert other_data["property"]["owner"] == {"id": neighbour.user, "email": None}
            rejected = await self.execute(UPDATE, id=neighbour.id, version=other_data["property"]["version"], price=1)
            assert [error["errorType"] for error in rejected["errors"]] == ["NotOwner"]

    async def check_history(self) -> None:
        """Asserts that each update is once in the history of the property, with its owner."""
        property_ = (await self.execute(HISTORY, id=self.id))["data"]["property"]
        versions = range(UPDATES_PER_CLIENT + 1, 0, -1)
        assert (property_["price"], property_["version"]) == (self.price, UPDATES_PER_CLIENT + 1)
        assert property_["history"]["nodes"] == [{"version": n, "changedBy": {"id": self.user}} for n in versions]


def test_64_concurrent_clients_read_their_own_writes_with_their_own_identity(server: LocalServer) -> None:
    async def run_clients() -> dict[str, float]:
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(base_url=server.url, timeout=60, limits=limits) as http:
            clients = [AppClient(server, http, n) for n in range(CLIENTS)]
            await asyncio.gather(*(client.create() for client in clients))
            server.clear_cache()
            await asyncio.gather(*(client.update_and_read(clients[n - 1]) for n, client in enumerate(clients)))
            server.clear_cache()
            await asyncio.gather(*(client.check_history() for client in clients))
            return {client.id: client.price for client in clients}

    with connect_client(server) as client:
        client.subscribe(ON_ZIP_CHANGE, zip=ZIP)
        prices = asyncio.run(run_clients())
        versions: dict[str, list[int]] = {id: [] for id in prices}
        for _ in range(CLIENTS * (1 + UPDATES_PER_CLIENT)):
            change = client.receive_change()
            versions[change["propertyId"]].append(change["version"])
    assert versions == {id: list(range(1, UPDATES_PER_CLIENT + 2)) for id in prices}
    server.clear_cache()
    listings = server.execute(LISTINGS, zip=ZIP).data["listingsByZip"]["nodes"]
    assert {listing["id"]: listing["price"] for listing in listings} == prices
