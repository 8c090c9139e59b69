"""Data for queries of any shape: 4 owners, 30 properties in 2 ZIPs, each with 0 to 5 images and 1 to 3 events."""

from data import clock, history, images, listings, properties, users
from data.dynamodb.requests import Item
from data.records import ID, DateTime, Email, HistoryEvent, HistoryKind, Image, ListingStatus, Property, Url, User

OWNERS = ("ada", "grace", "alan", "edsger")
ZIPS = ("10001", "10002")
PROPERTY_COUNT = 30


def timestamp(minute: int) -> DateTime:
    return DateTime(f"2026-01-01T{minute // 60:02d}:{minute % 60:02d}:00.000Z")


def make_property(n: int) -> Property:
    id = clock.uuid7(timestamp(n), bytes([n]) * 10)
    image_ids = tuple(ID(f"image-{n}-{k}") for k in range(n % 6))
    return Property(
        id=id,
        version=1 + n % 3,
        address=f"{n + 1} Elm Street",
        zip_code=ZIPS[n % 2],
        price=100_000.0 + 1_000 * (n * 7 % PROPERTY_COUNT),
        status=ListingStatus.ACTIVE,
        bedrooms=n % 4,
        owner_id=ID(OWNERS[n % 4]),
        image_ids=image_ids,
        cover_image_url=make_image(id, image_ids[0]).url if image_ids else None,
        created_at=timestamp(n),
        updated_at=timestamp(n),
    )


def make_image(property_id: ID, id: ID) -> Image:
    return Image(id=id, property_id=property_id, url=Url(f"https://images.example.com/{id}"), created_at=timestamp(0))


PROPERTIES = tuple(make_property(n) for n in range(PROPERTY_COUNT))


def table_items() -> list[Item]:
    """Returns all items of the table. The last owner has no profile."""
    profiles = [
        User(
            id=ID(owner),
            name=owner.capitalize(),
            email=Email(f"{owner}@example.com"),
            property_count=sum(property_.owner_id == owner for property_ in PROPERTIES),
        )
        for owner in OWNERS[:3]
    ]
    return [*map(users.to_item, profiles), *(item for property_ in PROPERTIES for item in items_of(property_))]


def items_of(property_: Property) -> list[Item]:
    listing = listings.listing_of(property_)
    assert listing
    return [
        properties.to_item(property_),
        properties.ownership_item(property_),
        listings.to_item(listing),
        *(images.to_item(make_image(property_.id, id)) for id in property_.image_ids),
        *(history.to_item(property_.id, make_event(property_, version)) for version in range(1, property_.version + 1)),
    ]


def make_event(property_: Property, version: int) -> HistoryEvent:
    kind = HistoryKind.CREATED if version == 1 else HistoryKind.DETAILS_CHANGED
    changed_by_id = ID(OWNERS[version % 4])
    return HistoryEvent(
        id=ID(f"{property_.id}-{version}"),
        at=timestamp(version),
        kind=kind,
        version=version,
        changed_by_id=changed_by_id,
        changes=(),
    )
