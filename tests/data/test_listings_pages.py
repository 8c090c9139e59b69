"""Whatever cards there are and however they are asked for, the pages joined are the cards in order, each once."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from data import listings
from data.records import Listing, ListingFilter, ListingSort, ListingStatus
from tests.data import assertions
from tests.data import factories as a_table
from tests.profiles import examples

pytestmark = pytest.mark.usefixtures("table")

ZIPS = (f"{n:05}" for n in count())  # one for each example: they share a table
PRICES = st.one_of(st.sampled_from([0.0, 0.01, 250_000.0, 1e12]), st.integers(0, 10**14).map(lambda cents: cents / 100))
ROOMS = st.none() | st.integers(0, 4)
BATHS = st.none() | st.sampled_from([0.0, 1.0, 1.75, 2.5])
LISTED = st.sampled_from(listings.LISTED)

CARDS = st.lists(
    st.builds(a_table.a_card, price=PRICES, bedrooms=ROOMS, bathrooms=BATHS, status=LISTED, n=st.integers(0, 1_000)),
    max_size=24,
    unique_by=lambda card: card.id,
)
FILTERS = st.builds(
    ListingFilter,
    min_price=st.none() | PRICES,
    max_price=st.none() | PRICES,
    min_bedrooms=ROOMS,
    min_bathrooms=BATHS,
    status=st.none() | st.sampled_from(ListingStatus),
).filter(lambda wanted: wanted.min_price is None or wanted.max_price is None or wanted.min_price <= wanted.max_price)


def passes(card: Listing, wanted: ListingFilter) -> bool:
    return all(
        least is None or (has is not None and has >= least)
        for has, least in [
            (card.price, wanted.min_price),
            (card.bedrooms, wanted.min_bedrooms),
            (card.bathrooms, wanted.min_bathrooms),
        ]
    ) and (
        (wanted.max_price is None or card.price <= wanted.max_price)
        and (wanted.status is None or card.status is wanted.status)
    )


def in_order(cards: list[Listing], sort: ListingSort) -> Sequence[object]:
    """What the order is by, of each card: homes of one price are in no stated order."""
    if sort is ListingSort.NEWEST:
        return sorted((card.id for card in cards), reverse=True)
    return sorted((card.price for card in cards), reverse=sort is ListingSort.PRICE_DESC)


@examples(0.8, unchecked=(HealthCheck.function_scoped_fixture,))
@given(CARDS, FILTERS | st.just(ListingFilter()), st.sampled_from(ListingSort), st.integers(1, 30))
def test_the_pages_joined_are_what_python_filters_and_sorts(
    cards: list[Listing], wanted: ListingFilter, sort: ListingSort, first: int
) -> None:
    zip_code = next(ZIPS)
    written = a_table.cards([replace(card, zip_code=zip_code) for card in cards])
    expected = [card for card in written if passes(card, wanted)]
    pages = assertions.pages(lambda after: listings.by_zip(zip_code, wanted, sort, first, after))
    found = [card for page in pages for card in page]
    assert sorted(found, key=lambda card: card.id) == sorted(expected, key=lambda card: card.id)
    assert [card.id if sort is ListingSort.NEWEST else card.price for card in found] == in_order(expected, sort)
    assert [len(page) for page in pages[:-1]] == [first] * (len(pages) - 1)
