"""Factories that store properties, images and users with ids that a test can name."""

from dataclasses import replace
from typing import Any

from data import clock, images, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Item, Put
from data.records import ID, HistoryKind, Image, ListingStatus, Property, Url, User


def create_property(id: str = "h1", owner: str = "ada", **attributes: Any) -> Property:
    """Stores a property, and a profile of its owner."""
    now = clock.now()
    defaults: dict[str, Any] = {
        "id": ID(id),
        "version": 1,
        "address": f"{id} Elm Street",
        "price": 100.0,
        "status": ListingStatus.ACTIVE,
        "owner_id": ID(owner),
        "created_at": now,
        "updated_at": now,
    }
    profile = User(id=ID(owner), name=owner.title(), email=None, created_at=now)
    return properties.create(Property(**defaults | attributes), ID(owner), profile, None)


def create_property_with_images(count: int = 2, id: str = "h1", owner: str = "ada", **attributes: Any) -> Property:
    """Stores a property with the images p1, p2 and so on, at version 2."""
    empty = create_property(id, owner, **attributes)
    images_ = tuple(map(build_image, [empty] * count, range(1, count + 1)))
    image_ids = tuple(image.id for image in images_)
    full = properties.next_version(empty, images=images_, image_ids=image_ids, cover_image_url=images_[0].url)
    image_puts = [Put(images.to_item(image)) for image in images_]
    properties.commit(empty, full, HistoryKind.PICTURES_CHANGED, ID(owner), [], image_puts)
    return full


def build_image(property_: Property, number: int) -> Image:
    url = Url(f"https://images.example.com/{property_.id}/{number}.jpg")
    return Image(id=ID(f"p{number}"), property_id=property_.id, url=url, created_at=property_.created_at)


def create_user(id: str, name: str | None = None, **attributes: Any) -> User:
    """Stores a profile without properties."""
    profile = User(id=ID(id), name=name or id.title(), created_at=clock.now(), **attributes)
    return users.update(profile, {})


def change_price(property_: Property, *prices: float) -> Property:
    """Changes the price to each of these, and returns the property."""
    for price in prices:
        property_ = properties.update(property_, {"price": price}, property_.version, property_.owner_id)
    return property_


def put_listings(count: int, zip_code: str = "94110") -> None:
    """Stores listing items of properties that cost 1, 2, 3 and so on: faster than storing properties too."""
    now = clock.now()
    blank = Property(
        id=ID("h"),
        version=1,
        address="1 Elm Street",
        zip_code=zip_code,
        price=0.0,
        status=ListingStatus.ACTIVE,
        owner_id=ID("ada"),
        created_at=now,
        updated_at=now,
    )
    properties_ = [replace(blank, id=ID(f"h{number:03}"), price=float(number)) for number in range(1, count + 1)]
    table.put_many(
        [listings.to_item(listing) for property_ in properties_ if (listing := listings.listing_of(property_))]
    )


def put_items(*items: Item) -> None:
    """Stores items without any validation."""
    table.put_many(items)
