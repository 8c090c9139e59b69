"""Updating a property: version, event and listing in one transaction that overwrites no concurrent change."""

from dataclasses import replace
from typing import Any

import pytest

from data import clock, properties
from data.dynamodb.instrumentation import DynamoDBCall
from data.errors import InvalidInput, PropertyNotFound, VersionConflict
from data.records import DateTime, FieldChange, ListingStatus, Property
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy, reset_after_success

pytestmark = pytest.mark.usefixtures("table")

LATER = DateTime("2999-01-01T00:00:00.000Z")
LISTING_PARTITION = "ZIP#98001"


def last_event(property_: Property) -> dict[str, Any]:
    return [item for item in assertions.partition(f"PROP#{property_.id}") if item["sk"].startswith("HIST#")][-1]


def test_an_update_is_one_request_and_increments_the_version(proxy: FaultProxy) -> None:
    property_ = factories.create_property()
    proxy.operations.clear()
    updated = actions.change_property(property_, price=300_000.0)
    assert proxy.operations == ["TransactWriteItems"]
    assert (updated.version, updated.price) == (2, 300_000.0)
    assert properties.with_images(property_.id) == updated


def test_an_update_sets_updated_at() -> None:
    before = clock.now()
    updated = actions.change_property(factories.create_property(), price=300_000.0)
    assert before <= updated.updated_at <= clock.now()
    assert updated.created_at == factories.timestamp(0)


def test_an_update_writes_an_event_with_the_changes_as_text() -> None:
    updated = actions.change_property(
        factories.create_property(bedrooms=3), price=299_999.99, bedrooms=None, living_area_sqft=1_000
    )
    assert last_event(updated) == {
        "pk": f"PROP#{updated.id}",
        "sk": f"HIST#{updated.updated_at}#0000000002",
        "id": f"{updated.id}-2",
        "at": updated.updated_at,
        "kind": "PRICE_CHANGED",
        "version": 2,
        "changed_by_id": "ada",
        "changes": [
            {"field": "price", "before": "250000", "after": "299999.99"},
            {"field": "bedrooms", "before": "3", "after": None},
            {"field": "livingAreaSqft", "before": None, "after": "1000"},
        ],
    }


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"price": 1.0}, "PRICE_CHANGED"),
        ({"status": ListingStatus.PENDING}, "STATUS_CHANGED"),
        ({"address": "2 Oak Street"}, "DETAILS_CHANGED"),
        ({"address": "2 Oak Street", "status": ListingStatus.PENDING}, "STATUS_CHANGED"),
        ({"address": "2 Oak Street", "status": ListingStatus.PENDING, "price": 1.0}, "PRICE_CHANGED"),
        ({"address": "2 Oak Street", "price": 250_000.0}, "DETAILS_CHANGED"),
    ],
)
def test_the_kind_of_an_event_is_the_most_important_change(changes: dict[str, Any], kind: str) -> None:
    assert last_event(actions.change_property(factories.create_property(), **changes))["kind"] == kind


def test_an_unchanged_field_is_not_in_the_event() -> None:
    updated = actions.change_property(factories.create_property(), price=250_000.0, address="2 Oak Street")
    assert [change["field"] for change in last_event(updated)["changes"]] == ["address"]


@pytest.mark.parametrize(
    ("price", "text"),
    [(0.0, "0"), (0.01, "0.01"), (1e12, "1000000000000"), (999_999_999_999.99, "999999999999.99")],
)
def test_a_price_in_the_history_is_exact(price: float, text: str) -> None:
    assert last_event(actions.change_property(factories.create_property(), price=price))["changes"][0]["after"] == text


def test_a_status_in_the_history_is_its_name() -> None:
    change = properties.field_change(
        factories.unsaved_property(), factories.unsaved_property(status=ListingStatus.CLOSED), "status"
    )
    assert change == FieldChange(field="status", before="ACTIVE", after="CLOSED")


