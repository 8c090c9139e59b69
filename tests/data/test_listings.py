"""What is on the market in a ZIP: in three orders, filtered, page by page."""

from collections.abc import Callable

import pytest

from data import listings
from data.dynamodb.instrumentation import Call
from data.records import Connection, Listing, ListingFilter, ListingSort, ListingStatus, PageInfo, Url
from tests.data import assertions, factories
from tests.proxy import Proxy

pytestmark = pytest.mark.usefixtures("table")

NEWEST, PRICE_ASC, PRICE_DESC = ListingSort.NEWEST, ListingSort.PRICE_ASC, ListingSort.PRICE_DESC
ANY = ListingFilter()


def found(wanted: ListingFilter = ANY, sort: ListingSort = NEWEST, first: int = 100) -> list[Listing]:
    return list(listings.by_zip(factories.ZIP, wanted, sort, first, None).nodes)


def reading(wanted: ListingFilter, sort: ListingSort, first: int) -> Callable[[str | None], Connection[Listing]]:
    return lambda after: listings.by_zip(factories.ZIP, wanted, sort, first, after)


def priced(*prices: float) -> list[Listing]:
    return factories.cards([factories.a_card(n, price=price) for n, price in enumerate(prices)])


def test_a_card_shows_the_home_as_its_zip_lists_it() -> None:
    home = factories.a_home(pictures=2, bedrooms=3, bathrooms=2, living_area_sqft=1_500, description="Light.")
    assert found() == [
        Listing(
            id=home.id,
            zip_code="98001",
            address="1 Elm Street",
            price=250_000.0,
            status=ListingStatus.ACTIVE,
            bedrooms=3,
            bathrooms=2,
            living_area_sqft=1_500,
            cover_image_url=Url("https://images.example.com/0.jpg"),
            listed_at=factories.at(0),
        )
    ]


def test_a_zip_shows_no_others_homes() -> None:
    factories.cards([factories.a_card(0, zip_code="98002"), factories.a_card(1, zip_code="9800")])
    assert found() == []


def test_the_newest_home_comes_first() -> None:
    cards = priced(2.0, 1.0, 3.0)
    assert found() == list(reversed(cards))


def test_the_cheapest_or_the_dearest_comes_first() -> None:
    middle, cheapest, dearest = priced(2.5, 0.0, 1e12)
    assert found(sort=PRICE_ASC) == [cheapest, middle, dearest]
    assert found(sort=PRICE_DESC) == [dearest, middle, cheapest]


def test_prices_are_ordered_as_numbers() -> None:
    priced(9.0, 10.0, 100.0, 99.99, 0.5)
    assert [card.price for card in found(sort=PRICE_ASC)] == [0.5, 9.0, 10.0, 99.99, 100.0]


