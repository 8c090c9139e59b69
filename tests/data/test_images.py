"""Adding, updating, removing and reordering images; each is a new version of the property."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from data import images, properties
from data.dynamodb.instrumentation import DynamoDBCall
from data.errors import ImageNotFound, InvalidInput, LimitExceeded, PropertyNotFound, TryAgain
from data.records import ID, FieldChange, Property, Url
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy, Forward, RawRequest, RawResponse, error_response

pytestmark = pytest.mark.usefixtures("table")

NEW_URL = Url("https://images.example.com/new.jpg")
FIRST_ID = ID("picture-0")
UNKNOWN_ID = ID("nowhere")


def image_ids(property_: Property) -> list[str]:
    return [image.id for image in property_.images or ()]


def version_conflict(request: RawRequest, forward: Forward) -> RawResponse:
    """Returns the response of DynamoDB if the property has another version."""
    reasons: list[dict[str, Any]] = [{"Code": "ConditionalCheckFailed", "Item": {"version": {"N": "9"}}}]
    return error_response(
        400, "TransactionCanceledException", {"Message": "", "CancellationReasons": reasons + NO_REASONS}
    )


NO_REASONS = [{"Code": "None"}] * 3


def test_an_image_is_appended_in_one_request(proxy: FaultProxy) -> None:
    property_ = factories.create_property(image_count=2)
    proxy.operations.clear()
    after = images.add(property_, factories.unsaved_image(property_.id, 2, caption="Garden", width=1), factories.ADA)
    assert proxy.operations == ["TransactWriteItems"]
    assert image_ids(after) == ["picture-0", "picture-1", "picture-2"]
    assert properties.with_images(property_.id) == after


def test_adding_to_a_property_read_without_images_keeps_its_images(proxy: FaultProxy) -> None:
    property_ = factories.create_property(image_count=2)
    proxy.operations.clear()
    after = images.add(replace(property_, images=None), factories.unsaved_image(property_.id, 2), factories.ADA)
    assert proxy.operations == ["Query", "TransactWriteItems"]
    assert image_ids(after) == ["picture-0", "picture-1", "picture-2"]


def test_adding_an_image_increments_the_version_and_writes_an_event() -> None:
    property_ = factories.create_property()
    after = images.add(property_, factories.unsaved_image(property_.id, 0), factories.GRACE)
    [event, _] = assertions.history_events(property_.id)
    assert (after.version, event.version, event.kind.value) == (2, 2, "PICTURES_CHANGED")
    assert event.changed_by_id == "grace"
    assert event.changes == (FieldChange(field="images", after=Url("https://images.example.com/0.jpg")),)


def test_a_fifty_first_image_is_rejected() -> None:
    property_ = factories.create_property(image_count=50)
    with pytest.raises(LimitExceeded, match="at most 50 images per property") as exc_info, assertions.unchanged_table():
        images.add(property_, factories.unsaved_image(property_.id, 50), factories.ADA)
    assert exc_info.value.limit == 50


def test_a_fiftieth_image_is_accepted() -> None:
    property_ = factories.create_property(image_count=49)
    assert len(images.add(property_, factories.unsaved_image(property_.id, 49), factories.ADA).images or ()) == 50


def test_the_listing_shows_the_first_image() -> None:
    property_ = factories.create_property()
    after = images.add(property_, factories.unsaved_image(property_.id, 0), factories.ADA)
    assert after.cover_image_url == "https://images.example.com/0.jpg"
    assert assertions.listing_matches(after)


def test_adding_a_second_image_does_not_write_the_listing(calls: list[DynamoDBCall]) -> None:
    property_ = factories.create_property(image_count=1)
    calls.clear()
    images.add(property_, factories.unsaved_image(property_.id, 1), factories.ADA)
    assert assertions.summary(calls) == [("TransactWriteItems", None, 3, 3)]


def test_an_updated_image_keeps_its_position() -> None:
    property_ = factories.create_property(image_count=3)
    after = images.update(property_, ID("picture-1"), {"caption": "Garden", "width": 640}, factories.ADA)
    assert image_ids(after) == ["picture-0", "picture-1", "picture-2"]
    assert (after.images or ())[1] == factories.unsaved_image(property_.id, 1, caption="Garden", width=640)
    assert properties.with_images(property_.id) == after


def test_an_image_update_is_in_the_history_attribute_by_attribute() -> None:
    property_ = factories.create_property(image_count=1)
    images.update(property_, FIRST_ID, {"caption": "Garden", "width": 640, "height": None}, factories.ADA)
    assert assertions.history_events(property_.id)[0].changes == (
        FieldChange(field=f"images.{FIRST_ID}.caption", after="Garden"),
        FieldChange(field=f"images.{FIRST_ID}.width", after="640"),
    )


def test_a_cleared_attribute_of_an_image_is_removed() -> None:
    property_ = factories.create_property(image_count=1)
    captioned = images.update(property_, FIRST_ID, {"caption": "Garden"}, factories.ADA)
    assert images.update(captioned, FIRST_ID, {"caption": None}, factories.ADA).images == property_.images
    assert "caption" not in assertions.partition(f"PROP#{property_.id}")[-2]


def test_the_listing_shows_the_new_url_of_the_first_image() -> None:
    property_ = factories.create_property(image_count=2)
    after = images.update(property_, FIRST_ID, {"url": NEW_URL}, factories.ADA)
    assert after.cover_image_url == NEW_URL
    assert assertions.listing_matches(after)


def test_an_image_update_without_a_change_is_rejected() -> None:
    property_ = factories.create_property(image_count=1)
    with pytest.raises(InvalidInput, match="input changes nothing"), assertions.unchanged_table():
        images.update(property_, FIRST_ID, {"caption": None}, factories.ADA)


def test_removing_the_first_image_shows_the_next_one_in_the_listing() -> None:
    property_ = factories.create_property(image_count=3)
    after = images.remove(property_, FIRST_ID, factories.ADA)
    assert image_ids(after) == ["picture-1", "picture-2"]
    assert properties.with_images(property_.id) == after
    assert assertions.listing_matches(after)
    assert assertions.history_events(property_.id)[0].changes == (
        FieldChange(field="images", before=(property_.images or ())[0].url),
    )


def test_removing_the_last_image_leaves_a_listing_without_image() -> None:
    after = images.remove(factories.create_property(image_count=1), FIRST_ID, factories.ADA)
    assert (after.images, after.image_ids, after.cover_image_url) == ((), (), None)
    assert assertions.listing_matches(after)
    assert len(assertions.partition(f"PROP#{after.id}")) == 3


@pytest.mark.parametrize(
    "change",
    [
        partial(images.update, changes={"caption": "Garden"}),
        images.remove,
    ],
    ids=["update", "remove"],
)
def test_an_image_of_another_property_is_not_found(change: Any) -> None:
    property_ = factories.create_property(image_count=1)
    with (
        pytest.raises(ImageNotFound, match="has no image with the id nowhere") as exc_info,
        assertions.unchanged_table(),
    ):
        change(property_, UNKNOWN_ID, changed_by=factories.ADA)
    assert vars(exc_info.value) == {"property_id": property_.id, "id": "nowhere"}


def test_reordering_shows_the_new_first_image_in_the_listing() -> None:
    property_ = factories.create_property(image_count=3)
    after = images.reorder(property_, [property_.image_ids[n] for n in (2, 0, 1)], factories.ADA)
    assert image_ids(after) == ["picture-2", "picture-0", "picture-1"]
    assert properties.with_images(property_.id) == after
    assert assertions.listing_matches(after)


def test_a_new_order_is_in_the_history_as_ids() -> None:
    property_ = factories.create_property(image_count=2)
    images.reorder(property_, [property_.image_ids[1], property_.image_ids[0]], factories.ADA)
    field_change = FieldChange(field="images", before="picture-0 picture-1", after="picture-1 picture-0")
    assert assertions.history_events(property_.id)[0].changes == (field_change,)


@pytest.mark.parametrize(
    "order",
    [(), (0, 1), (0, 1, 1), (0, 1, 2, 2), (0, 1, 3), (0, 1, 2, 3)],
    ids=["none", "one missing", "one twice", "one too many", "a foreign one", "a foreign one more"],
)
def test_an_order_with_other_image_ids_is_rejected(order: tuple[int, ...]) -> None:
    property_ = factories.create_property(image_count=3)
    with pytest.raises(InvalidInput, match="imageIds must name each image"), assertions.unchanged_table():
        images.reorder(property_, [ID(f"picture-{n}") for n in order], factories.ADA)


def test_the_current_order_is_rejected() -> None:
    property_ = factories.create_property(image_count=2)
    with pytest.raises(InvalidInput, match="imageIds changes nothing"), assertions.unchanged_table():
        images.reorder(property_, property_.image_ids, factories.ADA)


def test_an_image_is_added_to_the_latest_version_after_a_conflict(proxy: FaultProxy) -> None:
    property_ = factories.create_property(image_count=1)
    actions.change_property(property_, price=1.0)
    proxy.operations.clear()
    after = images.add(property_, factories.unsaved_image(property_.id, 1), factories.ADA)
    assert proxy.operations == ["TransactWriteItems", "Query", "TransactWriteItems"]
    assert (after.version, after.price, image_ids(after)) == (3, 1.0, ["picture-0", "picture-1"])


def test_adding_to_a_deleted_property_is_not_found() -> None:
    property_ = factories.create_property(image_count=1)
    properties.delete(property_, 1, factories.ADA)
    with pytest.raises(PropertyNotFound), assertions.unchanged_table():
        images.add(property_, factories.unsaved_image(property_.id, 1), factories.ADA)


def test_a_property_deleted_between_two_attempts_is_not_found(proxy: FaultProxy) -> None:
    property_ = factories.create_property(image_count=1)
    properties.delete(property_, 1, factories.ADA)
    proxy.fail("TransactWriteItems", version_conflict)
    with pytest.raises(PropertyNotFound), assertions.unchanged_table():
        images.remove(property_, FIRST_ID, factories.ADA)


def test_sixteen_conflicts_raise_try_again(proxy: FaultProxy) -> None:
    property_ = factories.create_property(image_count=2)
    proxy.operations.clear()
    proxy.fail("TransactWriteItems", version_conflict, times=16)
    with pytest.raises(TryAgain):
        images.update(property_, ID("picture-1"), {"caption": "Garden"}, factories.ADA)
    assert proxy.operations.count("TransactWriteItems") == 16
    assert properties.with_images(property_.id) == property_
