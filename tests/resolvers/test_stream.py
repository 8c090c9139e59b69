"""The stream's function: which changes it publishes, to which subscribers, and which records Lambda retries."""

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
from data.maintenance.bulk_import import PropertyImport
from data.records import ID, DateTime, HistoryKind, ListingStatus, Property, Url
from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import TableStream
from resolvers import stream
from resolvers.wiring import LIMITS
from tests.resolvers import factories
from tests.resolvers.events import IAM, event, invoke
from tests.resolvers.fake_appsync import AppSync

Records = Callable[[], list[dict[str, Any]]]
StreamConsumer = Callable[[], None]

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
ZIP_CHANGE: dict[str, Any] = {
    "zipCode": "94110",
    "propertyId": "h1",
    "kind": "DELETED",
    "version": 3,
    "at": "2026-01-01T00:00:00.000Z",
    "listed": False,
    "listing": None,
}


@pytest.fixture
def has_stream() -> bool:
    return True


@pytest.fixture
def records(engine: str, table: str) -> Records:
    """Returns a function that reads the stream records of all writes since its last call."""
    stream = TableStream(dynamodb.environment(engine, table))

    def read_records() -> list[dict[str, Any]]:
        return [record for _ in range(3) for shard in stream.open() for record in stream.read(shard)]

    return read_records


@pytest.fixture
def consume_stream(records: Records, appsync: AppSync) -> StreamConsumer:
    """Returns a function that passes the new stream records to the handler, which must process all of them."""

    def consume() -> None:
        assert stream.handle({"Records": records()}, None) == {"batchItemFailures": []}

    return consume


def zip_summary(change: dict[str, Any]) -> tuple[str, bool, str | None]:
    """Returns the ZIP code of a change, whether the property is listed there now, and the address of its listing."""
    return change["zipCode"], change["listed"], change["listing"] and change["listing"]["address"]


@pytest.mark.parametrize(
    ("path", "change"), [("Mutation.publishPropertyChange", CHANGE), ("Mutation.publishZipChange", ZIP_CHANGE)]
)
def test_a_published_change_is_returned_unchanged(path: str, change: dict[str, Any]) -> None:
    assert invoke(event(path, {"input": change}, IAM)) == {"ok": change}


@pytest.mark.parametrize(
    ("path", "arguments"),
    [("Subscription.onPropertyChange", {"propertyId": "h1"}), ("Subscription.onZipChange", {"zipCode": "94110"})],
)
def test_the_result_of_a_new_subscription_is_null(path: str, arguments: dict[str, Any]) -> None:
    assert invoke(event(path, arguments)) == {"ok": None}


