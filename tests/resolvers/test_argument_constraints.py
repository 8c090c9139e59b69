"""What may be asked for: ids, ZIPs, pages, orders and keys; all else is refused by name and place."""

import math
from typing import Any

import pytest

from tests.resolvers.events import ADMIN, NEW_HOME, batch, create, ok, out_of_bounds, refused

ID_FORM = "must be 1 to 64 letters, digits or hyphens"
ZIP_FORM = "must be 5 digits"
KEY_FORM = "must be 1 to 128 printable characters without spaces"
PRICES = "0 to 1,000,000,000,000 is allowed"
NO_IDS = ["", "h 1", "h1 ", "h1\n", "PROP#h1", "h#1", "x" * 65, "hé", "٣", "h_1", "h1\x00", "../h1"]
NO_ZIPS = ["", "9811", "981033", "9810a", "98 03", "98103\n", " 98103", "٩٨١٠٣", "９８１０３", "98103-1234", "²8103"]  # noqa: RUF001
DOORS_FOR_IDS: list[tuple[str, str, dict[str, Any]]] = [
    ("Query.user", "id", {}),
    ("Mutation.updateProperty", "id", {"input": {"price": 5}, "expectedVersion": 2}),
    ("Mutation.deleteProperty", "id", {"expectedVersion": 2}),
    ("Mutation.addImage", "propertyId", {"input": {"url": "https://images.example.com/1.jpg"}}),
    ("Mutation.updateImage", "propertyId", {"imageId": "p1", "input": {"caption": "Front"}}),
    ("Mutation.updateImage", "imageId", {"propertyId": "h1", "input": {"caption": "Front"}}),
    ("Mutation.removeImage", "propertyId", {"imageId": "p1"}),
    ("Mutation.removeImage", "imageId", {"propertyId": "h1"}),
    ("Mutation.reorderImages", "propertyId", {"imageIds": ["p2", "p1"]}),
]

pytestmark = pytest.mark.usefixtures("standing")


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


@pytest.mark.parametrize("id", ["a", "A-9", "-", "x" * 64, "ae144593-3418-49eb-aa5f-b32c14e49bd7"])
def test_what_is_an_id_may_be_asked_for(id: str) -> None:
    assert (ok("Query.property", id=id), ok("Query.user", id=id)) == (None, None)


@pytest.mark.parametrize("version", ["2", 2.0, None, True])
def test_a_version_is_a_whole_number(version: Any) -> None:
    sent = refused("Mutation.deleteProperty", id="h1", expectedVersion=version)
    assert sent == out_of_bounds("expectedVersion", "must be a whole number")


@pytest.mark.parametrize("key", ["", "a b", "k\n", "k\t", "é", "x" * 129])
def test_what_is_no_key_is_refused(key: str) -> None:
    sent = refused("Mutation.createProperty", input=NEW_HOME, idempotencyKey=key)
    assert sent == out_of_bounds("idempotencyKey", KEY_FORM)


@pytest.mark.parametrize("key", ["!", "a#b/c~", "x" * 128])
def test_a_key_may_be_any_word(table: str, key: str) -> None:
    assert create(key=key)["id"] == create(key=key)["id"]


@pytest.mark.parametrize("zip_code", NO_ZIPS)
def test_what_is_no_zip_lists_nothing(zip_code: str) -> None:
    assert refused("Query.listingsByZip", zipCode=zip_code) == out_of_bounds("zipCode", ZIP_FORM)


@pytest.mark.parametrize("first", [0, -1, 101, 2**31])
def test_a_page_has_one_to_a_hundred_members(first: int) -> None:
    sent = refused("Query.listingsByZip", zipCode="98103", first=first)
    assert sent == out_of_bounds("first", f"is {first}; 1 to 100 is allowed")


@pytest.mark.parametrize("path", ["Property.history", "User.properties"])
def test_a_page_below_a_parent_has_one_to_a_hundred_members(path: str) -> None:
    [item] = batch(path, [{"id": "ada"}], first=101)
    assert item == {
        "data": None,
        "errorMessage": "first is 101; 1 to 100 is allowed",
        "errorType": "InvalidInput",
    }


@pytest.mark.parametrize("sort", ["OLDEST", "newest", ""])
def test_an_order_is_one_of_ours(sort: str) -> None:
    sent = refused("Query.listingsByZip", zipCode="98103", sort=sort)
    assert sent == out_of_bounds("sort", "must be one of NEWEST, PRICE_ASC, PRICE_DESC")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("minPrice", -1, f"is -1.0; {PRICES}"),
        ("maxPrice", math.nan, f"is nan; {PRICES}"),
        ("maxPrice", 10**13, f"is 10000000000000.0; {PRICES}"),
        ("minPrice", 0.001, "is 0.001; at most 2 decimals are allowed"),
        ("minBedrooms", -1, "is -1; 0 to 1,000 is allowed"),
        ("minBathrooms", 1_001, "is 1001.0; 0 to 1,000 is allowed"),
        ("status", "SOLD", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
    ],
)
def test_a_filter_is_within_the_bounds_of_what_it_asks_for(name: str, value: Any, why: str) -> None:
    sent = refused("Query.listingsByZip", zipCode="98103", filter={name: value})
    assert sent == out_of_bounds(f"filter.{name}", why)
