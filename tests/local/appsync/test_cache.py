"""The resolver cache: its keys, its expiry and its evictions."""

import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest

from local.appsync.execution.cache import ABSENT, ResolverCache
from resolvers.field_config import COGNITO, Cache, CacheEviction, FieldConfig
from resolvers.runtime import encoding
from resolvers.wiring import FIELD_BY_PATH, FIELDS
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import create_property

SET_PRICE = """mutation($id: ID!, $version: Int!) {
    updateProperty(id: $id, expectedVersion: $version, input: {price: 250}) { price } }"""
EVICTION_BY_ID = CacheEviction("Query.property", {"arguments.id": "arguments.id"})


def resolver() -> None: ...


def build_cache(
    seconds: int = 60, keys: tuple[str, ...] = ("arguments.id",), clock: Callable[[], float] = time.monotonic
) -> ResolverCache:
    return ResolverCache([FieldConfig("Query.property", resolver, (COGNITO,), cache=Cache(seconds, keys))], clock)


def build_event(**arguments: Any) -> dict[str, Any]:
    return {"arguments": arguments, "identity": {"sub": "ada"}, "source": None}


def store(cache: ResolverCache, event: dict[str, Any], value: Any) -> None:
    cache.store(cache.start_read("Query.property", event), value)


def create_property_id(server: LocalServer, zip_code: str = "94199") -> str:
    """Creates a property and returns its id after the change is published: the publication evicts it too."""
    return str(create_property(server, zip_code, "carol")["id"])


def test_a_value_is_cached_by_the_values_of_the_caching_keys() -> None:
    cache = build_cache()
    store(cache, build_event(id="a", other=1), "A")
    assert cache.get("Query.property", build_event(id="a", other=2)) == "A"
    assert cache.get("Query.property", build_event(id="b", other=1)) is ABSENT


def test_null_is_cached_too() -> None:
    cache = build_cache()
    store(cache, build_event(id="a"), None)
    assert cache.get("Query.property", build_event(id="a")) is None


def test_the_order_of_arguments_does_not_matter() -> None:
    cache = build_cache(keys=("arguments",))
    store(cache, build_event(a=1, b=2), "A")
    assert cache.get("Query.property", build_event(b=2, a=1)) == "A"


def test_an_event_without_one_of_the_keys_is_not_cached() -> None:
    cache = build_cache(keys=("arguments.id", "arguments.first"))
    store(cache, build_event(id="a"), "A")
    assert cache.get("Query.property", build_event(id="a")) is ABSENT
    assert len(cache.values) == 0


def test_a_field_without_a_cache_setting_is_not_cached() -> None:
    cache = build_cache()
    cache.store(cache.start_read("Query.other", build_event(id="a")), "A")
    assert cache.get("Query.other", build_event(id="a")) is ABSENT


def test_a_value_expires_after_the_configured_seconds() -> None:
    now = [100.0]
    cache = build_cache(seconds=60, clock=lambda: now[0])
    store(cache, build_event(id="a"), "A")
    now[0] = 159.9
    assert cache.get("Query.property", build_event(id="a")) == "A"
    now[0] = 160.0
    assert cache.get("Query.property", build_event(id="a")) is ABSENT


def test_an_eviction_removes_only_the_value_of_its_keys() -> None:
    cache = build_cache()
    store(cache, build_event(id="a"), "A")
    store(cache, build_event(id="b"), "B")
    eviction = CacheEviction("Query.property", {"arguments.id": "arguments.input.propertyId"})
    event = {"arguments": {"input": {"propertyId": "a"}}}
    assert [cache.evict(eviction, event) for _ in range(2)] == [1, 0]
    assert (cache.get("Query.property", build_event(id="a")), cache.get("Query.property", build_event(id="b"))) == (
        ABSENT,
        "B",
    )


def test_a_value_that_depends_on_the_caller_has_the_caller_in_its_cache_key() -> None:
    cached_fields = [field for field in FIELDS if field.cache]
    assert [field.path for field in cached_fields] == ["Query.property", "Query.listingsByZip"]
    for field in cached_fields:
        names_caller = encoding.caller_parameter(field.resolver) is not None
        assert not names_caller or (field.cache and any(path.startswith("identity") for path in field.cache.keys))


