"""A home's pictures: how they are shown, added, changed, removed and put in order, and by whom."""

from typing import Any

import pytest

from tests.proxy import Proxy
from tests.resolvers import factories
from tests.resolvers.events import ADMIN, BOB, Value, at, ok, out_of_bounds, refused, values

URL = "https://images.example.com/new.jpg"
WRITES: dict[str, dict[str, Any]] = {
    "Mutation.addImage": {"input": {"url": URL}},
    "Mutation.updateImage": {"imageId": "p1", "input": {"caption": "Front"}},
    "Mutation.removeImage": {"imageId": "p1"},
    "Mutation.reorderImages": {"imageIds": ["p2", "p1"]},
}
OF_A_PICTURE = ["Mutation.updateImage", "Mutation.removeImage"]


def ids(home: Value) -> list[str]:
    return [image["id"] for image in home["images"]]


@pytest.mark.parametrize("path", WRITES)
def test_only_the_homes_owner_changes_its_pictures(table: str, path: str) -> None:
    factories.home_with_pictures(2, owner="ada")
    assert refused(path, BOB, propertyId="h1", **WRITES[path]) == {
        "type": "NotTheOwner",
        "message": "the property h1 belongs to somebody else",
        "info": {"propertyId": "h1"},
    }


@pytest.mark.parametrize("path", WRITES)
def test_an_admin_changes_anybodys_pictures(table: str, path: str) -> None:
    factories.home_with_pictures(2, owner="ada")
    changed = ok(path, ADMIN, propertyId="h1", **WRITES[path])
    assert (changed["ownerId"], changed["version"]) == ("ada", 3)


@pytest.mark.parametrize("path", WRITES)
def test_a_home_that_is_not_there_has_no_pictures_to_change(table: str, path: str) -> None:
    assert refused(path, propertyId="nowhere", **WRITES[path]) == {
        "type": "PropertyNotFound",
        "message": "no property has the id nowhere",
        "info": {"id": "nowhere"},
    }


@pytest.mark.parametrize("path", OF_A_PICTURE)
def test_a_picture_that_is_not_there_is_not_changed(table: str, path: str) -> None:
    factories.home_with_pictures(2)
    assert refused(path, propertyId="h1", **WRITES[path] | {"imageId": "p9"}) == {
        "type": "ImageNotFound",
        "message": "the property h1 has no image with the id p9",
        "info": {"propertyId": "h1", "id": "p9"},
    }


@pytest.mark.parametrize("path", OF_A_PICTURE)
def test_a_picture_of_another_home_is_not_changed(table: str, path: str) -> None:
    factories.home_with_pictures(2, "h1")
    factories.home("h2")
    assert refused(path, propertyId="h2", **WRITES[path])["type"] == "ImageNotFound"


@pytest.mark.parametrize("path", WRITES)
def test_what_a_change_answers_is_what_is_there(table: str, path: str) -> None:
    factories.home_with_pictures(2)
    assert ok(path, propertyId="h1", **WRITES[path]) == ok("Query.property", id="h1")


@pytest.mark.parametrize("path", WRITES)
def test_a_change_of_pictures_is_an_event_of_the_home(table: str, path: str) -> None:
    factories.home_with_pictures(2)
    [page] = values("Property.history", [ok(path, ADMIN, propertyId="h1", **WRITES[path])])
    newest = page["nodes"][0]
    assert (newest["kind"], newest["version"], newest["changedById"]) == ("PICTURES_CHANGED", 3, "root")
    told = {"Mutation.updateImage": "images.p1.caption"}.get(path, "images")
    assert [change["field"] for change in newest["changes"]] == [told]


def test_a_picture_is_added_behind_the_others(table: str) -> None:
    factories.home_with_pictures(2)
    home = ok("Mutation.addImage", propertyId="h1", input={"url": URL, "caption": "Front", "width": 800})
    added = home["images"][2]
    assert ids(home) == ["p1", "p2", added["id"]]
    assert added == {
        "id": added["id"],
        "propertyId": "h1",
        "url": URL,
        "caption": "Front",
        "width": 800,
        "height": None,
        "createdAt": added["createdAt"],
    }


def test_a_home_may_have_fifty_pictures(table: str) -> None:
    factories.home_with_pictures(49)
    assert len(ok("Mutation.addImage", propertyId="h1", input={"url": URL})["images"]) == 50


def test_a_home_has_no_more_than_fifty_pictures(table: str) -> None:
    factories.home_with_pictures(50)
    assert refused("Mutation.addImage", propertyId="h1", input={"url": URL}) == {
        "type": "TooMany",
        "message": "at most 50 pictures a home are allowed",
        "info": {"what": "pictures a home", "most": 50},
    }


def test_a_change_keeps_what_it_leaves_out(table: str) -> None:
    factories.home_with_pictures(1)
    ok("Mutation.updateImage", propertyId="h1", imageId="p1", input={"caption": "Front", "width": 800})
    home = ok("Mutation.updateImage", propertyId="h1", imageId="p1", input={"width": 900})
    assert (home["images"][0]["caption"], home["images"][0]["width"]) == ("Front", 900)
    assert home["images"][0]["url"] == "https://images.example.com/h1/1.jpg"


def test_null_clears_what_a_picture_need_not_have(table: str) -> None:
    factories.home_with_pictures(1)
    ok("Mutation.updateImage", propertyId="h1", imageId="p1", input={"caption": "Front", "width": 8, "height": 6})
    cleared = dict.fromkeys(["caption", "width", "height"])
    home = ok("Mutation.updateImage", propertyId="h1", imageId="p1", input=cleared)
    assert {name: home["images"][0][name] for name in cleared} == cleared


