"""The nouns, one frozen dataclass each: the table's items, the resolvers' answers and the schema's types at once.

An attribute's text is its description in the schema; one marked INTERNAL travels with the record and is in no schema.
Attributes are keyword-only, so their order here is free to be the order a reader of the schema wants.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, ClassVar, Final, Generic, NewType, TypeVar

from data.constraints import Between, Length, Matches

ID = NewType("ID", str)
DateTime = NewType("DateTime", str)
Url = NewType("Url", str)
Email = NewType("Email", str)

Id = Annotated[ID, Matches(r"[a-zA-Z0-9-]{1,64}", "1 to 64 letters, digits or hyphens")]
WebUrl = Annotated[
    Url,
    Matches(r"(?=.{1,2048}\Z)https?://[^\s/?#]+\S*", "an http(s) address of at most 2,048 characters"),
    "http(s), at most 2,048 characters",
]
EmailAddress = Annotated[
    Email, Matches(r"(?=.{3,254}\Z)[^\s@]+@[^\s@]+", "an e-mail address of at most 254 characters")
]
ZipCode = Annotated[str, Matches(r"[0-9]{5}", "5 digits"), "5 digits"]
Address = Annotated[str, Length(5, 200), "5 to 200 characters"]
Description = Annotated[str, Length(0, 10_000), "At most 10,000 characters"]
Caption = Annotated[str, Length(0, 500), "At most 500 characters"]
Name = Annotated[str, Length(1, 100), "1 to 100 characters"]
Price = Annotated[float, Between(0, 10**12, decimals=2), "In US dollars, 0 to 10^12, at most 2 decimals"]
Rooms = Annotated[int, Between(0, 1_000)]
Baths = Annotated[float, Between(0, 1_000, decimals=2), "One without a tub or a shower may count as a half"]
Area = Annotated[int, Between(0, 2_000_000_000), "In square feet"]
Year = Annotated[int, Between(1000, 2200)]
Pixels = Annotated[int, Between(1, 1_000_000), "In pixels"]
Latitude = Annotated[float, Between(-90, 90), "In degrees, north positive"]
Longitude = Annotated[float, Between(-180, 180), "In degrees, east positive"]
First = Annotated[int, Between(1, 100), "How many, 1 to 100"]
After = Annotated[str, "A cursor of this list: what comes behind it"]

MOST_IMAGES = 50
T = TypeVar("T")


class _Internal(Enum):
    INTERNAL = "travels with its record, is in no schema"


class _Absent(Enum):
    ABSENT = "left out of an update, as opposed to null"


INTERNAL: Final = _Internal.INTERNAL
ABSENT: Final = _Absent.ABSENT
Absent = _Absent


@dataclass(frozen=True)
class Deprecated:
    """Marks an attribute that clients should leave; the reason tells what to use and until when it stays."""

    reason: str


class ListingStatus(Enum):
    """Where a home stands in its sale. Its ZIP lists it while it is ACTIVE or PENDING."""

    COMING_SOON = "COMING_SOON"
    ACTIVE = "ACTIVE"
    PENDING = "PENDING"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


class ListingSort(Enum):
    """The order of a ZIP's listings. NEWEST is by creation."""

    NEWEST = "NEWEST"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"


class HistoryKind(Enum):
    """What a change was; a change of several things is named by the first of them in this order."""

    CREATED = "CREATED"
    PRICE_CHANGED = "PRICE_CHANGED"
    STATUS_CHANGED = "STATUS_CHANGED"
    DETAILS_CHANGED = "DETAILS_CHANGED"
    PICTURES_CHANGED = "PICTURES_CHANGED"
    DELETED = "DELETED"


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture of a home."""

    id: Id
    property_id: Id
    url: WebUrl
    caption: Caption | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    created_at: DateTime


@dataclass(frozen=True, kw_only=True)
class Property:
    """A home."""

    id: Id
    version: Annotated[int, "Raised by one at each change; a write says which one it was made from"]
    address: Address
    zip_code: ZipCode | None = None
    price: Price
    status: ListingStatus
    bedrooms: Rooms | None = None
    bathrooms: Baths | None = None
    living_area_sqft: Area | None = None
    lot_size_sqft: Area | None = None
    year_built: Year | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    description: Description | None = None
    owner_id: Id
    image_ids: Annotated[tuple[ID, ...], INTERNAL] = ()
    cover_image_url: Annotated[Url | None, INTERNAL] = None
    images: Annotated[tuple[Image, ...] | None, INTERNAL] = None
    created_at: DateTime
    updated_at: DateTime


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A home as its ZIP shows it, while it is ACTIVE or PENDING: a card, written together with the home."""

    id: Annotated[Id, "The property's id"]
    zip_code: ZipCode
    address: Address
    price: Price
    status: ListingStatus
    bedrooms: Rooms | None = None
    bathrooms: Baths | None = None
    living_area_sqft: Area | None = None
    cover_image_url: Annotated[Url | None, "The first picture"] = None
    listed_at: Annotated[DateTime, "When the home was created"]


@dataclass(frozen=True, kw_only=True)
class ListingFilter:
    """Which homes of a ZIP; what is left out asks nothing. A home that does not tell a number is not found by it."""

    min_price: Price | None = None
    max_price: Price | None = None
    min_bedrooms: Rooms | None = None
    min_bathrooms: Baths | None = None
    status: ListingStatus | None = None


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field before and after a change, as text."""

    field: Annotated[str, "The field's name in the schema"]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryEvent:
    """One change of a home."""

    CONNECTION: ClassVar[str] = "History"

    id: Id
    at: DateTime
    kind: HistoryKind
    version: Annotated[int, "The home's version after the change"]
    changed_by_id: Annotated[ID, INTERNAL]
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who owns homes, or may."""

    id: Id
    name: Name
    email: Annotated[EmailAddress | None, INTERNAL] = None
    property_count: Annotated[int, "How many homes the user owns"] = 0
    created_at: DateTime | None = None


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """A change of a home, as its subscribers get it; one that was deleted is told as it was last."""

    property_id: Id
    kind: HistoryKind
    version: int
    at: DateTime
    address: str | None = None
    price: float | None = None
    status: ListingStatus | None = None
    changes: Annotated[
        tuple[FieldChange, ...],
        "As in the history, but of `images` their ids in order, and a text of over 4,000 characters cut, … at its end",
    ]


@dataclass(frozen=True, kw_only=True)
class ZipChange:
    """A change of a home, as the subscribers of a ZIP get it. A move to another ZIP reaches both."""

    zip_code: ZipCode
    property_id: Id
    kind: HistoryKind
    version: int
    at: DateTime
    listed: Annotated[bool, "Whether the home is on this ZIP's list after the change"]
    listing: Listing | None = None


@dataclass(frozen=True, kw_only=True)
class PageInfo:
    """Whether there is more, and from where."""

    has_next_page: Annotated[bool, "false is certain; after a filter, true means: look again from endCursor"]
    has_previous_page: Annotated[bool, "Whether the page was asked for by a cursor"] = False
    start_cursor: Annotated[str | None, "The cursor of the page's first member"] = None
    end_cursor: Annotated[str | None, "Give it as `after` to go on; null where nothing was found"] = None


@dataclass(frozen=True, kw_only=True)
class Edge(Generic[T]):
    """One member of a list, with the cursor that goes on behind it."""

    cursor: str
    node: T


@dataclass(frozen=True, kw_only=True)
class Connection(Generic[T]):
    """One page of a list, as in Relay."""

    edges: tuple[Edge[T], ...]
    nodes: tuple[T, ...]
    page_info: PageInfo
