"""What is on the market in a ZIP: one card a home, written with the home and in the same transaction."""

from collections.abc import Mapping
from typing import Any

from data import keys, serialization
from data.dynamodb.requests import Action, Delete, Item, Put, Query
from data.keys import BY_PRICE
from data.paging import page
from data.records import Connection, Listing, ListingFilter, ListingSort, ListingStatus, Property

LISTED = (ListingStatus.ACTIVE, ListingStatus.PENDING)
HIGHEST = 10.0**12


def by_zip(
    zip_code: str, wanted: ListingFilter, sort: ListingSort, first: int, after: str | None
) -> Connection[Listing]:
    """The cards of a ZIP in the order of `sort`: at most `first`, from the cursor `after` on.

    One Query, of `first` + 1 cards; by price over the index `by_price`, price bounds being part of its key. Any other
    filter reads at most 500 cards, so a page may be short with more behind it. Raises BadCursor.
    """
    return page(asked(zip_code, wanted, sort), first, after, from_item)


def asked(zip_code: str, wanted: ListingFilter, sort: ListingSort) -> Query:
    by_price = sort is not ListingSort.NEWEST
    conditions = {
        "#list_price >= :min_price": None if by_price else wanted.min_price,
        "#list_price <= :max_price": None if by_price else wanted.max_price,
        "#bedrooms >= :min_bedrooms": wanted.min_bedrooms,
        "#bathrooms >= :min_bathrooms": wanted.min_bathrooms,
        "#status = :status": wanted.status and wanted.status.value,
    }
    used = {condition: value for condition, value in conditions.items() if value is not None}
    low, high = keys.PROPERTIES, f"{keys.PROPERTIES}~"
    return Query(
        keys.zip_code(zip_code),
        low=(wanted.min_price or 0.0) if by_price else low,
        high=(HIGHEST if wanted.max_price is None else wanted.max_price) if by_price else high,
        index=BY_PRICE if by_price else None,
        forward=sort is ListingSort.PRICE_ASC,
        filter=" AND ".join(used),
        values={condition.rpartition(":")[2]: value for condition, value in used.items()},
    )


def card(home: Property) -> Listing | None:
    """The card that stands for a home: none while it is not ACTIVE or PENDING, or has no ZIP."""
    if home.zip_code is None or home.status not in LISTED:
        return None
    return Listing(
        id=home.id,
        zip_code=home.zip_code,
        address=home.address,
        price=home.price,
        status=home.status,
        bedrooms=home.bedrooms,
        bathrooms=home.bathrooms,
        living_area_sqft=home.living_area_sqft,
        cover_image_url=home.cover_image_url,
        listed_at=home.created_at,
    )


def moved(before: Listing | None, after: Listing | None) -> list[Action]:
    """Writes that make the card `before` the card `after`: made, rewritten, moved, dropped or left alone."""
    actions: list[Action] = []
    if before and (after is None or after.zip_code != before.zip_code):
        actions.append(Delete(keys.listing(before.zip_code, before.id)))
    if after and after != before:
        actions.append(Put(to_item(after)))
    return actions


def to_item(card: Listing) -> Item:
    key = keys.listing(card.zip_code, card.id)
    return key._asdict() | keys.inverse(key) | {BY_PRICE.sort.name: card.price} | serialization.item(card)


def from_item(item: Mapping[str, Any]) -> Listing:
    return serialization.load(Listing, item)