@pytest.mark.parametrize("sort", ListingSort)
@pytest.mark.parametrize(
    ("wanted", "prices"),
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
def test_price_bounds_are_included(sort: ListingSort, wanted: ListingFilter, prices: list[float]) -> None:
    priced(10.0, 30.0, 20.0, 40.0)
    assert sorted(card.price for card in found(wanted, sort)) == prices


@pytest.mark.parametrize("sort", ListingSort)
@pytest.mark.parametrize(
    ("wanted", "which"),
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
def test_other_filters_leave_out_what_does_not_say_enough(
    sort: ListingSort, wanted: ListingFilter, which: set[int]
) -> None:
    cards = [factories.a_card(n, price=1.0 + n, bedrooms=n + 1, bathrooms=n) for n in range(3)]
    cards.append(factories.a_card(3, bedrooms=2, bathrooms=2.5, status=ListingStatus.PENDING))
    factories.cards([*cards, factories.a_card(4)])
    assert {card.id for card in found(wanted, sort)} == {factories.home_id(n) for n in which}


@pytest.mark.parametrize(("sort", "index"), [(NEWEST, None), (PRICE_ASC, "by_price"), (PRICE_DESC, "by_price")])
def test_a_page_reads_one_card_more_than_it_gives(calls: list[Call], sort: ListingSort, index: str | None) -> None:
    priced(*map(float, range(20)))
    calls.clear()
    assert len(found(sort=sort, first=5)) == 5
    assert assertions.told(calls) == [("Query", index, 1, 6)]


@pytest.mark.parametrize(("sort", "prices"), [(PRICE_ASC, [3, 4, 5]), (PRICE_DESC, [12, 11, 10])])
def test_price_bounds_of_a_price_order_read_nothing_outside(
    calls: list[Call], sort: ListingSort, prices: list[int]
) -> None:
    priced(*map(float, range(20)))
    calls.clear()
    assert [card.price for card in found(ListingFilter(min_price=3.0, max_price=12.0), sort, 3)] == prices
    assert assertions.told(calls) == [("Query", "by_price", 1, 4)]


def around(page: Connection[Listing], before: bool, behind: bool) -> PageInfo:
    """What is to be told of a page with such pages around it."""
    start, end = page.edges[0].cursor, page.edges[-1].cursor
    return PageInfo(has_next_page=behind, has_previous_page=before, start_cursor=start, end_cursor=end)


@pytest.mark.parametrize("sort", ListingSort)
def test_exactly_as_many_as_asked_is_the_last_page(sort: ListingSort) -> None:
    priced(1.0, 2.0, 3.0)
    page = listings.by_zip(factories.ZIP, ANY, sort, 3, None)
    assert page.page_info == around(page, before=False, behind=False)


def test_one_more_than_asked_is_not() -> None:
    priced(1.0, 2.0, 3.0, 4.0)
    page = listings.by_zip(factories.ZIP, ANY, NEWEST, 3, None)
    assert page.page_info == around(page, before=False, behind=True)


def test_what_comes_behind_a_cursor_has_a_page_before_it() -> None:
    priced(1.0, 2.0, 3.0)
    before = listings.by_zip(factories.ZIP, ANY, NEWEST, 2, None)
    page = listings.by_zip(factories.ZIP, ANY, NEWEST, 2, before.page_info.end_cursor)
    assert page.page_info == around(page, before=True, behind=False)


def test_an_empty_zip_is_an_empty_page() -> None:
    page = listings.by_zip(factories.ZIP, ANY, PRICE_ASC, 20, None)
    assert page == Connection(edges=(), nodes=(), page_info=PageInfo(has_next_page=False, end_cursor=None))


@pytest.mark.parametrize("sort", [PRICE_ASC, PRICE_DESC])
def test_homes_of_one_price_are_each_on_one_page(sort: ListingSort) -> None:
    cards = priced(*[5.0] * 7, 4.0, 6.0)
    pages = assertions.pages(reading(ANY, sort, 2))
    assert sorted(card.id for page in pages for card in page) == [card.id for card in cards]
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]


@pytest.mark.parametrize("sort", ListingSort)
def test_the_cursor_of_any_card_goes_on_behind_it(sort: ListingSort) -> None:
    priced(3.0, 1.0, 2.0, 1.0)
    edges = listings.by_zip(factories.ZIP, ANY, sort, 20, None).edges
    for n, edge in enumerate(edges):
        rest = listings.by_zip(factories.ZIP, ANY, sort, 20, edge.cursor)
        assert rest.nodes == tuple(later.node for later in edges[n + 1 :])


def test_a_filter_reads_five_hundred_cards_and_says_that_there_may_be_more() -> None:
    bedrooms = {0: 4, 519: 4}  # the oldest and cheapest, and the newest and dearest
    factories.cards([factories.a_card(n, price=float(n), bedrooms=bedrooms.get(n, 1)) for n in range(520)])
    for sort in ListingSort:
        pages = assertions.pages(reading(ListingFilter(min_bedrooms=4), sort, 20))
        assert [[card.bedrooms for card in page] for page in pages] == [[4], [4]]


def test_a_page_with_nothing_in_five_hundred_cards_still_leads_on(proxy: Proxy) -> None:
    factories.cards([factories.a_card(n, price=float(n), bedrooms=4 if n > 510 else 1) for n in range(520)])
    wanted = ListingFilter(min_bedrooms=4)
    empty = listings.by_zip(factories.ZIP, wanted, PRICE_ASC, 20, None)
    assert (empty.nodes, empty.page_info.has_next_page) == ((), True)
    rest = listings.by_zip(factories.ZIP, wanted, PRICE_ASC, 20, empty.page_info.end_cursor)
    assert [card.price for card in rest.nodes] == [511, 512, 513, 514, 515, 516, 517, 518, 519]
    assert proxy.seen.count("Query") == 2


def test_more_found_by_a_filter_than_asked_is_not_lost() -> None:
    factories.cards([factories.a_card(n, bedrooms=4) for n in range(25)])
    pages = assertions.pages(reading(ListingFilter(min_bedrooms=4), NEWEST, 10))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({card.id for page in pages for card in page}) == 25


def test_a_filtered_page_says_how_much_was_read(calls: list[Call]) -> None:
    factories.cards([factories.a_card(n, bedrooms=n % 2) for n in range(30)])
    calls.clear()
    assert len(found(ListingFilter(min_bedrooms=1), first=5)) == 5
    assert assertions.told(calls) == [("Query", None, 1, 15)]
