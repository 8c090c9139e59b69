"""What the table's stream tells, and what of it is published: to whom, how, and what Lambda is told to bring again."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from data import clock, history, images, keys, properties
from data.dynamodb import attribute_values, table
from data.dynamodb.requests import Delete
from data.keys import Key
from data.maintenance import bulk_import
from data.maintenance.bulk_import import Arrival
from data.records import ID, DateTime, HistoryKind, ListingStatus, Property, Url
from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import Stream
from resolvers import stream
from resolvers.wiring import LIMITS
from tests.resolvers import factories
from tests.resolvers.events import IAM, event, handled
from tests.resolvers.fake_appsync import AppSync

Records = Callable[[], list[dict[str, Any]]]
Taken = Callable[[], None]

CHANGE: dict[str, Any] = {
    "propertyId": "h1",
    "kind": "PRICE_CHANGED",
    "version": 2,
    "at": "2026-01-01T00:00:00.000Z",
    "address": "1 Elm Street",
    "price": 5.5,
    "status": "ACTIVE",
    "changes": [{"field": "price", "before": "100", "after": "5.5"}],
}
IN_A_ZIP: dict[str, Any] = {
    "zipCode": "94110",
    "propertyId": "h1",
    "kind": "DELETED",
    "version": 3,
    "at": "2026-01-01T00:00:00.000Z",
    "listed": False,
    "listing": None,
}


@pytest.fixture
def streamed() -> bool:
    return True


@pytest.fixture
def records(engine: str, table: str) -> Records:
    """Reads what the table's stream tells of all that was written since this was last called."""
    stream = Stream(dynamodb.environment(engine, table))

    def told() -> list[dict[str, Any]]:
        return [record for _ in range(3) for shard in stream.open() for record in stream.read(shard)]

    return told


@pytest.fixture
def taken(records: Records, appsync: AppSync) -> Taken:
    """Hands what was written to the function, which takes all of it."""

    def take() -> None:
        assert stream.handle({"Records": records()}, None) == {"batchItemFailures": []}

    return take


def in_zip(told: dict[str, Any]) -> tuple[str, bool, str | None]:
    """Which ZIP a change is told to, whether the home is listed there now, and the address on its card."""
    return told["zipCode"], told["listed"], told["listing"] and told["listing"]["address"]


@pytest.mark.parametrize(
    ("path", "change"), [("Mutation.publishPropertyChange", CHANGE), ("Mutation.publishZipChange", IN_A_ZIP)]
)
def test_what_is_published_is_answered_as_it_came(path: str, change: dict[str, Any]) -> None:
    assert handled(event(path, {"input": change}, IAM)) == {"ok": change}


@pytest.mark.parametrize(
    ("path", "asked"),
    [("Subscription.onPropertyChange", {"propertyId": "h1"}), ("Subscription.onZipChange", {"zipCode": "94110"})],
)
def test_a_subscription_begins_with_nothing(path: str, asked: dict[str, Any]) -> None:
    assert handled(event(path, asked)) == {"ok": None}


def test_a_new_home_is_told_to_its_own_subscribers_and_to_its_zips(taken: Taken, appsync: AppSync) -> None:
    home = factories.home("h1", zip_code="94110", bedrooms=3)
    taken()
    about = {"propertyId": "h1", "kind": "CREATED", "version": 1, "at": home.created_at}
    assert appsync.homes == [about | {"address": "h1 Elm Street", "price": 100.0, "status": "ACTIVE", "changes": []}]
    card = {
        "id": "h1",
        "zipCode": "94110",
        "address": "h1 Elm Street",
        "price": 100.0,
        "status": "ACTIVE",
        "bedrooms": 3,
        "bathrooms": None,
        "livingAreaSqft": None,
        "coverImageUrl": None,
        "listedAt": home.created_at,
    }
    assert appsync.zips == [[about | {"zipCode": "94110", "listed": True, "listing": card}]]


def test_each_change_of_a_home_is_told_in_its_order(taken: Taken, appsync: AppSync) -> None:
    factories.prices(factories.home("h1"), 5.5, 7.0)
    taken()
    assert [(told["version"], told["kind"], told["price"]) for told in appsync.homes] == [
        (1, "CREATED", 100.0),
        (2, "PRICE_CHANGED", 5.5),
        (3, "PRICE_CHANGED", 7.0),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"price": 5.5, "status": ListingStatus.PENDING, "zip_code": "10001"},
        {"status": ListingStatus.CLOSED, "description": "Sold."},
        {"address": "2 Oak Street", "bathrooms": 1.5, "latitude": None},
    ],
)
def test_a_change_is_told_as_its_history_tells_it(taken: Taken, appsync: AppSync, change: dict[str, Any]) -> None:
    home = factories.home("h1", latitude=1.5)
    properties.update(home, change, 1, ID("ada"))
    taken()
    [page] = history.of_properties([ID("h1")], 1, None)
    told, [written] = appsync.homes[-1], page.nodes
    assert (told["kind"], told["version"], told["at"]) == (written.kind.value, written.version, written.at)
    assert {one["field"]: (one["before"], one["after"]) for one in told["changes"]} == {
        one.field: (one.before, one.after) for one in written.changes
    }


