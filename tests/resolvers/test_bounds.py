"""What a value may be, at every door of the API: what is out of bounds is refused by name and place.

A refusal leaves the table as it found it, so all tests here share one.
"""

import math
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local import dynamodb
from tests.resolvers import given
from tests.resolvers.events import ADMIN, ok, refused

ID_FORM = "must be 1 to 64 letters, digits or hyphens"
ZIP_FORM = "must be 5 digits"
KEY_FORM = "must be 1 to 128 printable characters without spaces"
URL_FORM = "must be an http(s) address of at most 2,048 characters"
EMAIL_FORM = "must be an e-mail address of at most 254 characters"
PRICES = "0 to 1,000,000,000,000 is allowed"

NEW_HOME = {"address": "1 Elm Street", "price": 100}
NEW_PICTURE = {"url": "https://images.example.com/1.jpg"}

NO_IDS = ["", "h 1", "h1 ", "h1\n", "PROP#h1", "h#1", "x" * 65, "hé", "٣", "h_1", "h1\x00", "../h1"]
NO_ZIPS = ["", "9811", "981033", "9810a", "98 03", "98103\n", " 98103", "٩٨١٠٣", "９８１０３", "98103-1234", "²8103"]  # noqa: RUF001
NO_URLS = [
    "",
    "images.example.com/1.jpg",
    "//images.example.com/1.jpg",
    "ftp://images.example.com/1.jpg",
    "javascript:alert(1)",
    "javascript://x/%0aalert(1)",
    "data:text/html,x",
    "http://",
    "https:///1.jpg",
    "https://images.example.com/a b.jpg",
    "https://images.example.com/1.jpg\n",
    " https://images.example.com/1.jpg",
    "https://images.example.com/" + "x" * 2022,
]
NO_EMAILS = ["", "ada", "@b.c", "a@", "a b@c.d", "a@b@c.d", "a@b.c\n", "x" * 250 + "@b.cd"]
OUT_OF_BOUNDS = [
    ("address", "1 Em", "has 4 characters; 5 to 200 are allowed"),
    ("address", "x" * 201, "has 201 characters; 5 to 200 are allowed"),
    ("address", 12345, "must be text"),
    ("price", -0.01, f"is -0.01; {PRICES}"),
    ("price", 10**12 + 1, f"is 1000000000001.0; {PRICES}"),
    ("price", 1e200, f"is 1e+200; {PRICES}"),
    ("price", 10**400, f"is inf; {PRICES}"),
    ("price", math.inf, f"is inf; {PRICES}"),
    ("price", -math.inf, f"is -inf; {PRICES}"),
    ("price", math.nan, f"is nan; {PRICES}"),
    ("price", 1.001, "is 1.001; at most 2 decimals are allowed"),
    ("price", "100", "must be a number"),
    ("price", True, "must be a number"),
    *[("zipCode", zip_code, ZIP_FORM) for zip_code in NO_ZIPS],
    ("status", "SOLD", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
    ("bedrooms", -1, "is -1; 0 to 1,000 is allowed"),
    ("bedrooms", 1_001, "is 1001; 0 to 1,000 is allowed"),
    ("bedrooms", 2.5, "must be a whole number"),
    ("livingAreaSqft", -1, "is -1; 0 to 2,000,000,000 is allowed"),
    ("lotSizeSqft", 2_000_000_001, "is 2000000001; 0 to 2,000,000,000 is allowed"),
    ("yearBuilt", 999, "is 999; 1,000 to 2,200 is allowed"),
    ("yearBuilt", 2_201, "is 2201; 1,000 to 2,200 is allowed"),
    ("latitude", 90.5, "is 90.5; -90 to 90 is allowed"),
    ("latitude", math.nan, "is nan; -90 to 90 is allowed"),
    ("longitude", -180.5, "is -180.5; -180 to 180 is allowed"),
    ("description", "x" * 10_001, "has 10001 characters; 0 to 10000 are allowed"),
]
WITHIN_BOUNDS = [
    ("address", "1 Elm"),
    ("address", "x" * 200),
    ("price", 0),
    ("price", 0.01),
    ("price", 10**12),
    ("price", 999_999_999_999.99),
    ("zipCode", "00501"),
    ("status", "WITHDRAWN"),
    ("bedrooms", 0),
    ("bedrooms", 1_000),
    ("yearBuilt", 1000),
    ("latitude", -90),
    ("longitude", 180.0),
    ("description", ""),
    ("description", "x" * 10_000),
    ("description", "Two\nlines, and a snowman: ☃"),
]
OUT_OF_A_PICTURES_BOUNDS = [
    *[("url", url, URL_FORM) for url in NO_URLS],
    ("caption", "x" * 501, "has 501 characters; 0 to 500 are allowed"),
    ("width", 0, "is 0; 1 to 1,000,000 is allowed"),
    ("height", 1_000_001, "is 1000001; 1 to 1,000,000 is allowed"),
]
WITHIN_A_PICTURES_BOUNDS = [
    ("url", "http://images.example.com"),
    ("url", "https://images.example.com/" + "x" * 2021),
    ("caption", "x" * 500),
    ("caption", ""),
    ("width", 1),
    ("height", 1_000_000),
]
OUT_OF_MY_BOUNDS = [
    ("name", "", "has 0 characters; 1 to 100 are allowed"),
    ("name", "x" * 101, "has 101 characters; 1 to 100 are allowed"),
    *[("email", text, EMAIL_FORM) for text in NO_EMAILS],
]
DOORS_FOR_IDS: list[tuple[str, str, dict[str, Any]]] = [
    ("Query.user", "id", {}),
    ("Mutation.updateProperty", "id", {"input": {"price": 5}, "expectedVersion": 2}),
    ("Mutation.deleteProperty", "id", {"expectedVersion": 2}),
    ("Mutation.addImage", "propertyId", {"input": NEW_PICTURE}),
    ("Mutation.updateImage", "propertyId", {"imageId": "p1", "input": {"caption": "Front"}}),
    ("Mutation.updateImage", "imageId", {"propertyId": "h1", "input": {"caption": "Front"}}),
    ("Mutation.removeImage", "propertyId", {"imageId": "p1"}),
    ("Mutation.removeImage", "imageId", {"propertyId": "h1"}),
    ("Mutation.reorderImages", "propertyId", {"imageIds": ["p2", "p1"]}),
]


@pytest.fixture(scope="module", autouse=True)
def standing(engine: str) -> Iterator[None]:
    """A table with a home of Ada's, at version 2, with two pictures."""
    name = f"homes-{uuid.uuid4()}"
    dynamodb.make_table(engine, name)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in dynamodb.environment(engine, name).items():
            patch.setenv(variable, value)
        given.home_with_pictures(2)
        yield


def out_of_bounds(where: str, why: str) -> dict[str, Any]:
    return {"type": "InvalidInput", "message": f"{where} {why}", "info": {"where": where, "why": why}}


@pytest.mark.parametrize("id", NO_IDS)
def test_what_is_no_id_is_refused(id: str) -> None:
    assert refused("Query.property", id=id) == out_of_bounds("id", ID_FORM)


@pytest.mark.parametrize("id", ["PROP#h1", "h1\n"])
@pytest.mark.parametrize(("path", "name", "others"), DOORS_FOR_IDS)
def test_what_is_no_id_is_refused_everywhere(path: str, name: str, others: dict[str, Any], id: str) -> None:
    assert refused(path, **{name: id} | others) == out_of_bounds(name, ID_FORM)


def test_what_is_no_id_is_refused_among_others() -> None:
    assert refused("Query.properties", ids=["h1", "h 1"]) == out_of_bounds("ids[1]", ID_FORM)


@pytest.mark.parametrize("id", ["", "PROP#h1", "h1\n"])
def test_what_is_no_id_owns_no_home(id: str) -> None:
    sent = refused("Mutation.createProperty", ADMIN, input=NEW_HOME | {"ownerId": id})
    assert sent == out_of_bounds("input.ownerId", ID_FORM)


@pytest.mark.parametrize("id", ["a", "A-9", "-", "x" * 64, str(uuid.uuid4())])
def test_what_is_an_id_may_be_asked_for(id: str) -> None:
    assert (ok("Query.property", id=id), ok("Query.user", id=id)) == (None, None)


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_BOUNDS)
def test_a_new_home_is_within_bounds(name: str, value: Any, why: str) -> None:
    sent = refused("Mutation.createProperty", input=NEW_HOME | {name: value})
    assert sent == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_BOUNDS)
