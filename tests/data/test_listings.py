"""The listings of a ZIP code: three orders, filters, pages."""

from collections.abc import Callable

import pytest

from data import listings
from data.dynamodb.instrumentation import DynamoDBCall
from data.records import Connection, Listing, ListingFilter, ListingSort, ListingStatus, PageInfo, Url
from tests.data import assertions, factories
from tests.proxy import FaultProxy

pytestmark = pytest.mark.usefixtures("table")

NEWEST, PRICE_ASC, PRICE_DESC = ListingSort.NEWEST, ListingSort.PRICE_ASC, ListingSort.PRICE_DESC
NO_FILTER = ListingFilter()


def read_listings(filter: ListingFilter = NO_FILTER, sort: ListingSort = NEWEST, first: int = 100) -> list[Listing]:
    return list(listings.by_zip(factories.ZIP, filter, sort, first, None).nodes)


def page_reader(filter: ListingFilter, sort: ListingSort, first: int) -> Callable[[str | None], Connection[Listing]]:
    return lambda after: listings.by_zip(factories.ZIP, filter, sort, first, after)


def create_with_prices(*prices: float) -> list[Listing]:
    return factories.create_listings([factories.unsaved_listing(n, price=price) for n, price in enumerate(prices)])


def test_a_listing_shows_the_property() -> None:
    property_ = factories.create_property(
        image_count=2, bedrooms=3, bathrooms=2, living_area_sqft=1_500, description="Light."
    )
    assert read_listings() == [
        Listing(
            id=property_.id,
            zip_code="98001",
            address="1 Elm Street",
            price=250_000.0,
            status=ListingStatus.ACTIVE,
            bedrooms=3,
            bathrooms=2,
            living_area_sqft=1_500,
            cover_image_url=Url("https://images.example.com/0.jpg"),
            listed_at=factories.timestamp(0),
        )
    ]


def test_a_zip_does_not_show_listings_of_other_zips() -> None:
    factories.create_listings(
        [factories.unsaved_listing(0, zip_code="98002"), factories.unsaved_listing(1, zip_code="9800")]
    )
    assert read_listings() == []


def test_the_newest_listing_is_first() -> None:
    created = create_with_prices(2.0, 1.0, 3.0)
    assert read_listings() == list(reversed(created))


def test_listings_sort_by_price_in_both_directions() -> None:
    middle, cheapest, dearest = create_with_prices(2.5, 0.0, 1e12)
    assert read_listings(sort=PRICE_ASC) == [cheapest, middle, dearest]
    assert read_listings(sort=PRICE_DESC) == [dearest, middle, cheapest]


def test_prices_sort_as_numbers() -> None:
    create_with_prices(9.0, 10.0, 100.0, 99.99, 0.5)
    assert [listing.price for listing in read_listings(sort=PRICE_ASC)] == [0.5, 9.0, 10.0, 99.99, 100.0]


@pytest.mark.parametrize("sort", ListingSort)
@pytest.mark.parametrize(
    ("filter", "prices"),
    [
        (ListingFilter(min_price=20.0), [20, 30, 40]),
        (ListingFilter(max_price=20.0), [10, 20]),
        (ListingFilter(min_price=20.0, max_price=30.0), [20, 30]),
        (ListingFilter(min_price=20.0, max_price=20.0), [20]),
        (ListingFilter(min_price=20.01, max_price=29.99), []),
        (ListingFilter(min_price=0.0, max_price=1e12), [10, 20, 30, 40]),
        (ListingFilter(max_price=0.0), []),
    ],
)
def test_price_bounds_are_inclusive(sort: ListingSort, filter: ListingFilter, prices: list[float]) -> None:
    create_with_prices(10.0, 30.0, 20.0, 40.0)
    assert sorted(listing.price for listing in read_listings(filter, sort)) == prices


@pytest.mark.parametrize("sort", ListingSort)
@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (ListingFilter(min_bedrooms=2), {1, 2, 3}),
        (ListingFilter(min_bedrooms=0), {0, 1, 2, 3}),
        (ListingFilter(min_bathrooms=2), {2, 3}),
        (ListingFilter(min_bathrooms=1.75), {2, 3}),
        (ListingFilter(min_bathrooms=2.25), {3}),
        (ListingFilter(status=ListingStatus.PENDING), {3}),
        (ListingFilter(status=ListingStatus.CLOSED), set()),
        (ListingFilter(min_bedrooms=2, min_bathrooms=1, status=ListingStatus.ACTIVE), {1, 2}),
    ],
)
def test_a_filter_excludes_listings_without_the_attribute(
    sort: ListingSort, filter: ListingFilter, expected: set[int]
) -> None:
    created = [factories.unsaved_listing(n, price=1.0 + n, bedrooms=n + 1, bathrooms=n) for n in range(3)]
    created.append(factories.unsaved_listing(3, bedrooms=2, bathrooms=2.5, status=ListingStatus.PENDING))
    factories.create_listings([*created, factories.unsaved_listing(4)])
    assert {listing.id for listing in read_listings(filter, sort)} == {factories.property_id(n) for n in expected}


@pytest.mark.parametrize(("sort", "index"), [(NEWEST, None), (PRICE_ASC, "by_price"), (PRICE_DESC, "by_price")])
def test_a_page_reads_one_listing_more_than_it_returns(
    calls: list[DynamoDBCall], sort: ListingSort, index: str | None
) -> None:
    create_with_prices(*map(float, range(20)))
    calls.clear()
    assert len(read_listings(sort=sort, first=5)) == 5
    assert assertions.summary(calls) == [("Query", index, 1, 6)]


