"""What the cache keeps, for whom and until when; and that whoever changes a home reads it changed."""

import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest

from local.appsync.execution.cache import ABSENT, Cache
from resolvers.field_config import COGNITO, Evict, Field
from resolvers.field_config import Cache as Kept
from resolvers.runtime import encoding
from resolvers.wiring import FIELDS, ROWS
from tests.local.server_fixture import Desk
from tests.local.ws_client import made

PRICE = """mutation($id: ID!, $version: Int!) {
    updateProperty(id: $id, expectedVersion: $version, input: {price: 250}) { price } }"""


def resolver() -> None: ...


def cache(
    seconds: int = 60, by: tuple[str, ...] = ("arguments.id",), clock: Callable[[], float] = time.monotonic
) -> Cache:
    return Cache([Field("Query.home", resolver, (COGNITO,), cache=Kept(seconds, by))], clock)


def asked(**arguments: Any) -> dict[str, Any]:
    return {"arguments": arguments, "identity": {"sub": "ada"}, "source": None}


def home(desk: Desk, zip_code: str = "94199") -> str:
    """A new home, once its making has been published: that evicts it too."""
    return str(made(desk, zip_code, "carol")["id"])


def test_an_answer_is_kept_for_the_values_of_the_rows_keys() -> None:
    kept = cache()
    kept.put("Query.home", asked(id="a", other=1), "A")
    assert kept.get("Query.home", asked(id="a", other=2)) == "A"
    assert kept.get("Query.home", asked(id="b", other=1)) is ABSENT


def test_null_is_an_answer_too() -> None:
    kept = cache()
    kept.put("Query.home", asked(id="a"), None)
    assert kept.get("Query.home", asked(id="a")) is None


def test_the_order_in_which_a_client_gave_its_arguments_does_not_matter() -> None:
    kept = cache(by=("arguments",))
    kept.put("Query.home", asked(a=1, b=2), "A")
    assert kept.get("Query.home", asked(b=2, a=1)) == "A"


def test_an_event_without_one_of_the_keys_is_neither_kept_nor_answered_from_the_cache() -> None:
    kept = cache(by=("arguments.id", "arguments.first"))
    kept.put("Query.home", asked(id="a"), "A")
    assert kept.get("Query.home", asked(id="a")) is ABSENT
    assert len(kept.answers) == 0


def test_a_field_whose_row_says_nothing_is_not_kept() -> None:
    kept = cache()
    kept.put("Query.other", asked(id="a"), "A")
    assert kept.get("Query.other", asked(id="a")) is ABSENT


def test_an_answer_is_kept_for_the_rows_seconds_and_no_longer() -> None:
    now = [100.0]
    kept = cache(seconds=60, clock=lambda: now[0])
    kept.put("Query.home", asked(id="a"), "A")
    now[0] = 159.9
    assert kept.get("Query.home", asked(id="a")) == "A"
    now[0] = 160.0
    assert kept.get("Query.home", asked(id="a")) is ABSENT


def test_an_eviction_takes_the_one_answer_that_its_keys_name() -> None:
    kept = cache()
    kept.put("Query.home", asked(id="a"), "A")
    kept.put("Query.home", asked(id="b"), "B")
    evict = Evict("Query.home", {"arguments.id": "arguments.input.propertyId"})
    event = {"arguments": {"input": {"propertyId": "a"}}}
    assert [kept.evict(evict, event) for _ in range(2)] == [1, 0]
    assert (kept.get("Query.home", asked(id="a")), kept.get("Query.home", asked(id="b"))) == (ABSENT, "B")


def test_no_answer_that_the_caller_shapes_is_kept_without_the_caller_in_its_key() -> None:
    kept = [row for row in FIELDS if row.cache]
    assert [row.path for row in kept] == ["Query.property", "Query.listingsByZip"]
    for row in kept:
        names_caller = encoding.takes_caller(row.resolver) is not None
        assert not names_caller or (row.cache and any(path.startswith("identity") for path in row.cache.by))


def test_every_eviction_names_all_keys_of_a_kept_field_by_arguments_of_its_mutation() -> None:
    for row in FIELDS:
        for evict in row.evicts:
            target = ROWS[evict.field].cache
            assert target and tuple(evict.keys) == target.by
            names = {encoding.camel(name) for name in inspect.signature(row.resolver).parameters}
            assert {path.split(".")[1] for path in evict.keys.values()} <= names


def test_a_home_asked_again_comes_out_of_the_cache_without_a_function_or_a_read(desk: Desk) -> None:
    id = home(desk)
    query = "query($id: ID!) { property(id: $id) { price } }"
    first, second = (desk.ask(query, as_=user, id=id) for user in ("bob", "eve"))
    assert first.data == second.data == {"property": {"price": 100.0}}
    assert (first.invocations, first.trace["cache"]) == ([("Query.property", 1)], [])
    assert (second.invocations, second.operations) == ([], [])
    assert [hit["field"] for hit in second.trace["cache"]] == ["Query.property"]


def test_whoever_changes_a_home_reads_it_changed_at_once(desk: Desk) -> None:
    id = home(desk)
    query = "query($id: ID!) { property(id: $id) { price } }"
    desk.ask(query, id=id)
    changed = desk.ask(PRICE, as_="carol", id=id, version=1)
    assert changed.body["extensions"]["apiCacheEntriesDeleted"] == 1
    again = desk.ask(query, id=id)
    assert again.data == {"property": {"price": 250.0}}
    assert again.invocations == [("Query.property", 1)]


def test_a_refused_change_leaves_the_kept_answer(desk: Desk) -> None:
    id = home(desk)
    query = "query($id: ID!) { property(id: $id) { price } }"
    desk.ask(query, id=id)
    refused = desk.ask(PRICE, as_="carol", id=id, version=7)
    assert refused.error_types == ["VersionConflict"]
    assert "apiCacheEntriesDeleted" not in refused.body["extensions"]
    assert desk.ask(query, id=id).invocations == []


def test_a_refusal_is_not_kept(desk: Desk) -> None:
    query = '{ listingsByZip(zipCode: "nonsense") { nodes { id } } }'
    assert [desk.ask(query).invocations for _ in range(2)] == [[("Query.listingsByZip", 1)]] * 2


def test_a_zip_is_kept_by_all_its_arguments(desk: Desk) -> None:
    home(desk, "94198")
    query = 'query($first: Int!) { listingsByZip(zipCode: "94198", first: $first) { nodes { price } } }'
    asked = [desk.ask(query, first=first) for first in (1, 1, 2)]
    assert [len(answer.invocations) for answer in asked] == [1, 0, 1]


@pytest.mark.parametrize("query", ["{ me { id } }", '{ user(id: "ada") { id email } }'])
def test_what_depends_on_the_caller_is_asked_each_time(desk: Desk, query: str) -> None:
    assert all(desk.ask(query).invocations for _ in range(2))