def test_null_does_not_clear_a_pictures_address(table: str) -> None:
    factories.home_with_pictures(1)
    told = refused("Mutation.updateImage", propertyId="h1", imageId="p1", input={"url": None})
    assert told == out_of_bounds("input.url", "may be left out, but not null")


def test_an_empty_change_of_a_picture_is_refused(table: str) -> None:
    factories.home_with_pictures(1)
    told = refused("Mutation.updateImage", propertyId="h1", imageId="p1", input={})
    assert told == out_of_bounds("input", "is empty: there is nothing to change")


def test_a_change_of_a_picture_to_the_same_values_is_refused(table: str) -> None:
    factories.home_with_pictures(1)
    told = refused("Mutation.updateImage", propertyId="h1", imageId="p1", input={"caption": None})
    assert told == out_of_bounds("input", "changes nothing")


def test_a_removed_picture_is_gone(table: str) -> None:
    factories.home_with_pictures(3)
    assert ids(ok("Mutation.removeImage", propertyId="h1", imageId="p2")) == ["p1", "p3"]
    assert [row["sk"] for row in at("PROP#h1") if row["sk"].startswith("IMG#")] == ["IMG#p1", "IMG#p3"]


def test_a_picture_is_removed_once(table: str) -> None:
    factories.home_with_pictures(2)
    ok("Mutation.removeImage", propertyId="h1", imageId="p2")
    assert refused("Mutation.removeImage", propertyId="h1", imageId="p2")["type"] == "ImageNotFound"


def test_pictures_come_in_the_order_they_were_put_in(table: str) -> None:
    factories.home_with_pictures(3)
    assert ids(ok("Mutation.reorderImages", propertyId="h1", imageIds=["p3", "p1", "p2"])) == ["p3", "p1", "p2"]


@pytest.mark.parametrize(
    "order",
    [[], ["p1"], ["p1", "p2", "p3"], ["p1", "p1"], ["p2", "p1", "p1"], ["p2", "PROP#h1"]],
    ids=["none", "one missing", "one too many", "one twice", "all and one twice", "a stranger"],
)
def test_an_order_names_each_picture_once(table: str, order: list[str]) -> None:
    factories.home_with_pictures(2)
    told = refused("Mutation.reorderImages", propertyId="h1", imageIds=order)
    assert told == out_of_bounds("imageIds", "must name each picture of the home exactly once")


def test_the_order_that_pictures_are_in_is_refused(table: str) -> None:
    factories.home_with_pictures(2)
    told = refused("Mutation.reorderImages", propertyId="h1", imageIds=["p1", "p2"])
    assert told == out_of_bounds("imageIds", "changes nothing")


def test_an_order_of_more_than_fifty_pictures_is_too_many(table: str) -> None:
    factories.home_with_pictures(2)
    assert refused("Mutation.reorderImages", propertyId="h1", imageIds=[f"p{n}" for n in range(51)]) == {
        "type": "TooMany",
        "message": "at most 50 imageIds are allowed",
        "info": {"what": "imageIds", "most": 50},
    }


def test_the_cover_is_the_first_picture(table: str) -> None:
    factories.home_with_pictures(2)
    changed = ok("Mutation.reorderImages", propertyId="h1", imageIds=["p2", "p1"])
    assert [cover["id"] for cover in values("Property.coverImage", [changed])] == ["p2"]


def test_the_cover_is_on_the_homes_card(table: str) -> None:
    factories.home_with_pictures(2, zip_code="94110")
    ok("Mutation.removeImage", propertyId="h1", imageId="p1")
    [card] = ok("Query.listingsByZip", zipCode="94110")["nodes"]
    assert card["coverImageUrl"] == "https://images.example.com/h1/2.jpg"


def test_a_home_without_pictures_has_no_cover(table: str) -> None:
    factories.home("h1")
    assert values("Property.coverImage", [ok("Query.property", id="h1"), ok("Query.properties", ids=["h1"])[0]]) == [
        None,
        None,
    ]


@pytest.mark.parametrize("path", ["Property.images", "Property.coverImage"])
def test_pictures_that_came_with_their_home_are_not_read_again(table: str, proxy: Proxy, path: str) -> None:
    factories.home_with_pictures(2)
    home = ok("Query.property", id="h1")
    proxy.seen.clear()
    assert values(path, [home]) == [home["images"] if path == "Property.images" else home["images"][0]]
    assert proxy.seen == []


def test_the_pictures_of_many_homes_are_one_read(table: str, proxy: Proxy) -> None:
    factories.home_with_pictures(2, "h1")
    factories.home_with_pictures(1, "h2")
    homes = ok("Query.properties", ids=["h2", "h1"])
    proxy.seen.clear()
    assert [[image["url"][-8:] for image in some] for some in values("Property.images", homes)] == [
        ["h2/1.jpg"],
        ["h1/1.jpg", "h1/2.jpg"],
    ]
    assert proxy.seen == ["BatchGetItem"]


def test_the_covers_of_many_homes_are_one_read(table: str, proxy: Proxy) -> None:
    factories.home_with_pictures(2, "h1")
    factories.home_with_pictures(1, "h2")
    homes = ok("Query.properties", ids=["h2", "h1"])
    proxy.seen.clear()
    assert [cover["url"][-8:] for cover in values("Property.coverImage", homes)] == ["h2/1.jpg", "h1/1.jpg"]
    assert proxy.seen == ["BatchGetItem"]