def test_updated_at_never_decreases() -> None:
    updated = actions.change_property(factories.create_property(updated_at=LATER), price=1.0)
    assert updated.updated_at == LATER
    assert last_event(updated)["sk"] == f"HIST#{LATER}#0000000002"


@pytest.mark.parametrize("changes", [{"price": 1.0}, {"status": ListingStatus.PENDING}, {"address": "2 Oak Street"}])
def test_a_change_of_a_listed_attribute_rewrites_the_listing(changes: dict[str, Any]) -> None:
    assert assertions.listing_matches(actions.change_property(factories.create_property(), **changes))


def test_a_change_of_another_attribute_does_not_write_the_listing(calls: list[DynamoDBCall]) -> None:
    property_ = factories.create_property()
    calls.clear()
    actions.change_property(property_, description="Light.")
    assert assertions.summary(calls) == [("TransactWriteItems", None, 2, 2)]


def test_a_new_zip_moves_the_listing() -> None:
    updated = actions.change_property(factories.create_property(), zip_code="98002")
    assert assertions.listing_matches(updated)
    assert assertions.partition(LISTING_PARTITION) == []


@pytest.mark.parametrize("changes", [{"zip_code": None}, {"status": ListingStatus.CLOSED}])
def test_a_property_that_leaves_the_market_has_no_listing(changes: dict[str, Any]) -> None:
    actions.change_property(factories.create_property(), **changes)
    assert assertions.partition(LISTING_PARTITION) == []


def test_a_property_listed_again_keeps_its_listing_date() -> None:
    property_ = actions.change_property(
        actions.change_property(factories.create_property(), status=ListingStatus.CLOSED), status=ListingStatus.ACTIVE
    )
    assert assertions.listing_matches(property_)
    assert assertions.partition(LISTING_PARTITION)[0]["listed_at"] == factories.timestamp(0)


def test_an_update_keeps_the_images() -> None:
    property_ = factories.create_property(image_count=3)
    updated = properties.update(
        factories.unsaved_property(image_ids=property_.image_ids), {"price": 1.0}, 1, factories.ADA
    )
    stored = properties.with_images(property_.id)
    assert stored == replace(updated, images=property_.images)


def test_an_update_without_a_change_is_rejected() -> None:
    property_ = factories.create_property()
    with pytest.raises(InvalidInput, match="input changes nothing"), assertions.unchanged_table():
        actions.change_property(property_, price=250_000.0, address="1 Elm Street")


def test_another_version_is_rejected_before_any_request(proxy: FaultProxy) -> None:
    property_ = factories.create_property()
    proxy.operations.clear()
    with pytest.raises(VersionConflict) as exc_info:
        properties.update(property_, {"price": 1.0}, 7, factories.ADA)
    assert vars(exc_info.value) == {"id": property_.id, "expected_version": 7, "current_version": 1}
    assert proxy.operations == []


def test_a_property_changed_since_is_rejected_with_its_version() -> None:
    property_ = factories.create_property()
    actions.change_property(actions.change_property(property_, price=1.0), price=2.0)
    with pytest.raises(VersionConflict, match="at version 3, not 1") as exc_info, assertions.unchanged_table():
        actions.change_property(property_, zip_code="98002")
    assert vars(exc_info.value) == {"id": property_.id, "expected_version": 1, "current_version": 3}


def test_updating_a_deleted_property_is_rejected() -> None:
    property_ = factories.create_property()
    properties.delete(property_, 1, factories.ADA)
    with pytest.raises(PropertyNotFound) as exc_info, assertions.unchanged_table():
        actions.change_property(property_, price=1.0)
    assert exc_info.value.id == property_.id


def test_an_update_whose_response_was_lost_does_not_conflict_with_itself(proxy: FaultProxy) -> None:
    property_ = factories.create_property()
    proxy.fail("TransactWriteItems", reset_after_success())
    updated = actions.change_property(property_, price=1.0)
    assert properties.with_images(property_.id) == updated
