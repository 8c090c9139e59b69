"""REST and GraphQL share one table: a write with one API is visible in the other and reaches the subscribers.

A REST write evicts GraphQL's cache through the table's stream, so after a delay; uncached GraphQL fields show the write
in the next request. REST caches the response to a GET for a minute.
"""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from resolvers.wiring import REST
from tests.local import dataset
from tests.local.misbehaving_clients import wait_until
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_PROPERTY_CHANGE, connect_client, create_property

HOME = dataset.PROPERTIES[8]  # ada's
BY_ID = "query($id: ID!) { property(id: $id) { price version } }"
BY_IDS = "query($id: ID!) { properties(ids: [$id]) { price version } }"
UPDATE = """mutation($id: ID!, $price: Float!, $version: Int!) {
  updateProperty(id: $id, input: {price: $price}, expectedVersion: $version) { version }
}"""


@pytest.fixture
def rest(server: LocalServer) -> Iterator[httpx.Client]:
    server.put_items(dataset.table_items())
    server.clear_cache()
    server.gateway.clear_caches()
    headers = {"x-api-key": server.keys.issue("government"), "authorization": server.token("ada")}
    with httpx.Client(base_url=server.url, timeout=60, headers=headers) as client:
        yield client


def cached_reads(server: LocalServer) -> Any:
    """Returns the property by the GraphQL field that is cached for a minute."""
    return server.execute(BY_ID, id=HOME.id).data["property"]


def test_an_uncached_graphql_field_shows_a_rest_write_immediately(server: LocalServer, rest: httpx.Client) -> None:
    response = rest.put(f"/properties/{HOME.id}", json={"price": 5})
    (home,) = server.execute(BY_IDS, id=HOME.id).data["properties"]
    assert home == {"price": 5.0, "version": response.json()["property"]["version"]}


def test_a_rest_write_evicts_the_graphql_cache_after_the_streams_delay(server: LocalServer, rest: httpx.Client) -> None:
    version = cached_reads(server)["version"]
    assert cached_reads(server)["version"] == version  # from the cache
    assert rest.put(f"/properties/{HOME.id}", json={"price": 6}).status_code == 200
    assert wait_until(lambda: cached_reads(server) == {"price": 6.0, "version": version + 1})


def test_a_subscriber_receives_each_rest_write_once(server: LocalServer, rest: httpx.Client) -> None:
    id = create_property(server, user="ada")["id"]
    with connect_client(server) as socket:
        socket.subscribe(ON_PROPERTY_CHANGE, id=id)
        for version, price in ((2, 7.0), (3, 8.0)):
            assert rest.put(f"/properties/{id}", json={"price": price}).json()["property"]["version"] == version
            change = {"propertyId": id, "kind": "PRICE_CHANGED", "version": version, "price": price}
            assert socket.receive_change() == change


def test_rest_shows_a_graphql_write_after_one_minute_at_most(server: LocalServer, rest: httpx.Client) -> None:
    before = rest.get(f"/properties/{HOME.id}").json()["property"]
    server.execute(UPDATE, id=HOME.id, price=8.0, version=before["version"]).data["updateProperty"]
    assert rest.get(f"/properties/{HOME.id}").json()["property"] == before
    server.gateway.clock = lambda: time.monotonic() + REST.cache_seconds
    try:
        after = rest.get(f"/properties/{HOME.id}").json()["property"]
    finally:
        server.gateway.clock = time.monotonic
    assert (after["price"], after["version"]) == (8.0, before["version"] + 1)


def test_a_property_created_with_rest_is_listed_for_its_owner_in_graphql(
    server: LocalServer, rest: httpx.Client
) -> None:
    home = {"address": "1 Elm Street", "price": 1, "userId": "ada"}
    property_id = rest.post("/properties", json=home).json()["property"]["id"]
    mine = server.execute("{ me { properties(first: 1) { nodes { id } } } }").data["me"]["properties"]["nodes"]
    assert mine == [{"id": property_id}]


def test_both_apis_share_the_version_of_a_property(server: LocalServer, rest: httpx.Client) -> None:
    version = rest.get(f"/properties/{HOME.id}/").headers["etag"].strip('"')
    assert server.execute(UPDATE, id=HOME.id, price=9.0, version=int(version)).data
    refused = rest.put(f"/properties/{HOME.id}", json={"price": 1}, headers={"if-match": f'"{version}"'})
    assert refused.status_code == 412
