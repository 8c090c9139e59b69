"""A home's pictures: added, changed, removed and put in order; each change is one of the home."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from data import images, properties
from data.dynamodb.instrumentation import Call
from data.errors import ImageNotFound, InvalidInput, PropertyNotFound, TooMany, TryAgain
from data.records import ID, FieldChange, Property, Url
from tests.data import actions, assertions, factories
from tests.proxy import Answer, Forward, Proxy, Request, refusal

pytestmark = pytest.mark.usefixtures("table")

NEW_URL = Url("https://images.example.com/new.jpg")
FIRST = ID("picture-0")
NOWHERE = ID("nowhere")


def ids(home: Property) -> list[str]:
    return [image.id for image in home.images or ()]


def overtaken(asked: Request, forward: Forward) -> Answer:
    """The refusal of a change of a home that somebody else has changed first."""
    reasons: list[dict[str, Any]] = [{"Code": "ConditionalCheckFailed", "Item": {"version": {"N": "9"}}}]
    return refusal(400, "TransactionCanceledException", {"Message": "", "CancellationReasons": reasons + NO_REASONS})


NO_REASONS = [{"Code": "None"}] * 3


def test_a_picture_is_added_behind_the_others_in_one_request(proxy: Proxy) -> None:
    home = factories.a_home(pictures=2)
    proxy.seen.clear()
    after = images.add(home, factories.a_picture(home.id, 2, caption="Garden", width=1), factories.ADA)
    assert proxy.seen == ["TransactWriteItems"]
    assert ids(after) == ["picture-0", "picture-1", "picture-2"]
    assert properties.with_images(home.id) == after


def test_a_home_that_came_without_its_pictures_keeps_them(proxy: Proxy) -> None:
    home = factories.a_home(pictures=2)
    proxy.seen.clear()
    after = images.add(replace(home, images=None), factories.a_picture(home.id, 2), factories.ADA)
    assert proxy.seen == ["Query", "TransactWriteItems"]
    assert ids(after) == ["picture-0", "picture-1", "picture-2"]


def test_a_picture_added_raises_the_version_and_is_an_event() -> None:
    home = factories.a_home()
    after = images.add(home, factories.a_picture(home.id, 0), factories.GRACE)
    [event, _] = assertions.events(home.id)
    assert (after.version, event.version, event.kind.value) == (2, 2, "PICTURES_CHANGED")
    assert event.changed_by_id == "grace"
    assert event.changes == (FieldChange(field="images", after=Url("https://images.example.com/0.jpg")),)


def test_a_fifty_first_picture_is_refused() -> None:
    home = factories.a_home(pictures=50)
    with pytest.raises(TooMany, match="at most 50 pictures a home") as refused, assertions.nothing_changes():
        images.add(home, factories.a_picture(home.id, 50), factories.ADA)
    assert refused.value.most == 50


def test_a_fiftieth_picture_is_not() -> None:
    home = factories.a_home(pictures=49)
    assert len(images.add(home, factories.a_picture(home.id, 49), factories.ADA).images or ()) == 50


def test_the_first_picture_is_on_the_card() -> None:
    home = factories.a_home()
    after = images.add(home, factories.a_picture(home.id, 0), factories.ADA)
    assert after.cover_image_url == "https://images.example.com/0.jpg"
    assert assertions.its_card_is_true(after)


def test_a_picture_that_is_not_the_first_writes_no_card(calls: list[Call]) -> None:
    home = factories.a_home(pictures=1)
    calls.clear()
    images.add(home, factories.a_picture(home.id, 1), factories.ADA)
    assert assertions.told(calls) == [("TransactWriteItems", None, 3, 3)]


def test_a_picture_is_changed_at_its_place() -> None:
    home = factories.a_home(pictures=3)
    after = images.update(home, ID("picture-1"), {"caption": "Garden", "width": 640}, factories.ADA)
    assert ids(after) == ["picture-0", "picture-1", "picture-2"]
    assert (after.images or ())[1] == factories.a_picture(home.id, 1, caption="Garden", width=640)
    assert properties.with_images(home.id) == after


def test_a_picture_changed_is_told_before_and_after_attribute_by_attribute() -> None:
    home = factories.a_home(pictures=1)
    images.update(home, FIRST, {"caption": "Garden", "width": 640, "height": None}, factories.ADA)
    assert assertions.events(home.id)[0].changes == (
        FieldChange(field=f"images.{FIRST}.caption", after="Garden"),
        FieldChange(field=f"images.{FIRST}.width", after="640"),
    )


def test_what_is_taken_from_a_picture_is_gone() -> None:
    home = factories.a_home(pictures=1)
    captioned = images.update(home, FIRST, {"caption": "Garden"}, factories.ADA)
    assert images.update(captioned, FIRST, {"caption": None}, factories.ADA).images == home.images
    assert "caption" not in assertions.partition(f"PROP#{home.id}")[-2]


def test_another_address_of_the_first_picture_is_on_the_card() -> None:
    home = factories.a_home(pictures=2)
    after = images.update(home, FIRST, {"url": NEW_URL}, factories.ADA)
    assert after.cover_image_url == NEW_URL
    assert assertions.its_card_is_true(after)


def test_a_change_of_a_picture_that_changes_nothing_is_refused() -> None:
    home = factories.a_home(pictures=1)
    with pytest.raises(InvalidInput, match="input changes nothing"), assertions.nothing_changes():
        images.update(home, FIRST, {"caption": None}, factories.ADA)


def test_a_picture_is_removed_and_the_next_one_is_on_the_card() -> None:
    home = factories.a_home(pictures=3)
    after = images.remove(home, FIRST, factories.ADA)
    assert ids(after) == ["picture-1", "picture-2"]
    assert properties.with_images(home.id) == after
    assert assertions.its_card_is_true(after)
    assert assertions.events(home.id)[0].changes == (FieldChange(field="images", before=(home.images or ())[0].url),)


def test_the_last_picture_removed_leaves_a_card_without_one() -> None:
    after = images.remove(factories.a_home(pictures=1), FIRST, factories.ADA)
    assert (after.images, after.image_ids, after.cover_image_url) == ((), (), None)
    assert assertions.its_card_is_true(after)
    assert len(assertions.partition(f"PROP#{after.id}")) == 3


@pytest.mark.parametrize(
    "act",
    [
        partial(images.update, changes={"caption": "Garden"}),
        images.remove,
    ],
    ids=["update", "remove"],
)
def test_a_picture_that_the_home_does_not_have_is_not_found(act: Any) -> None:
    home = factories.a_home(pictures=1)
    with (
        pytest.raises(ImageNotFound, match="has no image with the id nowhere") as refused,
        assertions.nothing_changes(),
    ):
        act(home, NOWHERE, by=factories.ADA)
    assert vars(refused.value) == {"property_id": home.id, "id": "nowhere"}


def test_pictures_are_put_in_order_with_the_new_first_one_on_the_card() -> None:
    home = factories.a_home(pictures=3)
    after = images.reorder(home, [home.image_ids[n] for n in (2, 0, 1)], factories.ADA)
    assert ids(after) == ["picture-2", "picture-0", "picture-1"]
    assert properties.with_images(home.id) == after
    assert assertions.its_card_is_true(after)


def test_a_new_order_is_told_by_the_ids() -> None:
    home = factories.a_home(pictures=2)
    images.reorder(home, [home.image_ids[1], home.image_ids[0]], factories.ADA)
    told = FieldChange(field="images", before="picture-0 picture-1", after="picture-1 picture-0")
    assert assertions.events(home.id)[0].changes == (told,)


@pytest.mark.parametrize(
    "order",
    [(), (0, 1), (0, 1, 1), (0, 1, 2, 2), (0, 1, 3), (0, 1, 2, 3)],
    ids=["none", "one missing", "one twice", "one too many", "a foreign one", "a foreign one more"],
)
def test_an_order_of_other_pictures_is_refused(order: tuple[int, ...]) -> None:
    home = factories.a_home(pictures=3)
    with pytest.raises(InvalidInput, match="imageIds must name each picture"), assertions.nothing_changes():
        images.reorder(home, [ID(f"picture-{n}") for n in order], factories.ADA)


def test_the_order_they_are_in_is_refused() -> None:
    home = factories.a_home(pictures=2)
    with pytest.raises(InvalidInput, match="imageIds changes nothing"), assertions.nothing_changes():
        images.reorder(home, home.image_ids, factories.ADA)


def test_a_change_meanwhile_is_read_and_the_picture_added_to_it(proxy: Proxy) -> None:
    home = factories.a_home(pictures=1)
    actions.changed(home, price=1.0)
    proxy.seen.clear()
    after = images.add(home, factories.a_picture(home.id, 1), factories.ADA)
    assert proxy.seen == ["TransactWriteItems", "Query", "TransactWriteItems"]
    assert (after.version, after.price, ids(after)) == (3, 1.0, ["picture-0", "picture-1"])


def test_a_home_deleted_meanwhile_is_not_found() -> None:
    home = factories.a_home(pictures=1)
    properties.delete(home, 1, factories.ADA)
    with pytest.raises(PropertyNotFound), assertions.nothing_changes():
        images.add(home, factories.a_picture(home.id, 1), factories.ADA)


def test_a_home_deleted_between_two_tries_is_not_found(proxy: Proxy) -> None:
    home = factories.a_home(pictures=1)
    properties.delete(home, 1, factories.ADA)
    proxy.fail("TransactWriteItems", overtaken)
    with pytest.raises(PropertyNotFound), assertions.nothing_changes():
        images.remove(home, FIRST, factories.ADA)


def test_who_is_overtaken_again_and_again_may_try_again(proxy: Proxy) -> None:
    home = factories.a_home(pictures=2)
    proxy.seen.clear()
    proxy.fail("TransactWriteItems", overtaken, times=16)
    with pytest.raises(TryAgain):
        images.update(home, ID("picture-1"), {"caption": "Garden"}, factories.ADA)
    assert proxy.seen.count("TransactWriteItems") == 16
    assert properties.with_images(home.id) == home
