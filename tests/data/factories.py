"""Factories of records and items. Timestamps and ids are fixed, so tests compare complete items."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from data import clock, images, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Item
from data.keys import Key
from data.records import ID, DateTime, Email, Image, Listing, ListingStatus, Property, Url, User

ADA = ID("ada")
GRACE = ID("grace")
ZIP = "98001"


def timestamp(minute: int) -> DateTime:
    """Returns the timestamp this number of minutes after the start of 2026."""
    return clock.format_timestamp(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))


def property_id(n: int) -> ID:
    return clock.uuid7(timestamp(n), bytes([n % 256]) * 10)


def unsaved_property(n: int = 0, **attributes: Any) -> Property:
    """Returns a property without storing it: the `n`th by creation time."""
    defaults: dict[str, Any] = {
        "id": property_id(n),
        "version": 1,
        "address": f"{n + 1} Elm Street",
        "zip_code": ZIP,
        "price": 250_000.0,
        "status": ListingStatus.ACTIVE,
        "owner_id": ADA,
        "created_at": timestamp(n),
        "updated_at": timestamp(n),
    }
    return Property(**defaults | attributes)


def create_property(n: int = 0, image_count: int = 0, **attributes: Any) -> Property:
    """Stores a property with this number of images, and returns it as `properties.with_images` does."""
    property_images = tuple(unsaved_image(property_id(n), k) for k in range(image_count))
    draft = unsaved_property(n, **attributes, image_ids=tuple(image.id for image in property_images))
    draft = replace(draft, cover_image_url=property_images[0].url if property_images else None)
    table.put_many([images.to_item(image) for image in property_images])
    return replace(properties.create(draft, draft.owner_id, unsaved_user(draft.owner_id), None), images=property_images)


def create_properties(count: int, **attributes: Any) -> list[Property]:
    """Stores this number of properties and returns them, oldest first."""
    return [create_property(n, **attributes) for n in range(count)]


def unsaved_image(property_id: ID, k: int, **attributes: Any) -> Image:
    """Returns an image without storing it."""
    id = ID(f"picture-{k}")
    url = Url(f"https://images.example.com/{k}.jpg")
    return Image(**{"id": id, "property_id": property_id, "url": url, "created_at": timestamp(0)} | attributes)


def unsaved_user(id: ID = ADA) -> User:
    """Returns a new profile without storing it."""
    return User(id=id, name=id.capitalize(), email=Email(f"{id}@example.com"), created_at=timestamp(0))


def create_user(id: ID = ADA, **attributes: Any) -> User:
    """Stores a profile and returns it."""
    user = replace(unsaved_user(id), **attributes)
    table.put_many([users.to_item(user)])
    return user


def unsaved_listing(n: int = 0, **attributes: Any) -> Listing:
    """Returns a listing without storing it: the `n`th by creation time of its property."""
    listing = listings.listing_of(unsaved_property(n, **attributes))
    assert listing
    return listing


def create_listings(listings_: Sequence[Listing]) -> list[Listing]:
    """Stores listings without their properties and returns them."""
    table.put_many([listings.to_item(listing) for listing in listings_])
    return list(listings_)


def create_raw_items(count: int, text: str = "") -> list[Key]:
    """Stores this number of items without a record type in one partition, and returns their keys."""
    items: list[Item] = [{"pk": "rows", "sk": f"{n:03}", "text": text} for n in range(count)]
    table.put_many(items)
    return [Key(item["pk"], item["sk"]) for item in items]