def test_a_changed_home_is_within_bounds(name: str, value: Any, why: str) -> None:
    sent = refused("Mutation.updateProperty", id="h1", input={name: value}, expectedVersion=2)
    assert sent == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value"), WITHIN_BOUNDS)
def test_all_that_is_within_bounds_may_be_said_of_a_home(name: str, value: Any) -> None:
    assert ok("Mutation.createProperty", input=NEW_HOME | {name: value})[name] == value


@pytest.mark.parametrize("name", ["address", "price"])
def test_a_new_home_has_what_every_home_has(name: str) -> None:
    told = {kept: value for kept, value in NEW_HOME.items() if kept != name}
    assert refused("Mutation.createProperty", input=told) == out_of_bounds(f"input.{name}", "is missing")


@pytest.mark.parametrize("key", ["", "a b", "k\n", "k\t", "é", "x" * 129])
def test_what_is_no_key_is_refused(key: str) -> None:
    sent = refused("Mutation.createProperty", input=NEW_HOME, idempotencyKey=key)
    assert sent == out_of_bounds("idempotencyKey", KEY_FORM)


@pytest.mark.parametrize("key", ["!", "a#b/c~", "x" * 128])
def test_a_key_may_be_any_word(key: str) -> None:
    made = [ok("Mutation.createProperty", input=NEW_HOME, idempotencyKey=key)["id"] for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_A_PICTURES_BOUNDS)
