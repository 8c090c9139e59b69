"""Steps: what stands in the table when a test begins. Times and ids are fixed, so that whole items can be compared."""

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


def at(minute: int) -> DateTime:
    """So many minutes into 2026."""
    return clock.text(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))


def home_id(n: int) -> ID:
    return clock.uuid7(at(n), bytes([n % 256]) * 10)


def a_draft(n: int = 0, **attributes: Any) -> Property:
    """A home that is not in the table yet: the `n`th by its creation."""
    usual: dict[str, Any] = {
        "id": home_id(n),
        "version": 1,
        "address": f"{n + 1} Elm Street",
        "zip_code": ZIP,
        "price": 250_000.0,
        "status": ListingStatus.ACTIVE,
        "owner_id": ADA,
        "created_at": at(n),
        "updated_at": at(n),
    }
    return Property(**usual | attributes)


def a_home(n: int = 0, pictures: int = 0, **attributes: Any) -> Property:
    """A home in the table, with so many pictures, as `properties.with_images` answers it."""
    shown = tuple(a_picture(home_id(n), k) for k in range(pictures))
    draft = a_draft(n, **attributes, image_ids=tuple(image.id for image in shown))
    draft = replace(draft, cover_image_url=shown[0].url if shown else None)
    table.put_many([images.to_item(image) for image in shown])
    return replace(properties.create(draft, draft.owner_id, a_profile(draft.owner_id), None), images=shown)


def homes(count: int, **attributes: Any) -> list[Property]:
    """So many homes, the oldest first."""
    return [a_home(n, **attributes) for n in range(count)]


def a_picture(property_id: ID, k: int, **attributes: Any) -> Image:
    """A picture that is not in the table yet."""
    id = ID(f"picture-{k}")
    url = Url(f"https://images.example.com/{k}.jpg")
    return Image(**{"id": id, "property_id": property_id, "url": url, "created_at": at(0)} | attributes)


def a_profile(id: ID = ADA) -> User:
    """What a user's profile starts as."""
    return User(id=id, name=id.capitalize(), email=Email(f"{id}@example.com"), created_at=at(0))


def a_user(id: ID = ADA, **attributes: Any) -> User:
    """A profile in the table."""
    user = replace(a_profile(id), **attributes)
    table.put_many([users.to_item(user)])
    return user


def a_card(n: int = 0, **attributes: Any) -> Listing:
    """A card that is not in the table yet: the `n`th by its home's creation."""
    card = listings.card(a_draft(n, **attributes))
    assert card
    return card


def cards(written: Sequence[Listing]) -> list[Listing]:
    """Cards in the table, without their homes."""
    table.put_many([listings.to_item(card) for card in written])
    return list(written)


def rows(count: int, text: str = "") -> list[Key]:
    """The keys of so many items, all in one partition, that are nothing of the domain."""
    items: list[Item] = [{"pk": "rows", "sk": f"{n:03}", "text": text} for n in range(count)]
    table.put_many(items)
    return [Key(item["pk"], item["sk"]) for item in items]
