"""Resolvers of the listings in a ZIP code."""

from typing import Annotated

from data import listings
from data.errors import InvalidInput
from data.records import Connection, Cursor, Listing, ListingFilter, ListingSort, PageSize, ZipCode


def by_zip(
    zip_code: ZipCode,
    filter: Annotated[ListingFilter | None, "All listings match if omitted"] = None,
    sort: Annotated[ListingSort, "NEWEST by default"] = ListingSort.NEWEST,
    first: PageSize = 20,
    after: Cursor | None = None,
) -> Connection[Listing] | None:
    """The listings of a ZIP code: its ACTIVE and PENDING properties. Changes are visible within 30 seconds."""
    criteria = filter or ListingFilter()
    if criteria.min_price is not None and criteria.max_price is not None and criteria.min_price > criteria.max_price:
        raise InvalidInput("filter.minPrice", "must not be greater than maxPrice")
    return listings.by_zip(zip_code, criteria, sort, first, after)
