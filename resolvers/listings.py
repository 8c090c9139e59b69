"""What is on the market in a ZIP."""

from data import listings
from data.errors import InvalidInput
from data.records import After, Connection, First, Listing, ListingFilter, ListingSort, ZipCode


def by_zip(
    zip_code: ZipCode,
    filter: ListingFilter | None = None,
    sort: ListingSort = ListingSort.NEWEST,
    first: First = 20,
    after: After | None = None,
) -> Connection[Listing] | None:
    """The homes on the market in a ZIP. A write shows here within 30 seconds."""
    wanted = filter or ListingFilter()
    if wanted.min_price is not None and wanted.max_price is not None and wanted.min_price > wanted.max_price:
        raise InvalidInput("filter.minPrice", "is above maxPrice")
    return listings.by_zip(zip_code, wanted, sort, first, after)
