"""Images of a property: reading, adding, changing, removing, reordering, and permissions."""

from typing import Any

import pytest

from tests.proxy import FaultProxy
from tests.resolvers import factories
from tests.resolvers.events import (
    ADMIN,
    BOB,
    Value,
    batch_values,
    execute,
    expect_error,
    invalid_input,
    items_in_partition,
)

URL = "https://images.example.com/new.jpg"
WRITES: dict[str, dict[str, Any]] = {
    "Mutation.addImage": {"input": {"url": URL}},
    "Mutation.updateImage": {"imageId": "p1", "input": {"caption": "Front"}},
    "Mutation.removeImage": {"imageId": "p1"},
    "Mutation.reorderImages": {"imageIds": ["p2", "p1"]},
}
IMAGE_WRITES = ["Mutation.updateImage", "Mutation.removeImage"]


def ids(property_: Value) -> list[str]:
    return [image["id"] for image in property_["images"]]


@pytest.mark.parametrize("path", WRITES)
def test_only_the_owner_changes_the_images_of_a_property(table: str, path: str) -> None:
    factories.create_property_with_images(2, owner="ada")
    assert expect_error(path, BOB, propertyId="h1", **WRITES[path]) == {
        "type": "NotOwner",
        "message": "the property h1 belongs to another user",
        "info": {"propertyId": "h1"},
    }


@pytest.mark.parametrize("path", WRITES)
def test_an_admin_changes_the_images_of_another_user(table: str, path: str) -> None:
    factories.create_property_with_images(2, owner="ada")
    changed = execute(path, ADMIN, propertyId="h1", **WRITES[path])
    assert (changed["ownerId"], changed["version"]) == ("ada", 3)


@pytest.mark.parametrize("path", WRITES)
def test_the_images_of_an_unknown_property_cannot_be_changed(table: str, path: str) -> None:
    assert expect_error(path, propertyId="nowhere", **WRITES[path]) == {
        "type": "PropertyNotFound",
        "message": "no property has the id nowhere",
        "info": {"id": "nowhere"},
    }


@pytest.mark.parametrize("path", IMAGE_WRITES)
def test_an_unknown_image_cannot_be_changed(table: str, path: str) -> None:
    factories.create_property_with_images(2)
    assert expect_error(path, propertyId="h1", **WRITES[path] | {"imageId": "p9"}) == {
        "type": "ImageNotFound",
        "message": "the property h1 has no image with the id p9",
        "info": {"propertyId": "h1", "id": "p9"},
    }


@pytest.mark.parametrize("path", IMAGE_WRITES)
def test_an_image_of_another_property_cannot_be_changed(table: str, path: str) -> None:
    factories.create_property_with_images(2, "h1")
    factories.create_property("h2")
    assert expect_error(path, propertyId="h2", **WRITES[path])["type"] == "ImageNotFound"


@pytest.mark.parametrize("path", WRITES)
def test_a_change_returns_the_stored_property(table: str, path: str) -> None:
    factories.create_property_with_images(2)
    assert execute(path, propertyId="h1", **WRITES[path]) == execute("Query.property", id="h1")


@pytest.mark.parametrize("path", WRITES)
def test_a_change_of_images_is_a_history_event(table: str, path: str) -> None:
    factories.create_property_with_images(2)
    [page] = batch_values("Property.history", [execute(path, ADMIN, propertyId="h1", **WRITES[path])])
    newest = page["nodes"][0]
    assert (newest["kind"], newest["version"], newest["changedById"]) == ("PICTURES_CHANGED", 3, "root")
    changed_field = {"Mutation.updateImage": "images.p1.caption"}.get(path, "images")
    assert [change["field"] for change in newest["changes"]] == [changed_field]


def test_an_image_is_added_as_the_last_one(table: str) -> None:
    factories.create_property_with_images(2)
    property_ = execute("Mutation.addImage", propertyId="h1", input={"url": URL, "caption": "Front", "width": 800})
    added = property_["images"][2]
    assert ids(property_) == ["p1", "p2", added["id"]]
    assert added == {
        "id": added["id"],
        "propertyId": "h1",
        "url": URL,
        "caption": "Front",
        "width": 800,
        "height": None,
        "createdAt": added["createdAt"],
    }


def test_a_property_may_have_fifty_images(table: str) -> None:
    factories.create_property_with_images(49)
    assert len(execute("Mutation.addImage", propertyId="h1", input={"url": URL})["images"]) == 50


def test_a_property_may_not_have_more_than_fifty_images(table: str) -> None:
    factories.create_property_with_images(50)
    assert expect_error("Mutation.addImage", propertyId="h1", input={"url": URL}) == {
        "type": "LimitExceeded",
        "message": "at most 50 images per property are allowed",
        "info": {"resource": "images per property", "limit": 50},
    }


def test_an_update_keeps_omitted_fields(table: str) -> None:
    factories.create_property_with_images(1)
    execute("Mutation.updateImage", propertyId="h1", imageId="p1", input={"caption": "Front", "width": 800})
    property_ = execute("Mutation.updateImage", propertyId="h1", imageId="p1", input={"width": 900})
    assert (property_["images"][0]["caption"], property_["images"][0]["width"]) == ("Front", 900)
    assert property_["images"][0]["url"] == "https://images.example.com/h1/1.jpg"


def test_null_clears_optional_image_fields(table: str) -> None:
    factories.create_property_with_images(1)
    execute("Mutation.updateImage", propertyId="h1", imageId="p1", input={"caption": "Front", "width": 8, "height": 6})
    cleared = dict.fromkeys(["caption", "width", "height"])
    property_ = execute("Mutation.updateImage", propertyId="h1", imageId="p1", input=cleared)
    assert {name: property_["images"][0][name] for name in cleared} == cleared


