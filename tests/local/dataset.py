"""Homes enough for queries of any shape: 4 owners, 30 homes in 2 ZIPs, with 0 to 5 pictures and 1 to 3 events each."""

from data import clock, history, images, listings, properties, users
from data.dynamodb.requests import Item
from data.records import ID, DateTime, HistoryEvent, HistoryKind, Image, ListingStatus, Property, Url, User

OWNERS = ("ada", "grace", "alan", "edsger")
ZIPS = ("10001", "10002")
HOMES = 30


def at(minute: int) -> DateTime:
    return DateTime(f"2026-01-01T{minute // 60:02d}:{minute % 60:02d}:00.000Z")


def home(n: int) -> Property:
    id = clock.uuid7(at(n), bytes([n]) * 10)
    image_ids = tuple(ID(f"picture-{n}-{k}") for k in range(n % 6))
    return Property(
        id=id,
        version=1 + n % 3,
        address=f"{n + 1} Elm Street",
        zip_code=ZIPS[n % 2],
        price=100_000.0 + 1_000 * (n * 7 % HOMES),
        status=ListingStatus.ACTIVE,
        bedrooms=n % 4,
        owner_id=ID(OWNERS[n % 4]),
        image_ids=image_ids,
        cover_image_url=picture(id, image_ids[0]).url if image_ids else None,
        created_at=at(n),
        updated_at=at(n),
    )


def picture(property_id: ID, id: ID) -> Image:
    return Image(id=id, property_id=property_id, url=Url(f"https://images.example.com/{id}"), created_at=at(0))


ALL = tuple(home(n) for n in range(HOMES))


def items() -> list[Item]:
    """Everything that stands in the table."""
    people = [
        User(id=ID(owner), name=owner.capitalize(), property_count=sum(home.owner_id == owner for home in ALL))
        for owner in OWNERS[:3]
    ]
    return [*map(users.to_item, people), *(item for home in ALL for item in items_of(home))]


def items_of(home: Property) -> list[Item]:
    card = listings.card(home)
    assert card
    return [
        properties.to_item(home),
        properties.edge(home),
        listings.to_item(card),
        *(images.to_item(picture(home.id, id)) for id in home.image_ids),
        *(history.to_item(home.id, event(home, version)) for version in range(1, home.version + 1)),
    ]


def event(home: Property, version: int) -> HistoryEvent:
    kind = HistoryKind.CREATED if version == 1 else HistoryKind.DETAILS_CHANGED
    by = ID(OWNERS[version % 4])
    return HistoryEvent(
        id=ID(f"{home.id}-{version}"), at=at(version), kind=kind, version=version, changed_by_id=by, changes=()
    )
