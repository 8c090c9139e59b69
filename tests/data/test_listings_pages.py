"""For any listings and filter, the joined pages have each matching listing once and in order."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from data import listings
from data.records import Listing, ListingFilter, ListingSort, ListingStatus
from tests.data import assertions, factories
from tests.profiles import examples

pytestmark = pytest.mark.usefixtures("table")

ZIPS = (f"{n:05}" for n in count())  # one for each example: they share a table
PRICES = st.one_of(st.sampled_from([0.0, 0.01, 250_000.0, 1e12]), st.integers(0, 10**14).map(lambda cents: cents / 100))
BEDROOM_COUNTS = st.none() | st.integers(0, 4)
BATHROOM_COUNTS = st.none() | st.sampled_from([0.0, 1.0, 1.75, 2.5])
STATUSES = st.sampled_from(listings.LISTED_STATUSES)

LISTINGS = st.lists(
    st.builds(
        factories.unsaved_listing,
        price=PRICES,
        bedrooms=BEDROOM_COUNTS,
        bathrooms=BATHROOM_COUNTS,
        status=STATUSES,
        n=st.integers(0, 1_000),
    ),
    max_size=24,
    unique_by=lambda listing: listing.id,
)
FILTERS = st.builds(
    ListingFilter,
    min_price=st.none() | PRICES,
    max_price=st.none() | PRICES,
    min_bedrooms=BEDROOM_COUNTS,
    min_bathrooms=BATHROOM_COUNTS,
    status=st.none() | st.sampled_from(ListingStatus),
).filter(lambda filter: filter.min_price is None or filter.max_price is None or filter.min_price <= filter.max_price)


def matches(listing: Listing, filter: ListingFilter) -> bool:
    return all(
        minimum is None or (value is not None and value >= minimum)
        for value, minimum in [
            (listing.price, filter.min_price),
            (listing.bedrooms, filter.min_bedrooms),
            (listing.bathrooms, filter.min_bathrooms),
        ]
    ) and (
        (filter.max_price is None or listing.price <= filter.max_price)
        and (filter.status is None or listing.status is filter.status)
    )


def expected_order(listing_list: list[Listing], sort: ListingSort) -> Sequence[object]:
    """Returns the sort value of each listing; the order of listings with one price is undefined."""
    if sort is ListingSort.NEWEST:
        return sorted((listing.id for listing in listing_list), reverse=True)
    return sorted((listing.price for listing in listing_list), reverse=sort is ListingSort.PRICE_DESC)


@examples(0.8, unchecked=(HealthCheck.function_scoped_fixture,))
@given(LISTINGS, FILTERS | st.just(ListingFilter()), st.sampled_from(ListingSort), st.integers(1, 30))
def test_the_joined_pages_equal_a_filter_and_sort_in_python(
    listing_list: list[Listing], filter: ListingFilter, sort: ListingSort, first: int
) -> None:
    zip_code = next(ZIPS)
    created = factories.create_listings([replace(listing, zip_code=zip_code) for listing in listing_list])
    expected = [listing for listing in created if matches(listing, filter)]
    pages = assertions.read_pages(lambda after: listings.by_zip(zip_code, filter, sort, first, after))
    results = [listing for page in pages for listing in page]
    assert sorted(results, key=lambda listing: listing.id) == sorted(expected, key=lambda listing: listing.id)
    assert [listing.id if sort is ListingSort.NEWEST else listing.price for listing in results] == expected_order(
        expected, sort
    )
    assert [len(page) for page in pages[:-1]] == [first] * (len(pages) - 1)