def test_a_new_property_is_published_by_id_and_by_zip_code(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    property_ = factories.create_property("h1", zip_code="94110", bedrooms=3)
    consume_stream()
    about = {"propertyId": "h1", "kind": "CREATED", "version": 1, "at": property_.created_at}
    assert appsync.property_changes == [
        about | {"address": "h1 Elm Street", "price": 100.0, "status": "ACTIVE", "changes": []}
    ]
    listing = {
        "id": "h1",
        "zipCode": "94110",
        "address": "h1 Elm Street",
        "price": 100.0,
        "status": "ACTIVE",
        "bedrooms": 3,
        "bathrooms": None,
        "livingAreaSqft": None,
        "coverImageUrl": None,
        "listedAt": property_.created_at,
    }
    assert appsync.zip_changes == [[about | {"zipCode": "94110", "listed": True, "listing": listing}]]


def test_changes_of_a_property_are_published_in_order(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    factories.change_price(factories.create_property("h1"), 5.5, 7.0)
    consume_stream()
    assert [(change_["version"], change_["kind"], change_["price"]) for change_ in appsync.property_changes] == [
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
def test_a_published_change_equals_its_history_event(
    consume_stream: StreamConsumer, appsync: AppSync, change: dict[str, Any]
) -> None:
    property_ = factories.create_property("h1", latitude=1.5)
    properties.update(property_, change, 1, ID("ada"))
    consume_stream()
    [page] = history.of_properties([ID("h1")], 1, None)
    change_, [event_] = appsync.property_changes[-1], page.nodes
    assert (change_["kind"], change_["version"], change_["at"]) == (event_.kind.value, event_.version, event_.at)
    assert {
        field_change["field"]: (field_change["before"], field_change["after"]) for field_change in change_["changes"]
    } == {field_change.field: (field_change.before, field_change.after) for field_change in event_.changes}


def test_a_move_is_published_to_both_zip_codes(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    properties.update(factories.create_property("h1", zip_code="94110"), {"zip_code": "10001"}, 1, ID("ada"))
    consume_stream()
    assert list(map(zip_summary, appsync.zip_changes[1])) == [("94110", False, None), ("10001", True, "h1 Elm Street")]


@pytest.mark.parametrize("change", [{"status": ListingStatus.WITHDRAWN}, {"zip_code": None}])
def test_a_delisting_is_published_to_the_zip_code(
    consume_stream: StreamConsumer, appsync: AppSync, change: dict[str, Any]
) -> None:
    properties.update(factories.create_property("h1", zip_code="94110"), change, 1, ID("ada"))
    consume_stream()
    assert list(map(zip_summary, appsync.zip_changes[1])) == [("94110", False, None)]


@pytest.mark.parametrize("property_", [{}, {"zip_code": "94110", "status": ListingStatus.COMING_SOON}])
def test_a_change_of_an_unlisted_property_is_published_to_no_zip_code(
    consume_stream: StreamConsumer, appsync: AppSync, property_: dict[str, Any]
) -> None:
    properties.update(factories.create_property("h1", **property_), {"bedrooms": 3}, 1, ID("ada"))
    consume_stream()
    assert (len(appsync.property_changes), appsync.zip_changes) == (2, [[], []])


def test_a_deletion_is_published_with_the_last_values_and_version(
    consume_stream: StreamConsumer, appsync: AppSync
) -> None:
    property_ = factories.change_price(factories.create_property("h1", zip_code="94110"), 5.5)
    properties.delete(property_, 2, ID("ada"))
    consume_stream()
    [page] = history.of_properties([ID("h1")], 1, None)
    change_, [event_] = appsync.property_changes[-1], page.nodes
    assert (change_["kind"], change_["version"]) == ("DELETED", 3) == (event_.kind.value, event_.version)
    assert (change_["address"], change_["price"], change_["changes"]) == ("h1 Elm Street", 5.5, [])
    assert list(map(zip_summary, appsync.zip_changes[-1])) == [("94110", False, None)]


def test_a_deletion_has_the_streams_time_but_not_before_the_last_change(records: Records, table: str) -> None:
    property_ = factories.create_property("h1")
    properties.delete(property_, 1, ID("ada"))
    [_, record] = [record for record in records() if stream.to_property_change(record)]
    early = record | {"dynamodb": record["dynamodb"] | {"ApproximateCreationDateTime": 1}}
    late = record | {"dynamodb": record["dynamodb"] | {"ApproximateCreationDateTime": 4_000_000_000}}
    at = [change_.at for change_ in map(stream.to_property_change, (early, late)) if change_]
    assert at == [property_.updated_at, "2096-10-02T07:06:40.000Z"]


def test_a_change_of_images_has_their_ids_and_the_new_cover_image(
    consume_stream: StreamConsumer, appsync: AppSync
) -> None:
    property_ = factories.create_property_with_images(2, zip_code="94110")
    images.reorder(property_, [ID("p2"), ID("p1")], ID("ada"))
    consume_stream()
    assert [change_["kind"] for change_ in appsync.property_changes] == [
        "CREATED",
        "PICTURES_CHANGED",
        "PICTURES_CHANGED",
    ]
    assert [change_["changes"] for change_ in appsync.property_changes[1:]] == [
        [{"field": "images", "before": None, "after": "p1 p2"}],
        [{"field": "images", "before": "p1 p2", "after": "p2 p1"}],
    ]
    assert [in_zip["listing"]["coverImageUrl"][-5:] for [in_zip] in appsync.zip_changes[1:]] == ["1.jpg", "2.jpg"]


def test_a_new_caption_is_published_as_a_change_of_images(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    images.update(factories.create_property_with_images(1), ID("p1"), {"caption": "The porch"}, ID("ada"))
    consume_stream()
    change_ = appsync.property_changes[-1]
    assert (change_["kind"], change_["version"], change_["changes"]) == ("PICTURES_CHANGED", 3, [])


def test_imported_properties_are_published(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    now = clock.now()
    property_ = Property(
        id=ID("h1"),
        version=1,
        address="1 Elm Street",
        price=1.0,
        status=ListingStatus.ACTIVE,
        owner_id=ID("ada"),
        created_at=now,
        updated_at=now,
    )
    bulk_import.import_properties(
        [PropertyImport(property_, [history.put_event(property_, HistoryKind.CREATED, ID("ada"), []).item])]
    )
    consume_stream()
    assert [(change_["propertyId"], change_["kind"]) for change_ in appsync.property_changes] == [("h1", "CREATED")]


def test_a_direct_write_is_published_although_its_version_is_unchanged(
    consume_stream: StreamConsumer, appsync: AppSync
) -> None:
    property_ = factories.create_property("h1", zip_code="94110")
    factories.put_items(properties.to_item(replace(property_, zip_code="10001", bedrooms=2)))
    consume_stream()
    assert (appsync.property_changes[1]["kind"], appsync.property_changes[1]["version"]) == ("DETAILS_CHANGED", 1)
    assert list(map(zip_summary, appsync.zip_changes[1])) == [("94110", False, None), ("10001", True, "h1 Elm Street")]


def test_a_write_without_a_visible_change_is_not_published(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    property_ = factories.create_property("h1")
    factories.put_items(properties.to_item(replace(property_, updated_at=DateTime("2099-01-01T00:00:00.000Z"))))
    factories.put_items(properties.to_item(property_) | {"note": "ours"})
    consume_stream()
    assert [change_["kind"] for change_ in appsync.property_changes] == ["CREATED"]


def test_only_writes_of_the_property_item_are_published(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    factories.create_user("bob")
    property_ = factories.create_property_with_images(2, zip_code="94110")
    later = history.put_event(replace(property_, version=9), HistoryKind.DETAILS_CHANGED, ID("ada"), [])
    table.write([Delete(keys.image(property_.id, ID("p1"))), later])
    consume_stream()
    assert [change_["version"] for change_ in appsync.property_changes] == [1, 2]


def test_the_largest_change_fits_into_a_message(consume_stream: StreamConsumer, appsync: AppSync) -> None:
    wide_character = "\N{HOUSE BUILDING}"  # twelve bytes of JSON
    property_ = factories.create_property(
        "h" * 64, "o" * 64, zip_code="94110", address=wide_character * 200, description=wide_character * 10_000
    )
    ids = tuple(ID(f"{n:064}") for n in range(50))
    url = Url("https://example.com/" + wide_character * 2_028)
    other = replace(
        property_,
        address=wide_character * 199 + "!",
        description="!" + wide_character * 9_999,
        image_ids=ids,
        cover_image_url=url,
    )
    factories.put_items(properties.to_item(replace(other, zip_code="10001", owner_id=ID("p" * 64), year_built=1888)))
    consume_stream()
    [change_] = appsync.property_changes[1:]
    texts = {item_["field"]: item_["after"] for item_ in change_["changes"]}
    assert texts["description"] == "!" + wide_character * 3_998 + "…"
    assert (texts["address"], texts["images"]) == (other.address, " ".join(ids))
    assert max(len(json.dumps(item_)) for item_ in (change_, *appsync.zip_changes[1])) < LIMITS.published_bytes / 2


@pytest.mark.parametrize("failure", [(500, b"oops"), (200, b'{"errors": [{"message": "no"}]}'), (200, b"no JSON")])
def test_a_failed_batch_is_retried_from_the_failed_record(
    records: Records, appsync: AppSync, failure: tuple[int, bytes]
) -> None:
    factories.change_price(factories.create_property("h1"), 1.0, 2.0)
    appsync.responses = [(200, b'{"data": {}}'), failure]
    all_of_them = records()
    numbers = [record["dynamodb"]["SequenceNumber"] for record in all_of_them]
    [failed] = stream.handle({"Records": all_of_them}, None)["batchItemFailures"]
    remaining = all_of_them[numbers.index(failed["itemIdentifier"]) :]
    assert [change_["version"] for change_ in appsync.property_changes] == [1, 2]
    assert stream.handle({"Records": remaining}, None) == {"batchItemFailures": []}
    assert [change_["version"] for change_ in appsync.property_changes] == [1, 2, 2, 3]


def test_a_corrupt_record_fails_by_its_number_and_stops_the_batch(
    records: Records, appsync: AppSync, table: str
) -> None:
    factories.create_property("h1")
    factories.put_items(Key("PROP#h2", keys.METADATA)._asdict())
    factories.create_property("h3")
    all_of_them = records()
    [bad] = [
        record["dynamodb"]
        for record in all_of_them
        if record["dynamodb"]["Keys"] == attribute_values.serialize_item(keys.property(ID("h2"))._asdict())
    ]
    response = stream.handle({"Records": all_of_them}, None)
    assert response == {"batchItemFailures": [{"itemIdentifier": bad["SequenceNumber"]}]}
    assert [change_["propertyId"] for change_ in appsync.property_changes] == ["h1"]