def test_a_move_is_told_to_both_zips(taken: Taken, appsync: AppSync) -> None:
    properties.update(factories.home("h1", zip_code="94110"), {"zip_code": "10001"}, 1, ID("ada"))
    taken()
    assert list(map(in_zip, appsync.zips[1])) == [("94110", False, None), ("10001", True, "h1 Elm Street")]


@pytest.mark.parametrize("change", [{"status": ListingStatus.WITHDRAWN}, {"zip_code": None}])
def test_a_zip_is_told_that_a_home_leaves_its_list(taken: Taken, appsync: AppSync, change: dict[str, Any]) -> None:
    properties.update(factories.home("h1", zip_code="94110"), change, 1, ID("ada"))
    taken()
    assert list(map(in_zip, appsync.zips[1])) == [("94110", False, None)]


@pytest.mark.parametrize("home", [{}, {"zip_code": "94110", "status": ListingStatus.COMING_SOON}])
def test_no_zip_is_told_of_a_home_that_none_lists(taken: Taken, appsync: AppSync, home: dict[str, Any]) -> None:
    properties.update(factories.home("h1", **home), {"bedrooms": 3}, 1, ID("ada"))
    taken()
    assert (len(appsync.homes), appsync.zips) == (2, [[], []])


def test_a_deleted_home_is_told_as_it_was_last_at_the_version_of_its_last_event(taken: Taken, appsync: AppSync) -> None:
    home = factories.prices(factories.home("h1", zip_code="94110"), 5.5)
    properties.delete(home, 2, ID("ada"))
    taken()
    [page] = history.of_properties([ID("h1")], 1, None)
    told, [written] = appsync.homes[-1], page.nodes
    assert (told["kind"], told["version"]) == ("DELETED", 3) == (written.kind.value, written.version)
    assert (told["address"], told["price"], told["changes"]) == ("h1 Elm Street", 5.5, [])
    assert list(map(in_zip, appsync.zips[-1])) == [("94110", False, None)]


def test_a_deletion_is_told_at_the_streams_time_but_never_before_the_last_change(records: Records, table: str) -> None:
    home = factories.home("h1")
    properties.delete(home, 1, ID("ada"))
    [_, record] = [record for record in records() if stream.change(record)]
    early = record | {"dynamodb": record["dynamodb"] | {"ApproximateCreationDateTime": 1}}
    late = record | {"dynamodb": record["dynamodb"] | {"ApproximateCreationDateTime": 4_000_000_000}}
    at = [told.at for told in map(stream.change, (early, late)) if told]
    assert at == [home.updated_at, "2096-10-02T07:06:40.000Z"]


def test_pictures_are_told_by_their_ids_and_show_on_the_card(taken: Taken, appsync: AppSync) -> None:
    home = factories.home_with_pictures(2, zip_code="94110")
    images.reorder(home, [ID("p2"), ID("p1")], ID("ada"))
    taken()
    assert [told["kind"] for told in appsync.homes] == ["CREATED", "PICTURES_CHANGED", "PICTURES_CHANGED"]
    assert [told["changes"] for told in appsync.homes[1:]] == [
        [{"field": "images", "before": None, "after": "p1 p2"}],
        [{"field": "images", "before": "p1 p2", "after": "p2 p1"}],
    ]
    assert [in_zip["listing"]["coverImageUrl"][-5:] for [in_zip] in appsync.zips[1:]] == ["1.jpg", "2.jpg"]


def test_a_new_caption_is_told_as_a_change_of_pictures(taken: Taken, appsync: AppSync) -> None:
    images.update(factories.home_with_pictures(1), ID("p1"), {"caption": "The porch"}, ID("ada"))
    taken()
    told = appsync.homes[-1]
    assert (told["kind"], told["version"], told["changes"]) == ("PICTURES_CHANGED", 3, [])


