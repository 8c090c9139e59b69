"""What is on the market in a ZIP: in which order, which part of it, and page by page."""

from typing import Any

import pytest

from data.records import ListingStatus
from tests.proxy import Proxy
from tests.resolvers import factories
from tests.resolvers.events import Value, ok, out_of_bounds, refused

BAD_CURSOR = {
    "type": "BadCursor",
    "message": "after is not a cursor of this list: ask again without it",
    "info": {},
}


def page(**arguments: Any) -> Value:
    return ok("Query.listingsByZip", **{"zipCode": "94110"} | arguments)


def ids(**arguments: Any) -> list[str]:
    return [card["id"] for card in page(**arguments)["nodes"]]


def test_a_card_is_its_home_as_the_zip_shows_it(table: str) -> None:
    home = factories.home_with_pictures(1, zip_code="94110", price=5.5, bedrooms=3, bathrooms=2, living_area_sqft=900)
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
            "listedAt": home.created_at,
        }
    ]


def test_a_zip_lists_its_own_homes_that_are_active_or_pending(table: str) -> None:
    for status in ListingStatus:
        factories.home(status.name.replace("_", "-"), zip_code="94110", status=status)
    factories.home("elsewhere", zip_code="94111")
    factories.home("nowhere")
    assert ids() == ["PENDING", "ACTIVE"]


def test_a_zip_may_list_nothing(table: str) -> None:
    nothing = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page() == {"edges": [], "nodes": [], "pageInfo": nothing}


def test_the_newest_home_is_first(table: str) -> None:
    sent = {"address": "1 Elm Street", "price": 1, "zipCode": "94110"}
    made = [ok("Mutation.createProperty", input=sent)["id"] for _ in range(3)]
    assert ids() == ids(sort="NEWEST") == made[::-1]


@pytest.mark.parametrize(("sort", "order"), [("PRICE_ASC", ["h2", "h3", "h1"]), ("PRICE_DESC", ["h1", "h3", "h2"])])
def test_homes_are_sorted_by_price(table: str, sort: str, order: list[str]) -> None:
    for id, price in (("h1", 30.0), ("h2", 9.5), ("h3", 10.0)):
        factories.home(id, zip_code="94110", price=price)
    assert ids(sort=sort) == order


@pytest.mark.parametrize("sort", ["NEWEST", "PRICE_DESC"])
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"minPrice": 3}, ["h005", "h004", "h003"]),
        ({"maxPrice": 3}, ["h003", "h002", "h001"]),
        ({"minPrice": 2, "maxPrice": 2}, ["h002"]),
        ({"maxPrice": 0}, []),
        ({"minPrice": None}, ["h005", "h004", "h003", "h002", "h001"]),
    ],
)
def test_homes_are_found_by_price(table: str, sort: str, wanted: dict[str, Any], found: list[str]) -> None:
    factories.cards(5)
    assert ids(sort=sort, filter=wanted) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
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
def test_homes_are_found_by_what_they_have(table: str, wanted: dict[str, Any] | None, found: list[str]) -> None:
    factories.home("h1", zip_code="94110", bedrooms=2, bathrooms=2, status=ListingStatus.PENDING)
    factories.home("h2", zip_code="94110", bedrooms=3, bathrooms=2)
    factories.home("h3", zip_code="94110")
    assert ids(filter=wanted) == found


def test_a_page_has_twenty_homes_unless_it_is_asked_for_others(table: str) -> None:
    factories.cards(21)
    assert (len(ids()), len(ids(first=1)), len(ids(first=100))) == (20, 1, 21)


@pytest.mark.parametrize("sort", ["NEWEST", "PRICE_ASC", "PRICE_DESC"])
def test_pages_are_the_whole_list_in_its_order(table: str, sort: str) -> None:
    factories.cards(5)
    found, after = [], None
    for more in (True, True, False):
        part = page(sort=sort, first=2, after=after)
        assert part["pageInfo"]["hasNextPage"] is more
        found += [card["id"] for card in part["nodes"]]
        after = part["pageInfo"]["endCursor"]
    assert found == ids(sort=sort)


def test_an_edge_is_a_card_with_the_cursor_behind_it(table: str) -> None:
    factories.cards(3)
    part = page(first=2)
    assert [edge["node"] for edge in part["edges"]] == part["nodes"]
    assert ids(after=part["edges"][0]["cursor"]) == ["h002", "h001"]
    assert part["edges"][1]["cursor"] == part["pageInfo"]["endCursor"]


@pytest.mark.parametrize("filter", [None, {"minPrice": 1}], ids=["unfiltered", "filtered"])
def test_a_page_is_one_read(table: str, proxy: Proxy, filter: dict[str, Any] | None) -> None:
    factories.cards(3)
    proxy.seen.clear()
    page(first=2, filter=filter)
    assert proxy.seen == ["Query"]


def test_a_cursor_is_of_its_own_list(table: str) -> None:
    factories.cards(3)
    cursor = page(first=1, sort="PRICE_ASC", filter={"minPrice": 1})["pageInfo"]["endCursor"]
    mine: dict[str, Any] = {"zipCode": "94110", "sort": "PRICE_ASC", "filter": {"minPrice": 1}, "after": cursor}
    assert ids(**mine) == ["h002", "h003"]
    for other in ({"zipCode": "94111"}, {"sort": "PRICE_DESC"}, {"sort": "NEWEST"}, {"filter": None}):
        assert refused("Query.listingsByZip", **mine | other) == BAD_CURSOR


@pytest.mark.parametrize("cursor", ["", "x", "nonsense", "====", "é", "AAAA", "x" * 513, "94110"])
def test_what_is_no_cursor_is_refused(table: str, cursor: str) -> None:
    factories.cards(2)
    assert refused("Query.listingsByZip", zipCode="94110", after=cursor) == BAD_CURSOR


def test_a_cut_cursor_is_refused(table: str) -> None:
    factories.cards(2)
    cursor = page(first=1)["pageInfo"]["endCursor"]
    for cut in (cursor[:-1], cursor[1:], cursor + "A"):
        assert refused("Query.listingsByZip", zipCode="94110", after=cut) == BAD_CURSOR


@pytest.mark.parametrize("sort", ["NEWEST", "PRICE_ASC", "PRICE_DESC"])
def test_a_lowest_price_above_the_highest_is_refused(table: str, sort: str) -> None:
    wanted = {"minPrice": 2, "maxPrice": 1.99}
    told = refused("Query.listingsByZip", zipCode="94110", sort=sort, filter=wanted)
    assert told == out_of_bounds("filter.minPrice", "is above maxPrice")
