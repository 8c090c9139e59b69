"""One table, two APIs: what is written over one is read over the other, and heard by those who follow.

As for any writer, GraphQL's cached answer is evicted by what the table's stream publishes, after the stream's delay;
whatever GraphQL does not keep shows a write in the very next request. REST keeps the answer to a GET for a minute.
"""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from resolvers.wiring import REST
from tests.local import dataset
from tests.local.misbehaving_clients import until
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, connected, made

HOME = dataset.ALL[8]  # ada's
BY_ID = "query($id: ID!) { property(id: $id) { price version } }"
BY_IDS = "query($id: ID!) { properties(ids: [$id]) { price version } }"
UPDATE = """mutation($id: ID!, $price: Float!, $version: Int!) {
  updateProperty(id: $id, input: {price: $price}, expectedVersion: $version) { version }
}"""


@pytest.fixture
def rest(desk: Desk) -> Iterator[httpx.Client]:
    desk.put(dataset.items())
    desk.forget()
    desk.gateway.forget()
    headers = {"x-api-key": desk.keys.issue("government"), "authorization": desk.token("ada")}
    with httpx.Client(base_url=desk.url, timeout=60, headers=headers) as client:
        yield client


def kept(desk: Desk) -> Any:
    """The home as GraphQL tells it by its id, which it keeps for a minute."""
    return desk.ask(BY_ID, id=HOME.id).data["property"]


def test_a_write_over_rest_is_read_over_graphql_at_once_where_nothing_is_kept(desk: Desk, rest: httpx.Client) -> None:
    answer = rest.put(f"/properties/{HOME.id}", json={"price": 5})
    (home,) = desk.ask(BY_IDS, id=HOME.id).data["properties"]
    assert home == {"price": 5.0, "version": answer.json()["property"]["version"]}


def test_a_write_over_rest_evicts_what_graphql_keeps_after_the_streams_delay(desk: Desk, rest: httpx.Client) -> None:
    version = kept(desk)["version"]
    assert kept(desk)["version"] == version  # out of the cache
    assert rest.put(f"/properties/{HOME.id}", json={"price": 6}).status_code == 200
    assert until(lambda: kept(desk) == {"price": 6.0, "version": version + 1})


def test_whoever_follows_a_home_hears_of_a_write_over_rest_once(desk: Desk, rest: httpx.Client) -> None:
    id = made(desk, user="ada")["id"]
    with connected(desk) as socket:
        socket.follow(ON_HOME, id=id)
        for version, price in ((2, 7.0), (3, 8.0)):
            assert rest.put(f"/properties/{id}", json={"price": price}).json()["property"]["version"] == version
            told = {"propertyId": id, "kind": "PRICE_CHANGED", "version": version, "price": price}
            assert socket.change() == told


def test_a_write_over_graphql_is_read_over_rest_after_a_minute_at_most(desk: Desk, rest: httpx.Client) -> None:
    before = rest.get(f"/properties/{HOME.id}").json()["property"]
    desk.ask(UPDATE, id=HOME.id, price=8.0, version=before["version"]).data["updateProperty"]
    assert rest.get(f"/properties/{HOME.id}").json()["property"] == before
    desk.gateway.clock = lambda: time.monotonic() + REST.cache_seconds
    try:
        after = rest.get(f"/properties/{HOME.id}").json()["property"]
    finally:
        desk.gateway.clock = time.monotonic
    assert (after["price"], after["version"]) == (8.0, before["version"] + 1)


def test_a_home_made_over_rest_is_among_its_owners_over_graphql(desk: Desk, rest: httpx.Client) -> None:
    home = {"address": "1 Elm Street", "price": 1, "userId": "ada"}
    made = rest.post("/properties", json=home).json()["property"]["id"]
    mine = desk.ask("{ me { properties(first: 1) { nodes { id } } } }").data["me"]["properties"]["nodes"]
    assert mine == [{"id": made}]


def test_one_version_holds_for_both(desk: Desk, rest: httpx.Client) -> None:
    version = rest.get(f"/properties/{HOME.id}/").headers["etag"].strip('"')
    assert desk.ask(UPDATE, id=HOME.id, price=9.0, version=int(version)).data
    refused = rest.put(f"/properties/{HOME.id}", json={"price": 1}, headers={"if-match": f'"{version}"'})
    assert refused.status_code == 412
