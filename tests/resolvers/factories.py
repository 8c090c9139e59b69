"""What stands in the table before a test asks: homes, pictures and people by ids that a test can name."""

from dataclasses import replace
from typing import Any

from data import clock, images, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Item, Put
from data.records import ID, HistoryKind, Image, ListingStatus, Property, Url, User


def home(id: str = "h1", owner: str = "ada", **attributes: Any) -> Property:
    """A home; its owner gets a profile with it."""
    now = clock.now()
    told: dict[str, Any] = {
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
    return properties.create(Property(**told | attributes), ID(owner), profile, None)


def home_with_pictures(count: int = 2, id: str = "h1", owner: str = "ada", **attributes: Any) -> Property:
    """A home with the pictures p1, p2 and so on, at version 2."""
    empty = home(id, owner, **attributes)
    pictures = tuple(map(picture, [empty] * count, range(1, count + 1)))
    order = tuple(image.id for image in pictures)
    full = properties.next_version(empty, images=pictures, image_ids=order, cover_image_url=pictures[0].url)
    beside = [Put(images.to_item(image)) for image in pictures]
    properties.commit(empty, full, HistoryKind.PICTURES_CHANGED, ID(owner), [], beside)
    return full


def picture(home: Property, number: int) -> Image:
    url = Url(f"https://images.example.com/{home.id}/{number}.jpg")
    return Image(id=ID(f"p{number}"), property_id=home.id, url=url, created_at=home.created_at)


def person(id: str, name: str | None = None, **attributes: Any) -> User:
    """A profile without homes."""
    profile = User(id=ID(id), name=name or id.title(), created_at=clock.now(), **attributes)
    return users.update(profile, {})


def prices(home: Property, *prices: float) -> Property:
    """The home after a change to each of these prices."""
    for price in prices:
        home = properties.update(home, {"price": price}, home.version, home.owner_id)
    return home


def cards(count: int, zip_code: str = "94110") -> None:
    """Cards alone, of homes that cost 1, 2, 3 and so on: quicker than homes where only cards are read."""
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
    homes = [replace(blank, id=ID(f"h{number:03}"), price=float(number)) for number in range(1, count + 1)]
    table.put_many([listings.to_item(card) for home in homes if (card := listings.card(home))])


def rows(*items: Item) -> None:
    """Rows as they are, whatever they are."""
    table.put_many(items)
