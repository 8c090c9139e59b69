"""Constraints of arguments. An invalid value is rejected with its field and the reason."""

import math
from typing import Any

import pytest

from tests.resolvers.events import (
    ADMIN,
    NEW_PROPERTY,
    create_property,
    execute,
    execute_batch,
    expect_error,
    invalid_input,
)

ID_REASON = "must be 1 to 64 letters, digits or hyphens"
ZIP_REASON = "must be 5 digits"
KEY_REASON = "must be 1 to 128 printable characters without spaces"
PRICE_RANGE = "0 to 1,000,000,000,000 is allowed"
INVALID_IDS = ["", "h 1", "h1 ", "h1\n", "PROP#h1", "h#1", "x" * 65, "hé", "٣", "h_1", "h1\x00", "../h1"]
INVALID_ZIPS = [
    "",
    "9811",
    "981033",
    "9810a",
    "98 03",
    "98103\n",
    " 98103",
    "٩٨١٠٣",
    "９８１０３",  # noqa: RUF001
    "98103-1234",
    "²8103",
]
ID_ARGUMENTS: list[tuple[str, str, dict[str, Any]]] = [
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

pytestmark = pytest.mark.usefixtures("shared_table")


@pytest.mark.parametrize("id", INVALID_IDS)
def test_an_invalid_id_is_rejected(id: str) -> None:
    assert expect_error("Query.property", id=id) == invalid_input("id", ID_REASON)


@pytest.mark.parametrize("id", ["PROP#h1", "h1\n"])
@pytest.mark.parametrize(("path", "name", "other_arguments"), ID_ARGUMENTS)
def test_an_invalid_id_is_rejected_in_each_argument(
    path: str, name: str, other_arguments: dict[str, Any], id: str
) -> None:
    assert expect_error(path, **{name: id} | other_arguments) == invalid_input(name, ID_REASON)


def test_an_invalid_id_is_rejected_in_a_list() -> None:
    assert expect_error("Query.properties", ids=["h1", "h 1"]) == invalid_input("ids[1]", ID_REASON)


@pytest.mark.parametrize("id", ["", "PROP#h1", "h1\n"])
def test_an_invalid_owner_id_is_rejected(id: str) -> None:
    error = expect_error("Mutation.createProperty", ADMIN, input=NEW_PROPERTY | {"ownerId": id})
    assert error == invalid_input("input.ownerId", ID_REASON)


@pytest.mark.parametrize("id", ["a", "A-9", "-", "x" * 64, "ae144593-3418-49eb-aa5f-b32c14e49bd7"])
def test_a_valid_id_is_accepted(id: str) -> None:
    assert (execute("Query.property", id=id), execute("Query.user", id=id)) == (None, None)


@pytest.mark.parametrize("version", ["2", 2.0, None, True])
def test_a_version_is_a_whole_number(version: Any) -> None:
    error = expect_error("Mutation.deleteProperty", id="h1", expectedVersion=version)
    assert error == invalid_input("expectedVersion", "must be a whole number")


@pytest.mark.parametrize("key", ["", "a b", "k\n", "k\t", "é", "x" * 129])
def test_an_invalid_idempotency_key_is_rejected(key: str) -> None:
    error = expect_error("Mutation.createProperty", input=NEW_PROPERTY, idempotencyKey=key)
    assert error == invalid_input("idempotencyKey", KEY_REASON)


@pytest.mark.parametrize("key", ["!", "a#b/c~", "x" * 128])
def test_a_valid_idempotency_key_is_accepted(table: str, key: str) -> None:
    assert create_property(key=key)["id"] == create_property(key=key)["id"]


@pytest.mark.parametrize("zip_code", INVALID_ZIPS)
def test_an_invalid_zip_code_is_rejected(zip_code: str) -> None:
    assert expect_error("Query.listingsByZip", zipCode=zip_code) == invalid_input("zipCode", ZIP_REASON)


@pytest.mark.parametrize("first", [0, -1, 101, 2**31])
def test_a_page_size_is_one_to_a_hundred(first: int) -> None:
    error = expect_error("Query.listingsByZip", zipCode="98103", first=first)
    assert error == invalid_input("first", f"is {first}; 1 to 100 is allowed")


@pytest.mark.parametrize("path", ["Property.history", "User.properties"])
def test_the_page_size_of_a_nested_list_is_one_to_a_hundred(path: str) -> None:
    [item] = execute_batch(path, [{"id": "ada"}], first=101)
    assert item == {
        "data": None,
        "errorMessage": "first is 101; 1 to 100 is allowed",
        "errorType": "InvalidInput",
    }


@pytest.mark.parametrize("sort", ["OLDEST", "newest", ""])
def test_an_unknown_sort_order_is_rejected(sort: str) -> None:
    error = expect_error("Query.listingsByZip", zipCode="98103", sort=sort)
    assert error == invalid_input("sort", "must be one of NEWEST, PRICE_ASC, PRICE_DESC")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("minPrice", -1, f"is -1.0; {PRICE_RANGE}"),
        ("maxPrice", math.nan, f"is nan; {PRICE_RANGE}"),
        ("maxPrice", 10**13, f"is 10000000000000.0; {PRICE_RANGE}"),
        ("minPrice", 0.001, "is 0.001; at most 2 decimals are allowed"),
        ("minBedrooms", -1, "is -1; 0 to 1,000 is allowed"),
        ("minBathrooms", 1_001, "is 1001.0; 0 to 1,000 is allowed"),
        ("status", "SOLD", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
    ],
)
def test_constraints_apply_to_a_filter(name: str, value: Any, reason: str) -> None:
    error = expect_error("Query.listingsByZip", zipCode="98103", filter={name: value})
    assert error == invalid_input(f"filter.{name}", reason)
