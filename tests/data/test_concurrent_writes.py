"""Concurrent writes lose no change and keep the items of a property consistent."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from data import images, properties
from data.errors import ImageNotFound, VersionConflict
from data.records import Property
from tests.data import actions, assertions, factories

pytestmark = pytest.mark.usefixtures("table")

Write = Callable[[], Property | None]


def only_property(results: list[Property | Exception]) -> Property:
    """Returns the only property among the results; all others must be version conflicts."""
    assert sorted(type(result).__name__ for result in results) == [
        "Property",
        *["VersionConflict"] * (len(results) - 1),
    ]
    [property_] = [result for result in results if isinstance(result, Property)]
    return property_


def read_property(property_: Property) -> Property:
    property_with_images = properties.with_images(property_.id)
    assert property_with_images
    return property_with_images


def test_exactly_one_of_two_concurrent_updates_succeeds() -> None:
    property_ = factories.create_property()
    for n in range(10):
        writes = [partial(actions.change_property, property_, price=float(price)) for price in (2 * n, 2 * n + 1)]
        property_ = only_property(actions.run_concurrently(*writes))
        assert property_.version == n + 2
        assert assertions.listing_matches(property_)
    assert read_property(property_) == property_


def test_two_concurrent_moves_to_other_zips_leave_one_listing() -> None:
    property_ = factories.create_property()
    for n in range(5):
        zips = [f"{n}0001", f"{n}0002"]
        property_ = only_property(
            actions.run_concurrently(*[partial(actions.change_property, property_, zip_code=zip) for zip in zips])
        )
        assert assertions.listing_matches(property_)
    assert len([item for item in assertions.all_items() if item["pk"].startswith("ZIP#")]) == 1


def test_a_version_conflict_reports_the_current_version() -> None:
    property_ = factories.create_property()
    writes = [partial(actions.change_property, property_, price=float(price)) for price in range(4)]
    results = actions.run_concurrently(*writes)
    conflicts = [vars(result) for result in results if isinstance(result, VersionConflict)]
    assert conflicts == [{"id": property_.id, "expected_version": 1, "current_version": 2}] * 3


def test_exactly_one_of_an_update_and_a_delete_succeeds() -> None:
    for n in range(8):
        property_ = factories.create_property(n)
        writes: list[Write] = [
            partial(actions.change_property, property_, price=1.0),
            partial(properties.delete, property_, 1, factories.ADA),
        ]
        update_result, delete_result = actions.run_concurrently(*writes)
        assert isinstance(update_result, Property) == isinstance(delete_result, VersionConflict)
        assert assertions.property_count(factories.ADA) == len(assertions.partition("USER#ada")) - 1
        assert len(assertions.partition("ZIP#98001")) == assertions.property_count(factories.ADA)


def test_two_concurrent_deletes_decrement_the_count_once() -> None:
    [property_, *_] = factories.create_properties(3)
    actions.run_concurrently(*[partial(properties.delete, property_, 1, factories.ADA)] * 2)
    assert assertions.property_count(factories.ADA) == 2


def test_concurrent_creates_and_deletes_keep_the_count_correct() -> None:
    property_list = factories.create_properties(4)
    new_properties = [factories.unsaved_property(n) for n in range(4, 8)]
    writes: list[Write] = [partial(properties.delete, property_, 1, factories.ADA) for property_ in property_list[:3]]
    writes += [
        partial(properties.create, property_, factories.ADA, factories.unsaved_user(), None)
        for property_ in new_properties
    ]
    actions.run_concurrently(*writes)
    assert assertions.property_count(factories.ADA) == 5
    assert [item["sk"] for item in assertions.partition("USER#ada")[1:]] == [
        f"PROP#{owned.id}" for owned in (property_list[3], *new_properties)
    ]


def test_eight_images_added_concurrently_are_all_stored() -> None:
    property_ = factories.create_property()
    new_images = [factories.unsaved_image(property_.id, k) for k in range(8)]
    results = actions.run_concurrently(*[partial(images.add, property_, image, factories.ADA) for image in new_images])
    assert [isinstance(result, Property) for result in results] == [True] * 8
    assert set(read_property(property_).images or ()) == set(new_images)
    assert read_property(property_).version == 9


def test_images_added_concurrently_are_in_the_order_of_the_history() -> None:
    property_ = factories.create_property()
    new_images = [factories.unsaved_image(property_.id, k) for k in range(4)]
    actions.run_concurrently(*[partial(images.add, property_, image, factories.ADA) for image in new_images])
    image_urls = [
        event.changes[0].after for event in reversed(assertions.history_events(property_.id)) if event.changes
    ]
    assert image_urls == [image.url for image in read_property(property_).images or ()]
    assert assertions.listing_matches(replace(read_property(property_), images=None))


def test_an_image_added_during_a_price_change_does_not_conflict() -> None:
    for n in range(5):
        property_ = factories.create_property(n, zip_code=f"9800{n}")
        writes: list[Write] = [
            partial(actions.change_property, property_, price=1.0),
            partial(images.add, property_, factories.unsaved_image(property_.id, 0), factories.ADA),
        ]
        update_result, add_result = actions.run_concurrently(*writes)
        assert isinstance(add_result, Property)
        assert read_property(property_).price == (1.0 if isinstance(update_result, Property) else property_.price)
        assert assertions.listing_matches(read_property(property_))


def test_only_one_of_two_concurrent_writers_adds_the_fiftieth_image() -> None:
    property_ = factories.create_property(image_count=49)
    new_images = [factories.unsaved_image(property_.id, k) for k in (49, 50)]
    results = actions.run_concurrently(*[partial(images.add, property_, image, factories.ADA) for image in new_images])
    assert sorted(type(result).__name__ for result in results) == ["LimitExceeded", "Property"]
    assert len(read_property(property_).images or ()) == 50


def test_an_image_removed_twice_concurrently_is_not_found_once() -> None:
    property_ = factories.create_property(image_count=3)
    results = actions.run_concurrently(*[partial(images.remove, property_, property_.image_ids[1], factories.ADA)] * 2)
    assert sorted(isinstance(result, ImageNotFound) for result in results) == [False, True]
    assert read_property(property_).image_ids == (property_.image_ids[0], property_.image_ids[2])