def test_homes_that_come_by_a_load_are_told(taken: Taken, appsync: AppSync) -> None:
    now = clock.now()
    home = Property(
        id=ID("h1"),
        version=1,
        address="1 Elm Street",
        price=1.0,
        status=ListingStatus.ACTIVE,
        owner_id=ID("ada"),
        created_at=now,
        updated_at=now,
    )
    bulk_import.add([Arrival(home, [history.added(home, HistoryKind.CREATED, ID("ada"), []).item])])
    taken()
    assert [(told["propertyId"], told["kind"]) for told in appsync.homes] == [("h1", "CREATED")]


def test_what_somebody_writes_past_us_is_told_though_its_version_stays(taken: Taken, appsync: AppSync) -> None:
    home = factories.home("h1", zip_code="94110")
    factories.rows(properties.to_item(replace(home, zip_code="10001", bedrooms=2)))
    taken()
    assert (appsync.homes[1]["kind"], appsync.homes[1]["version"]) == ("DETAILS_CHANGED", 1)
    assert list(map(in_zip, appsync.zips[1])) == [("94110", False, None), ("10001", True, "h1 Elm Street")]


def test_a_write_that_changes_nothing_that_anybody_sees_is_not_told(taken: Taken, appsync: AppSync) -> None:
    home = factories.home("h1")
    factories.rows(properties.to_item(replace(home, updated_at=DateTime("2099-01-01T00:00:00.000Z"))))
    factories.rows(properties.to_item(home) | {"note": "ours"})
    taken()
    assert [told["kind"] for told in appsync.homes] == ["CREATED"]


def test_of_all_that_is_written_only_the_home_itself_is_told(taken: Taken, appsync: AppSync) -> None:
    factories.person("bob")
    home = factories.home_with_pictures(2, zip_code="94110")
    later = history.added(replace(home, version=9), HistoryKind.DETAILS_CHANGED, ID("ada"), [])
    table.write([Delete(keys.image(home.id, ID("p1"))), later])
    taken()
    assert [told["version"] for told in appsync.homes] == [1, 2]


def test_whatever_a_home_holds_what_its_subscribers_are_told_is_delivered(taken: Taken, appsync: AppSync) -> None:
    wide = "\N{HOUSE BUILDING}"  # twelve bytes of JSON
    home = factories.home("h" * 64, "o" * 64, zip_code="94110", address=wide * 200, description=wide * 10_000)
    ids = tuple(ID(f"{n:064}") for n in range(50))
    url = Url("https://example.com/" + wide * 2_028)
    other = replace(home, address=wide * 199 + "!", description="!" + wide * 9_999, image_ids=ids, cover_image_url=url)
    factories.rows(properties.to_item(replace(other, zip_code="10001", owner_id=ID("p" * 64), year_built=1888)))
    taken()
    [told] = appsync.homes[1:]
    texts = {one["field"]: one["after"] for one in told["changes"]}
    assert texts["description"] == "!" + wide * 3_998 + "…"
    assert (texts["address"], texts["images"]) == (other.address, " ".join(ids))
    assert max(len(json.dumps(one)) for one in (told, *appsync.zips[1])) < LIMITS.published_bytes / 2


@pytest.mark.parametrize("failure", [(500, b"oops"), (200, b'{"errors": [{"message": "no"}]}'), (200, b"no JSON")])
def test_after_a_failure_lambda_comes_again_from_there(
    records: Records, appsync: AppSync, failure: tuple[int, bytes]
) -> None:
    factories.prices(factories.home("h1"), 1.0, 2.0)
    appsync.answers = [(200, b'{"data": {}}'), failure]
    all_of_them = records()
    numbers = [record["dynamodb"]["SequenceNumber"] for record in all_of_them]
    [failed] = stream.handle({"Records": all_of_them}, None)["batchItemFailures"]
    left = all_of_them[numbers.index(failed["itemIdentifier"]) :]
    assert [told["version"] for told in appsync.homes] == [1, 2]
    assert stream.handle({"Records": left}, None) == {"batchItemFailures": []}
    assert [told["version"] for told in appsync.homes] == [1, 2, 2, 3]


def test_a_home_that_cannot_be_read_fails_by_its_number_and_nothing_behind_it_is_told(
    records: Records, appsync: AppSync, table: str
) -> None:
    factories.home("h1")
    factories.rows(Key("PROP#h2", keys.METADATA)._asdict())
    factories.home("h3")
    all_of_them = records()
    [bad] = [
        one["dynamodb"]
        for one in all_of_them
        if one["dynamodb"]["Keys"] == attribute_values.item(keys.property(ID("h2"))._asdict())
    ]
    answer = stream.handle({"Records": all_of_them}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": bad["SequenceNumber"]}]}
    assert [told["propertyId"] for told in appsync.homes] == ["h1"]
