"""64 clients at once, each a user of its own, reading and writing: nothing is lost, nobody is taken for another."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_ZIP, connected
from tests.profiles import rounds

CLIENTS = 64
CHANGES = rounds(16, bounded=4)
ZIP = "60606"

MAKE = "mutation($home: CreatePropertyInput!) { createProperty(input: $home) { id version ownerId } }"
CHANGE = """mutation($id: ID!, $version: Int!, $price: Float!) {
  updateProperty(id: $id, input: {price: $price}, expectedVersion: $version) { version price ownerId } }"""
HOME = "query($id: ID!) { me { id email } property(id: $id) { price version owner { id email } } }"
HISTORY = "query($id: ID!) { property(id: $id) { price version history { nodes { version changedBy { id } } } } }"
LISTED = "query($zip: String!) { listingsByZip(zipCode: $zip, first: 100) { nodes { id price } } }"

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("unharmed")]


class Client:
    """An app on its user's phone; it knows what it wrote, so it knows what it has to read."""

    def __init__(self, desk: Desk, http: httpx.AsyncClient, n: int) -> None:
        self.user = f"crowd-{n}"
        self.headers = {"authorization": desk.token(self.user)}
        self.http = http
        self.price = 1_000.0 * (n + 1)
        self.id = ""

    @property
    def email(self) -> str:
        return f"{self.user}@example.com"

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer: dict[str, Any] = (await self.http.post("/graphql", json=body, headers=self.headers)).json()
        return answer

    async def make(self) -> None:
        home = {"address": f"{self.user} street", "price": self.price, "zipCode": ZIP}
        answer = await self.ask(MAKE, home=home)
        self.id = answer["data"]["createProperty"]["id"]
        assert answer["data"]["createProperty"] == {"id": self.id, "version": 1, "ownerId": self.user}

    async def live(self, neighbour: "Client") -> None:
        """Changes its home, looks at it and at its neighbour's, and tries to change that one too."""
        for version in range(1, CHANGES + 1):
            self.price += 1
            changed = await self.ask(CHANGE, id=self.id, version=version, price=self.price)
            own = {"version": version + 1, "price": self.price, "ownerId": self.user}
            assert changed["data"] == {"updateProperty": own}
            seen = (await self.ask(HOME, id=self.id))["data"]
            assert seen["me"] == {"id": self.user, "email": self.email}
            assert seen["property"]["owner"] == {"id": self.user, "email": self.email}
            assert (seen["property"]["price"], seen["property"]["version"]) == (self.price, version + 1)
            other = (await self.ask(HOME, id=neighbour.id))["data"]
            assert other["me"] == {"id": self.user, "email": self.email}
            assert other["property"]["owner"] == {"id": neighbour.user, "email": None}
            refused = await self.ask(CHANGE, id=neighbour.id, version=other["property"]["version"], price=1)
            assert [error["errorType"] for error in refused["errors"]] == ["NotTheOwner"]

    async def recount(self) -> None:
        """Each change stands once in the home's history, as its owner's."""
        home = (await self.ask(HISTORY, id=self.id))["data"]["property"]
        versions = range(CHANGES + 1, 0, -1)
        assert (home["price"], home["version"]) == (self.price, CHANGES + 1)
        assert home["history"]["nodes"] == [{"version": n, "changedBy": {"id": self.user}} for n in versions]


def test_64_clients_at_once_read_what_they_wrote_and_nobody_is_taken_for_another(desk: Desk) -> None:
    async def all_at_once() -> dict[str, float]:
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(base_url=desk.url, timeout=60, limits=limits) as http:
            clients = [Client(desk, http, n) for n in range(CLIENTS)]
            await asyncio.gather(*(client.make() for client in clients))
            desk.forget()
            await asyncio.gather(*(client.live(clients[n - 1]) for n, client in enumerate(clients)))
            desk.forget()
            await asyncio.gather(*(client.recount() for client in clients))
            return {client.id: client.price for client in clients}

    with connected(desk) as socket:
        socket.follow(ON_ZIP, zip=ZIP)
        prices = asyncio.run(all_at_once())
        told: dict[str, list[int]] = {id: [] for id in prices}
        for _ in range(CLIENTS * (1 + CHANGES)):
            change = socket.change()
            told[change["propertyId"]].append(change["version"])
    assert told == {id: list(range(1, CHANGES + 2)) for id in prices}
    desk.forget()
    listed = desk.ask(LISTED, zip=ZIP).data["listingsByZip"]["nodes"]
    assert {card["id"]: card["price"] for card in listed} == prices
