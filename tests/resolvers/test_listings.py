"""Listings of a ZIP code: order, filters and pagination."""

from typing import Any

import pytest

from data.records import ListingStatus
from tests.proxy import FaultProxy
from tests.resolvers import factories
from tests.resolvers.events import Value, execute, expect_error, invalid_input

INVALID_CURSOR = {
    "type": "InvalidCursor",
    "message": "after is not a cursor of this list: omit it to read the first page",
    "info": {},
}


def page(**arguments: Any) -> Value:
    return execute("Query.listingsByZip", **{"zipCode": "94110"} | arguments)


def ids(**arguments: Any) -> list[str]:
    return [listing["id"] for listing in page(**arguments)["nodes"]]


def test_a_listing_has_the_values_of_its_property(table: str) -> None:
    property_ = factories.create_property_with_images(
        1, zip_code="94110", price=5.5, bedrooms=3, bathrooms=2, living_area_sqft=900
    )
    assert page()["nodes"] == [
        {
            "id": "h1",
            "zipCode": "94110",
            "address": "h1 Elm Street",
            "price": 5.5,
            "status": "ACTIVE",
            "bedrooms": 3,
            "bathrooms": 2,
            "livingAreaSqft": 900,
            "coverImageUrl": "https://images.example.com/h1/1.jpg",
            "listedAt": property_.created_at,
        }
    ]


def test_a_zip_code_lists_its_active_and_pending_properties(table: str) -> None:
    for status in ListingStatus:
        factories.create_property(status.name.replace("_", "-"), zip_code="94110", status=status)
    factories.create_property("elsewhere", zip_code="94111")
    factories.create_property("nowhere")
    assert ids() == ["PENDING", "ACTIVE"]


def test_a_zip_code_without_listings_is_an_empty_page(table: str) -> None:
    nothing = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page() == {"edges": [], "nodes": [], "pageInfo": nothing}


def test_the_newest_listing_is_first(table: str) -> None:
    input = {"address": "1 Elm Street", "price": 1, "zipCode": "94110"}
    created = [execute("Mutation.createProperty", input=input)["id"] for _ in range(3)]
    assert ids() == ids(sort="NEWEST") == created[::-1]


@pytest.mark.parametrize(("sort", "order"), [("PRICE_ASC", ["h2", "h3", "h1"]), ("PRICE_DESC", ["h1", "h3", "h2"])])
def test_listings_are_sorted_by_price(table: str, sort: str, order: list[str]) -> None:
    for id, price in (("h1", 30.0), ("h2", 9.5), ("h3", 10.0)):
        factories.create_property(id, zip_code="94110", price=price)
    assert ids(sort=sort) == order


@pytest.mark.parametrize("sort", ["NEWEST", "PRICE_DESC"])
@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"minPrice": 3}, ["h005", "h004", "h003"]),
        ({"maxPrice": 3}, ["h003", "h002", "h001"]),
        ({"minPrice": 2, "maxPrice": 2}, ["h002"]),
        ({"maxPrice": 0}, []),
        ({"minPrice": None}, ["h005", "h004", "h003", "h002", "h001"]),
    ],
)
def test_listings_are_filtered_by_price(table: str, sort: str, filter: dict[str, Any], expected: list[str]) -> None:
    factories.put_listings(5)
    assert ids(sort=sort, filter=filter) == expected


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"minBedrooms": 3}, ["h2"]),
        ({"minBathrooms": 2}, ["h2", "h1"]),
        ({"status": "PENDING"}, ["h1"]),
        ({"status": "CLOSED"}, []),
        ({"minBedrooms": 2, "minBathrooms": 2, "status": "ACTIVE", "maxPrice": 100}, ["h2"]),
        ({}, ["h3", "h2", "h1"]),
        (None, ["h3", "h2", "h1"]),
    ],
)
def test_listings_are_filtered_by_attributes(table: str, filter: dict[str, Any] | None, expected: list[str]) -> None:
    factories.create_property("h1", zip_code="94110", bedrooms=2, bathrooms=2, status=ListingStatus.PENDING)
    factories.create_property("h2", zip_code="94110", bedrooms=3, bathrooms=2)
    factories.create_property("h3", zip_code="94110")
    assert ids(filter=filter) == expected


def test_a_page_has_twenty_listings_by_default(table: str) -> None:
    factories.put_listings(21)
    assert (len(ids()), len(ids(first=1)), len(ids(first=100))) == (20, 1, 21)


@pytest.mark.parametrize("sort", ["NEWEST", "PRICE_ASC", "PRICE_DESC"])
def test_the_pages_together_are_the_complete_list_in_order(table: str, sort: str) -> None:
    factories.put_listings(5)
    listing_ids, after = [], None
    for has_next_page in (True, True, False):
        part = page(sort=sort, first=2, after=after)
        assert part["pageInfo"]["hasNextPage"] is has_next_page
        listing_ids += [listing["id"] for listing in part["nodes"]]
        after = part["pageInfo"]["endCursor"]
    assert listing_ids == ids(sort=sort)


def test_an_edge_is_a_listing_with_its_cursor(table: str) -> None:
    factories.put_listings(3)
    part = page(first=2)
    assert [edge["node"] for edge in part["edges"]] == part["nodes"]
    assert ids(after=part["edges"][0]["cursor"]) == ["h002", "h001"]
    assert part["edges"][1]["cursor"] == part["pageInfo"]["endCursor"]


@pytest.mark.parametrize("filter", [None, {"minPrice": 1}], ids=["unfiltered", "filtered"])
def test_a_page_costs_one_read(table: str, proxy: FaultProxy, filter: dict[str, Any] | None) -> None:
    factories.put_listings(3)
    proxy.operations.clear()
    page(first=2, filter=filter)
    assert proxy.operations == ["Query"]


def test_a_cursor_is_valid_for_its_own_list_only(table: str) -> None:
    factories.put_listings(3)
    cursor = page(first=1, sort="PRICE_ASC", filter={"minPrice": 1})["pageInfo"]["endCursor"]
    arguments: dict[str, Any] = {"zipCode": "94110", "sort": "PRICE_ASC", "filter": {"minPrice": 1}, "after": cursor}
    assert ids(**arguments) == ["h002", "h003"]
    for other in ({"zipCode": "94111"}, {"sort": "PRICE_DESC"}, {"sort": "NEWEST"}, {"filter": None}):
        assert expect_error("Query.listingsByZip", **arguments | other) == INVALID_CURSOR


@pytest.mark.parametrize("cursor", ["", "x", "nonsense", "====", "é", "AAAA", "x" * 513, "94110"])
def test_an_invalid_cursor_is_rejected(table: str, cursor: str) -> None:
    factories.put_listings(2)
    assert expect_error("Query.listingsByZip", zipCode="94110", after=cursor) == INVALID_CURSOR


def test_a_damaged_cursor_is_rejected(table: str) -> None:
    factories.put_listings(2)
    cursor = page(first=1)["pageInfo"]["endCursor"]
    for damaged_cursor in (cursor[:-1], cursor[1:], cursor + "A"):
        assert expect_error("Query.listingsByZip", zipCode="94110", after=damaged_cursor) == INVALID_CURSOR


@pytest.mark.parametrize("sort", ["NEWEST", "PRICE_ASC", "PRICE_DESC"])
def test_a_minimum_price_above_the_maximum_is_rejected(table: str, sort: str) -> None:
    filter_ = {"minPrice": 2, "maxPrice": 1.99}
    error = expect_error("Query.listingsByZip", zipCode="94110", sort=sort, filter=filter_)
    assert error == invalid_input("filter.minPrice", "must not be greater than maxPrice")
