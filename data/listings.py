"""The listings of a ZIP code: one item for each listed property, written in the same transaction as the property."""

from collections.abc import Mapping
from typing import Any

from data import keys, serialization
from data.dynamodb.requests import Action, Delete, Item, Put, Query
from data.keys import BY_PRICE
from data.paging import paginate
from data.records import Connection, Listing, ListingFilter, ListingSort, ListingStatus, Property

LISTED_STATUSES = (ListingStatus.ACTIVE, ListingStatus.PENDING)
MAX_PRICE = 10.0**12


def by_zip(
    zip_code: str, filter: ListingFilter, sort: ListingSort, first: int, after: str | None
) -> Connection[Listing]:
    """Returns listings of a ZIP code in the order of `sort`: at most `first`, starting after the cursor `after`.

    Cost: one Query of `first` + 1 items. Price order reads the index `by_price`, whose key includes the price bounds.
    Any other filter reads at most 500 items, so a page may be short although more pages follow. Raises InvalidCursor.
    """
    return paginate(build_query(zip_code, filter, sort), first, after, from_item)


def build_query(zip_code: str, filter: ListingFilter, sort: ListingSort) -> Query:
    by_price = sort is not ListingSort.NEWEST
    conditions = {
        "#list_price >= :min_price": None if by_price else filter.min_price,
        "#list_price <= :max_price": None if by_price else filter.max_price,
        "#bedrooms >= :min_bedrooms": filter.min_bedrooms,
        "#bathrooms >= :min_bathrooms": filter.min_bathrooms,
        "#status = :status": filter.status and filter.status.value,
    }
    used_conditions = {condition: value for condition, value in conditions.items() if value is not None}
    lower, upper = keys.PROPERTY_PREFIX, f"{keys.PROPERTY_PREFIX}~"
    return Query(
        keys.zip_code(zip_code),
        lower=(filter.min_price or 0.0) if by_price else lower,
        upper=(MAX_PRICE if filter.max_price is None else filter.max_price) if by_price else upper,
        index=BY_PRICE if by_price else None,
        ascending=sort is ListingSort.PRICE_ASC,
        filter=" AND ".join(used_conditions),
        values={condition.rpartition(":")[2]: value for condition, value in used_conditions.items()},
    )


def listing_of(property_: Property) -> Listing | None:
    """Returns the listing of a property, or None unless it is ACTIVE or PENDING and has a ZIP code."""
    if property_.zip_code is None or property_.status not in LISTED_STATUSES:
        return None
    return Listing(
        id=property_.id,
        zip_code=property_.zip_code,
        address=property_.address,
        price=property_.price,
        status=property_.status,
        bedrooms=property_.bedrooms,
        bathrooms=property_.bathrooms,
        living_area_sqft=property_.living_area_sqft,
        cover_image_url=property_.cover_image_url,
        listed_at=property_.created_at,
    )


def listing_writes(before: Listing | None, after: Listing | None) -> list[Action]:
    """Returns the writes that replace the listing `before` by `after`: none if they are equal."""
    actions: list[Action] = []
    if before and (after is None or after.zip_code != before.zip_code):
        actions.append(Delete(keys.listing(before.zip_code, before.id)))
    if after and after != before:
        actions.append(Put(to_item(after)))
    return actions


def to_item(listing: Listing) -> Item:
    key = keys.listing(listing.zip_code, listing.id)
    return (
        key._asdict()
        | keys.inverse_attributes(key)
        | {BY_PRICE.sort.name: listing.price}
        | serialization.to_item_attributes(listing)
    )


def from_item(item: Mapping[str, Any]) -> Listing:
    return serialization.from_plain(Listing, item)
