"""The images of several properties: taken from the records, or read in batches."""

from dataclasses import replace

import pytest

from data import images
from data.dynamodb.instrumentation import DynamoDBCall
from data.records import Image, Property
from tests.data import assertions, factories
from tests.proxy import FaultProxy

pytestmark = pytest.mark.usefixtures("table")


def test_images_of_the_record_are_returned_without_a_request(proxy: FaultProxy) -> None:
    property_list = [factories.create_property(n, image_count=n) for n in range(3)]
    proxy.operations.clear()
    assert images.of_properties(property_list) == [list(property_.images or ()) for property_ in property_list]
    assert images.cover_images(property_list) == [
        None,
        *(factories.unsaved_image(property_.id, 0) for property_ in property_list[1:]),
    ]
    assert proxy.operations == []


def test_missing_images_are_read_in_one_batch(proxy: FaultProxy) -> None:
    property_list = [factories.create_property(n, image_count=n) for n in range(4)]
    mixed_properties = [
        replace(property_list[3], images=None),
        property_list[2],
        replace(property_list[0], images=None),
        replace(property_list[3], images=None),
    ]
    proxy.operations.clear()
    assert images.of_properties(mixed_properties) == [list(property_list[n].images or ()) for n in (3, 2, 0, 3)]
    assert proxy.operations == ["BatchGetItem"]


@pytest.mark.parametrize(("property_list", "calls"), [(2, 1), (3, 2), (5, 3)])
def test_images_are_read_a_hundred_per_request(proxy: FaultProxy, property_list: int, calls: int) -> None:
    without_images = [replace(factories.create_property(n, image_count=50), images=None) for n in range(property_list)]
    proxy.operations.clear()
    assert [len(property_images) for property_images in images.of_properties(without_images)] == [50] * property_list
    assert proxy.operations == ["BatchGetItem"] * calls


def test_cover_images_read_only_the_first_images(calls: list[DynamoDBCall]) -> None:
    property_list = [factories.create_property(n, image_count=3 * n) for n in range(3)]
    calls.clear()
    covers = images.cover_images([replace(property_, images=None) for property_ in property_list])
    assert covers == [
        None,
        factories.unsaved_image(property_list[1].id, 0),
        factories.unsaved_image(property_list[2].id, 0),
    ]
    assert assertions.summary(calls) == [("BatchGetItem", None, 2, 2)]


def test_an_image_removed_after_its_property_was_read_is_left_out() -> None:
    property_ = factories.create_property(image_count=3)
    images.remove(property_, property_.image_ids[0], factories.ADA)
    without_images: list[Property] = [replace(property_, images=None)]
    assert images.of_properties(without_images) == [[*(property_.images or ())[1:]]]
    no_cover: list[Image | None] = [None]
    assert images.cover_images(without_images) == no_cover
