"""Changing and deleting a home: version, event and card in one transaction, and never over somebody else's change."""

from dataclasses import replace
from typing import Any

import pytest

from data import clock, properties
from data.dynamodb.instrumentation import Call
from data.errors import InvalidInput, PropertyNotFound, VersionConflict
from data.records import DateTime, FieldChange, ListingStatus, Property
from tests.data import actions, assertions, factories
from tests.proxy import Proxy, reset_after

pytestmark = pytest.mark.usefixtures("table")

LATER = DateTime("2999-01-01T00:00:00.000Z")
LISTED = "ZIP#98001"


def last_event(home: Property) -> dict[str, Any]:
    return [item for item in assertions.partition(f"PROP#{home.id}") if item["sk"].startswith("HIST#")][-1]


def test_a_change_is_one_request_and_raises_the_version(proxy: Proxy) -> None:
    home = factories.a_home()
    proxy.seen.clear()
    changed = actions.changed(home, price=300_000.0)
    assert proxy.seen == ["TransactWriteItems"]
    assert (changed.version, changed.price) == (2, 300_000.0)
    assert properties.with_images(home.id) == changed


def test_a_change_tells_when_it_was_made() -> None:
    before = clock.now()
    changed = actions.changed(factories.a_home(), price=300_000.0)
    assert before <= changed.updated_at <= clock.now()
    assert changed.created_at == factories.at(0)


def test_a_change_is_an_event_with_the_changes_as_text() -> None:
    changed = actions.changed(factories.a_home(bedrooms=3), price=299_999.99, bedrooms=None, living_area_sqft=1_000)
    assert last_event(changed) == {
        "pk": f"PROP#{changed.id}",
        "sk": f"HIST#{changed.updated_at}#0000000002",
        "id": f"{changed.id}-2",
        "at": changed.updated_at,
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
def test_a_change_is_named_by_the_first_thing_that_differs(changes: dict[str, Any], kind: str) -> None:
    assert last_event(actions.changed(factories.a_home(), **changes))["kind"] == kind


def test_what_stays_the_same_is_not_told() -> None:
    changed = actions.changed(factories.a_home(), price=250_000.0, address="2 Oak Street")
    assert [told["field"] for told in last_event(changed)["changes"]] == ["address"]


@pytest.mark.parametrize(
    ("price", "text"),
    [(0.0, "0"), (0.01, "0.01"), (1e12, "1000000000000"), (999_999_999_999.99, "999999999999.99")],
)
def test_a_price_is_told_exactly(price: float, text: str) -> None:
    assert last_event(actions.changed(factories.a_home(), price=price))["changes"][0]["after"] == text


def test_a_status_is_told_by_its_name() -> None:
    told = properties.change(factories.a_draft(), factories.a_draft(status=ListingStatus.CLOSED), "status")
    assert told == FieldChange(field="status", before="ACTIVE", after="CLOSED")


def test_a_clock_that_ran_backwards_moves_no_home_back() -> None:
    changed = actions.changed(factories.a_home(updated_at=LATER), price=1.0)
    assert changed.updated_at == LATER
    assert last_event(changed)["sk"] == f"HIST#{LATER}#0000000002"


@pytest.mark.parametrize("changes", [{"price": 1.0}, {"status": ListingStatus.PENDING}, {"address": "2 Oak Street"}])
def test_a_change_of_what_the_card_shows_rewrites_it(changes: dict[str, Any]) -> None:
    assert assertions.its_card_is_true(actions.changed(factories.a_home(), **changes))


def test_a_change_of_what_the_card_does_not_show_writes_no_card(calls: list[Call]) -> None:
    home = factories.a_home()
    calls.clear()
    actions.changed(home, description="Light.")
    assert assertions.told(calls) == [("TransactWriteItems", None, 2, 2)]


def test_another_zip_moves_the_card() -> None:
    changed = actions.changed(factories.a_home(), zip_code="98002")
    assert assertions.its_card_is_true(changed)
    assert assertions.partition(LISTED) == []


@pytest.mark.parametrize("changes", [{"zip_code": None}, {"status": ListingStatus.CLOSED}])
def test_a_home_that_leaves_the_market_leaves_the_list(changes: dict[str, Any]) -> None:
    actions.changed(factories.a_home(), **changes)
    assert assertions.partition(LISTED) == []


def test_a_home_that_comes_back_is_listed_again_at_its_old_place() -> None:
    home = actions.changed(
        actions.changed(factories.a_home(), status=ListingStatus.CLOSED), status=ListingStatus.ACTIVE
    )
    assert assertions.its_card_is_true(home)
    assert assertions.partition(LISTED)[0]["listed_at"] == factories.at(0)


def test_a_change_keeps_the_pictures() -> None:
    home = factories.a_home(pictures=3)
    changed = properties.update(factories.a_draft(image_ids=home.image_ids), {"price": 1.0}, 1, factories.ADA)
    found = properties.with_images(home.id)
    assert found == replace(changed, images=home.images)


def test_nothing_to_change_is_refused() -> None:
    home = factories.a_home()
    with pytest.raises(InvalidInput, match="input changes nothing"), assertions.nothing_changes():
        actions.changed(home, price=250_000.0, address="1 Elm Street")


def test_another_version_than_the_homes_is_refused_before_any_request(proxy: Proxy) -> None:
    home = factories.a_home()
    proxy.seen.clear()
    with pytest.raises(VersionConflict) as refused:
        properties.update(home, {"price": 1.0}, 7, factories.ADA)
    assert vars(refused.value) == {"id": home.id, "expected_version": 7, "current_version": 1}
    assert proxy.seen == []


def test_a_home_that_somebody_changed_meanwhile_is_refused_with_its_version() -> None:
    home = factories.a_home()
    actions.changed(actions.changed(home, price=1.0), price=2.0)
    with pytest.raises(VersionConflict, match="at version 3, not 1") as refused, assertions.nothing_changes():
        actions.changed(home, zip_code="98002")
    assert vars(refused.value) == {"id": home.id, "expected_version": 1, "current_version": 3}


def test_a_home_that_somebody_deleted_meanwhile_is_refused() -> None:
    home = factories.a_home()
    properties.delete(home, 1, factories.ADA)
    with pytest.raises(PropertyNotFound) as refused, assertions.nothing_changes():
        actions.changed(home, price=1.0)
    assert refused.value.id == home.id


def test_a_change_whose_answer_was_lost_is_no_conflict_with_itself(proxy: Proxy) -> None:
    home = factories.a_home()
    proxy.fail("TransactWriteItems", reset_after())
    changed = actions.changed(home, price=1.0)
    assert properties.with_images(home.id) == changed