def test_null_does_not_clear_the_url_of_an_image(table: str) -> None:
    factories.create_property_with_images(1)
    error = expect_error("Mutation.updateImage", propertyId="h1", imageId="p1", input={"url": None})
    assert error == invalid_input("input.url", "must not be null (omit it to keep the current value)")


def test_an_empty_image_update_is_rejected(table: str) -> None:
    factories.create_property_with_images(1)
    error = expect_error("Mutation.updateImage", propertyId="h1", imageId="p1", input={})
    assert error == invalid_input("input", "must set at least one field")


def test_an_image_update_to_the_same_values_is_rejected(table: str) -> None:
    factories.create_property_with_images(1)
    error = expect_error("Mutation.updateImage", propertyId="h1", imageId="p1", input={"caption": None})
    assert error == invalid_input("input", "changes nothing")


def test_a_removed_image_is_deleted(table: str) -> None:
    factories.create_property_with_images(3)
    assert ids(execute("Mutation.removeImage", propertyId="h1", imageId="p2")) == ["p1", "p3"]
    assert [item["sk"] for item in items_in_partition("PROP#h1") if item["sk"].startswith("IMG#")] == [
        "IMG#p1",
        "IMG#p3",
    ]


def test_an_image_is_removed_once(table: str) -> None:
    factories.create_property_with_images(2)
    execute("Mutation.removeImage", propertyId="h1", imageId="p2")
    assert expect_error("Mutation.removeImage", propertyId="h1", imageId="p2")["type"] == "ImageNotFound"


def test_images_have_the_order_that_was_set(table: str) -> None:
    factories.create_property_with_images(3)
    assert ids(execute("Mutation.reorderImages", propertyId="h1", imageIds=["p3", "p1", "p2"])) == ["p3", "p1", "p2"]


@pytest.mark.parametrize(
    "order",
    [[], ["p1"], ["p1", "p2", "p3"], ["p1", "p1"], ["p2", "p1", "p1"], ["p2", "PROP#h1"]],
    ids=["none", "one missing", "one too many", "one twice", "all and one twice", "a stranger"],
)
def test_a_new_order_contains_each_image_once(table: str, order: list[str]) -> None:
    factories.create_property_with_images(2)
    error = expect_error("Mutation.reorderImages", propertyId="h1", imageIds=order)
    assert error == invalid_input("imageIds", "must name each image of the property exactly once")


def test_the_current_order_is_rejected_as_no_change(table: str) -> None:
    factories.create_property_with_images(2)
    error = expect_error("Mutation.reorderImages", propertyId="h1", imageIds=["p1", "p2"])
    assert error == invalid_input("imageIds", "changes nothing")


def test_an_order_of_more_than_fifty_images_exceeds_the_limit(table: str) -> None:
    factories.create_property_with_images(2)
    assert expect_error("Mutation.reorderImages", propertyId="h1", imageIds=[f"p{n}" for n in range(51)]) == {
        "type": "LimitExceeded",
        "message": "at most 50 imageIds are allowed",
        "info": {"resource": "imageIds", "limit": 50},
    }


def test_the_cover_image_is_the_first_image(table: str) -> None:
    factories.create_property_with_images(2)
    changed = execute("Mutation.reorderImages", propertyId="h1", imageIds=["p2", "p1"])
    assert [cover["id"] for cover in batch_values("Property.coverImage", [changed])] == ["p2"]


def test_the_listing_has_the_url_of_the_cover_image(table: str) -> None:
    factories.create_property_with_images(2, zip_code="94110")
    execute("Mutation.removeImage", propertyId="h1", imageId="p1")
    [listing] = execute("Query.listingsByZip", zipCode="94110")["nodes"]
    assert listing["coverImageUrl"] == "https://images.example.com/h1/2.jpg"


def test_a_property_without_images_has_no_cover_image(table: str) -> None:
    factories.create_property("h1")
    assert batch_values(
        "Property.coverImage", [execute("Query.property", id="h1"), execute("Query.properties", ids=["h1"])[0]]
    ) == [
        None,
        None,
    ]


@pytest.mark.parametrize("path", ["Property.images", "Property.coverImage"])
def test_images_in_the_parent_are_not_read_again(table: str, proxy: FaultProxy, path: str) -> None:
    factories.create_property_with_images(2)
    property_ = execute("Query.property", id="h1")
    proxy.operations.clear()
    assert batch_values(path, [property_]) == [
        property_["images"] if path == "Property.images" else property_["images"][0]
    ]
    assert proxy.operations == []


def test_the_images_of_many_properties_cost_one_read(table: str, proxy: FaultProxy) -> None:
    factories.create_property_with_images(2, "h1")
    factories.create_property_with_images(1, "h2")
    properties_ = execute("Query.properties", ids=["h2", "h1"])
    proxy.operations.clear()
    assert [[image["url"][-8:] for image in images] for images in batch_values("Property.images", properties_)] == [
        ["h2/1.jpg"],
        ["h1/1.jpg", "h1/2.jpg"],
    ]
    assert proxy.operations == ["BatchGetItem"]


def test_the_cover_images_of_many_properties_cost_one_read(table: str, proxy: FaultProxy) -> None:
    factories.create_property_with_images(2, "h1")
    factories.create_property_with_images(1, "h2")
    properties_ = execute("Query.properties", ids=["h2", "h1"])
    proxy.operations.clear()
    assert [cover["url"][-8:] for cover in batch_values("Property.coverImage", properties_)] == ["h2/1.jpg", "h1/1.jpg"]
    assert proxy.operations == ["BatchGetItem"]