@pytest.mark.parametrize(("sort", "prices"), [(PRICE_ASC, [3, 4, 5]), (PRICE_DESC, [12, 11, 10])])
def test_price_bounds_in_price_order_read_nothing_outside(
    calls: list[DynamoDBCall], sort: ListingSort, prices: list[int]
) -> None:
    create_with_prices(*map(float, range(20)))
    calls.clear()
    assert [listing.price for listing in read_listings(ListingFilter(min_price=3.0, max_price=12.0), sort, 3)] == prices
    assert assertions.summary(calls) == [("Query", "by_price", 1, 4)]


def expected_page_info(page: Connection[Listing], has_previous: bool, has_next: bool) -> PageInfo:
    """Returns the expected PageInfo of a page with or without neighbouring pages."""
    start, end = page.edges[0].cursor, page.edges[-1].cursor
    return PageInfo(has_next_page=has_next, has_previous_page=has_previous, start_cursor=start, end_cursor=end)


@pytest.mark.parametrize("sort", ListingSort)
def test_exactly_first_listings_are_the_last_page(sort: ListingSort) -> None:
    create_with_prices(1.0, 2.0, 3.0)
    page = listings.by_zip(factories.ZIP, NO_FILTER, sort, 3, None)
    assert page.page_info == expected_page_info(page, has_previous=False, has_next=False)


def test_one_listing_more_than_first_has_a_next_page() -> None:
    create_with_prices(1.0, 2.0, 3.0, 4.0)
    page = listings.by_zip(factories.ZIP, NO_FILTER, NEWEST, 3, None)
    assert page.page_info == expected_page_info(page, has_previous=False, has_next=True)


def test_a_page_after_a_cursor_has_a_previous_page() -> None:
    create_with_prices(1.0, 2.0, 3.0)
    has_previous = listings.by_zip(factories.ZIP, NO_FILTER, NEWEST, 2, None)
    page = listings.by_zip(factories.ZIP, NO_FILTER, NEWEST, 2, has_previous.page_info.end_cursor)
    assert page.page_info == expected_page_info(page, has_previous=True, has_next=False)


def test_an_empty_zip_has_an_empty_page() -> None:
    page = listings.by_zip(factories.ZIP, NO_FILTER, PRICE_ASC, 20, None)
    assert page == Connection(edges=(), nodes=(), page_info=PageInfo(has_next_page=False, end_cursor=None))


@pytest.mark.parametrize("sort", [PRICE_ASC, PRICE_DESC])
def test_listings_of_one_price_are_each_on_one_page(sort: ListingSort) -> None:
    created = create_with_prices(*[5.0] * 7, 4.0, 6.0)
    pages = assertions.read_pages(page_reader(NO_FILTER, sort, 2))
    assert sorted(listing.id for page in pages for listing in page) == [listing.id for listing in created]
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]


@pytest.mark.parametrize("sort", ListingSort)
def test_the_cursor_of_any_listing_continues_after_it(sort: ListingSort) -> None:
    create_with_prices(3.0, 1.0, 2.0, 1.0)
    edges = listings.by_zip(factories.ZIP, NO_FILTER, sort, 20, None).edges
    for n, edge in enumerate(edges):
        next_page = listings.by_zip(factories.ZIP, NO_FILTER, sort, 20, edge.cursor)
        assert next_page.nodes == tuple(next_edge.node for next_edge in edges[n + 1 :])


def test_a_filter_reads_at_most_five_hundred_listings_for_a_page() -> None:
    bedrooms = {0: 4, 519: 4}  # the oldest and cheapest, and the newest and dearest
    factories.create_listings(
        [factories.unsaved_listing(n, price=float(n), bedrooms=bedrooms.get(n, 1)) for n in range(520)]
    )
    for sort in ListingSort:
        pages = assertions.read_pages(page_reader(ListingFilter(min_bedrooms=4), sort, 20))
        assert [[listing.bedrooms for listing in page] for page in pages] == [[4], [4]]


def test_an_empty_page_after_five_hundred_listings_has_a_next_page(proxy: FaultProxy) -> None:
    factories.create_listings(
        [factories.unsaved_listing(n, price=float(n), bedrooms=4 if n > 510 else 1) for n in range(520)]
    )
    filter = ListingFilter(min_bedrooms=4)
    empty = listings.by_zip(factories.ZIP, filter, PRICE_ASC, 20, None)
    assert (empty.nodes, empty.page_info.has_next_page) == ((), True)
    next_page = listings.by_zip(factories.ZIP, filter, PRICE_ASC, 20, empty.page_info.end_cursor)
    assert [listing.price for listing in next_page.nodes] == [511, 512, 513, 514, 515, 516, 517, 518, 519]
    assert proxy.operations.count("Query") == 2


def test_more_matches_than_first_are_on_the_next_page() -> None:
    factories.create_listings([factories.unsaved_listing(n, bedrooms=4) for n in range(25)])
    pages = assertions.read_pages(page_reader(ListingFilter(min_bedrooms=4), NEWEST, 10))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({listing.id for page in pages for listing in page}) == 25


def test_a_filtered_page_reports_the_matching_items(calls: list[DynamoDBCall]) -> None:
    factories.create_listings([factories.unsaved_listing(n, bedrooms=n % 2) for n in range(30)])
    calls.clear()
    assert len(read_listings(ListingFilter(min_bedrooms=1), first=5)) == 5
    assert assertions.summary(calls) == [("Query", None, 1, 15)]