def test_every_eviction_maps_all_caching_keys_to_arguments_of_its_mutation() -> None:
    for field in FIELDS:
        for eviction in field.evictions:
            caching = FIELD_BY_PATH[eviction.field].cache
            assert caching and tuple(eviction.keys) == caching.keys
            names = {encoding.camel_case(name) for name in inspect.signature(field.resolver).parameters}
            assert {path.split(".")[1] for path in eviction.keys.values()} <= names


def test_a_repeated_query_is_answered_from_the_cache_without_an_invocation(server: LocalServer) -> None:
    property_id = create_property_id(server)
    query = "query($id: ID!) { property(id: $id) { price } }"
    first, second = (server.execute(query, as_user=user, id=property_id) for user in ("bob", "eve"))
    assert first.data == second.data == {"property": {"price": 100.0}}
    assert (first.invocations, first.trace["cache"]) == ([("Query.property", 1)], [])
    assert (second.invocations, second.operations) == ([], [])
    assert [hit["field"] for hit in second.trace["cache"]] == ["Query.property"]


def test_every_caller_reads_an_update_immediately(server: LocalServer) -> None:
    property_id = create_property_id(server)
    query = "query($id: ID!) { property(id: $id) { price } }"
    server.execute(query, id=property_id)
    update_response = server.execute(SET_PRICE, as_user="carol", id=property_id, version=1)
    assert update_response.body["extensions"]["apiCacheEntriesDeleted"] == 1
    response = server.execute(query, id=property_id)
    assert response.data == {"property": {"price": 250.0}}
    assert response.invocations == [("Query.property", 1)]


def test_a_rejected_update_does_not_evict_the_cached_value(server: LocalServer) -> None:
    property_id = create_property_id(server)
    query = "query($id: ID!) { property(id: $id) { price } }"
    server.execute(query, id=property_id)
    rejected = server.execute(SET_PRICE, as_user="carol", id=property_id, version=7)
    assert rejected.error_types == ["VersionConflict"]
    assert "apiCacheEntriesDeleted" not in rejected.body["extensions"]
    assert server.execute(query, id=property_id).invocations == []


def test_an_error_is_not_cached(server: LocalServer) -> None:
    query = '{ listingsByZip(zipCode: "nonsense") { nodes { id } } }'
    assert [server.execute(query).invocations for _ in range(2)] == [[("Query.listingsByZip", 1)]] * 2


def test_listings_are_cached_by_all_their_arguments(server: LocalServer) -> None:
    create_property_id(server, "94198")
    query = 'query($first: Int!) { listingsByZip(zipCode: "94198", first: $first) { nodes { price } } }'
    responses = [server.execute(query, first=first) for first in (1, 1, 2)]
    assert [len(response.invocations) for response in responses] == [1, 0, 1]


@pytest.mark.parametrize("query", ["{ me { id } }", '{ user(id: "ada") { id email } }'])
def test_a_field_that_depends_on_the_caller_is_invoked_each_time(server: LocalServer, query: str) -> None:
    assert all(server.execute(query).invocations for _ in range(2))


def test_a_value_that_was_read_before_an_eviction_is_not_stored() -> None:
    cache = build_cache()
    reads = {id: cache.start_read("Query.property", build_event(id=id)) for id in "ab"}
    assert cache.evict(EVICTION_BY_ID, build_event(id="a")) == 0
    for id, read in reads.items():
        cache.store(read, id)
    assert [cache.get("Query.property", build_event(id=id)) for id in "ab"] == [ABSENT, "b"]


def test_a_read_that_starts_after_an_eviction_is_stored_and_an_earlier_one_is_not() -> None:
    cache = build_cache()
    earlier = cache.start_read("Query.property", build_event(id="a"))
    cache.evict(EVICTION_BY_ID, build_event(id="a"))
    store(cache, build_event(id="a"), "new")
    cache.store(earlier, "old")
    assert cache.get("Query.property", build_event(id="a")) == "new"


def test_a_value_that_was_read_before_the_cache_was_cleared_is_not_stored() -> None:
    cache = build_cache()
    read = cache.start_read("Query.property", build_event(id="a"))
    cache.clear()
    cache.store(read, "A")
    assert cache.get("Query.property", build_event(id="a")) is ABSENT


def test_the_cache_refers_to_a_read_only_while_it_runs() -> None:
    cache = build_cache()
    reads = [cache.start_read("Query.property", build_event(id=id)) for id in "aab"]
    assert reads[0] is reads[1]
    assert len(cache.reads) == 2
    del reads
    assert len(cache.reads) == 0