def test_a_new_picture_is_within_bounds(name: str, value: Any, why: str) -> None:
    sent = refused("Mutation.addImage", propertyId="h1", input=NEW_PICTURE | {name: value})
    assert sent == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_A_PICTURES_BOUNDS)
def test_a_changed_picture_is_within_bounds(name: str, value: Any, why: str) -> None:
    sent = refused("Mutation.updateImage", propertyId="h1", imageId="p1", input={name: value})
    assert sent == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value"), WITHIN_A_PICTURES_BOUNDS)
def test_all_that_is_within_bounds_may_be_said_of_a_picture(name: str, value: Any) -> None:
    home = given.home(f"home-{uuid.uuid4()}")
    [image] = ok("Mutation.addImage", propertyId=home.id, input=NEW_PICTURE | {name: value})["images"]
    assert image[name] == value


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_MY_BOUNDS)
def test_a_changed_profile_is_within_bounds(name: str, value: Any, why: str) -> None:
    assert refused("Mutation.updateMe", input={name: value}) == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value"), [("name", "x"), ("name", "x" * 100), ("email", "a@b"), ("email", "é@b.c")])
def test_all_that_is_within_bounds_may_be_said_of_me(name: str, value: str) -> None:
    assert ok("Mutation.updateMe", input={name: value})[name] == value


@pytest.mark.parametrize("zip_code", NO_ZIPS)
def test_what_is_no_zip_lists_nothing(zip_code: str) -> None:
    assert refused("Query.listingsByZip", zipCode=zip_code) == out_of_bounds("zipCode", ZIP_FORM)


@pytest.mark.parametrize("first", [0, -1, 101, 2**31])
def test_a_page_has_one_to_a_hundred_members(first: int) -> None:
    sent = refused("Query.listingsByZip", zipCode="98103", first=first)
    assert sent == out_of_bounds("first", f"is {first}; 1 to 100 is allowed")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("minPrice", -1, f"is -1.0; {PRICES}"),
        ("maxPrice", math.nan, f"is nan; {PRICES}"),
        ("maxPrice", 10**13, f"is 10000000000000.0; {PRICES}"),
        ("minPrice", 0.001, "is 0.001; at most 2 decimals are allowed"),
        ("minBedrooms", -1, "is -1; 0 to 1,000 is allowed"),
        ("minBathrooms", 1_001, "is 1001; 0 to 1,000 is allowed"),
        ("status", "SOLD", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
    ],
)
def test_a_filter_is_within_the_bounds_of_what_it_asks_for(name: str, value: Any, why: str) -> None:
    sent = refused("Query.listingsByZip", zipCode="98103", filter={name: value})
    assert sent == out_of_bounds(f"filter.{name}", why)


@pytest.mark.parametrize("sort", ["OLDEST", "newest", ""])
def test_an_order_is_one_of_ours(sort: str) -> None:
    sent = refused("Query.listingsByZip", zipCode="98103", sort=sort)
    assert sent == out_of_bounds("sort", "must be one of NEWEST, PRICE_ASC, PRICE_DESC")


@pytest.mark.parametrize("version", ["2", 2.0, None, True])
def test_a_version_is_a_whole_number(version: Any) -> None:
    sent = refused("Mutation.deleteProperty", id="h1", expectedVersion=version)
    assert sent == out_of_bounds("expectedVersion", "must be a whole number")
