"""The records. Each frozen dataclass is an item of the table, a result of a resolver, or both, and a schema type.

The text of an attribute is its description in the schema. An attribute marked INTERNAL is stored with the record, but
is not in the schema. Attributes are keyword-only, so their order is that of the schema.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, ClassVar, Final, Generic, NewType, Self, TypeVar

from data.constraints import Length, Pattern, Range

ID = NewType("ID", str)
DateTime = NewType("DateTime", str)
Url = NewType("Url", str)
Email = NewType("Email", str)

ConstrainedId = Annotated[ID, Pattern(r"[a-zA-Z0-9-]{1,64}", "1 to 64 letters, digits or hyphens")]
PropertyId = Annotated[ConstrainedId, "The id of a property, 1 to 64 letters, digits or hyphens"]
ImageId = Annotated[ConstrainedId, "The id of an image, 1 to 64 letters, digits or hyphens"]
UserId = Annotated[ConstrainedId, "The id of a user, 1 to 64 letters, digits or hyphens"]
WebUrl = Annotated[
    Url,
    Pattern(r"(?=.{1,2048}\Z)https?://[^\s/?#]+\S*", "an http(s) address of at most 2,048 characters"),
    "http(s), at most 2,048 characters",
]
EmailAddress = Annotated[
    Email,
    Pattern(r"(?=.{3,254}\Z)[^\s@]+@[^\s@]+", "an e-mail address of at most 254 characters"),
    "At most 254 characters",
]
ZipCode = Annotated[str, Pattern(r"[0-9]{5}", "5 digits"), "5 digits"]
Address = Annotated[str, Length(5, 200), "5 to 200 characters"]
Description = Annotated[str, Length(0, 10_000), "At most 10,000 characters"]
Caption = Annotated[str, Length(0, 500), "At most 500 characters"]
Name = Annotated[str, Length(1, 100), "1 to 100 characters"]
Price = Annotated[float, Range(0, 10**12, decimals=2), "In US dollars, 0 to 10^12, at most 2 decimals"]
BedroomCount = Annotated[int, Range(0, 1_000), "0 to 1,000"]
BathroomCount = Annotated[float, Range(0, 1_000, decimals=2), "A bathroom without a tub or shower may count as 0.5"]
SquareFeet = Annotated[int, Range(0, 2_000_000_000), "In square feet"]
Year = Annotated[int, Range(1000, 2200), "The year of construction, 1000 to 2200"]
Pixels = Annotated[int, Range(1, 1_000_000), "In pixels"]
Latitude = Annotated[float, Range(-90, 90), "In degrees, positive north of the equator"]
Longitude = Annotated[float, Range(-180, 180), "In degrees, positive east of Greenwich"]
PageSize = Annotated[int, Range(1, 100), "The page size, 1 to 100"]
Cursor = Annotated[str, "A cursor of this list; the page starts after it"]

MAX_IMAGES = 50
T = TypeVar("T")


class _Internal(Enum):
    INTERNAL = "stored with the record, not in the schema"


class _Unset(Enum):
    UNSET = "omitted from an update, as opposed to null"


INTERNAL: Final = _Internal.INTERNAL
UNSET: Final = _Unset.UNSET
Unset = _Unset


@dataclass(frozen=True)
class Deprecated:
    """Marks an attribute as deprecated; the reason names its replacement and its last day."""

    reason: str


class DescribedEnum(Enum):
    """An enum whose members have a value and a description, as those of http.HTTPStatus."""

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.description = description
        return member


class ListingStatus(DescribedEnum):
    """The stage of a property's sale. Only ACTIVE and PENDING properties are listed in their ZIP code."""

    COMING_SOON = "COMING_SOON", "Announced, not for sale yet"
    ACTIVE = "ACTIVE", "For sale"
    PENDING = "PENDING", "Under contract, but the sale is not closed"
    CLOSED = "CLOSED", "Sold"
    WITHDRAWN = "WITHDRAWN", "No longer for sale, and not sold"


class ListingSort(DescribedEnum):
    """The order of listings. NEWEST sorts by creation, latest first."""

    NEWEST = "NEWEST", "By time of creation, latest first"
    PRICE_ASC = "PRICE_ASC", "By price, lowest first"
    PRICE_DESC = "PRICE_DESC", "By price, highest first"


class HistoryKind(DescribedEnum):
    """The kind of a change. A change of several kinds has the first of them in this order."""

    CREATED = "CREATED", "The property was created"
    PRICE_CHANGED = "PRICE_CHANGED", "The price changed"
    STATUS_CHANGED = "STATUS_CHANGED", "The status changed, but not the price"
    DETAILS_CHANGED = "DETAILS_CHANGED", "Fields other than price and status changed"
    PICTURES_CHANGED = "PICTURES_CHANGED", "Only images were added, changed, removed or reordered"
    DELETED = "DELETED", "The property was deleted, with its images"


Status = Annotated[ListingStatus, "The stage of the sale"]
CreatedAt = Annotated[DateTime, "The time of creation, in UTC"]
ChangeKind = Annotated[HistoryKind, "The first kind that applies, in the order of the enum"]
ChangedAt = Annotated[DateTime, "The time of the change, in UTC"]
ChangeVersion = Annotated[int, "The version of the property after the change"]


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image of a property."""

    id: ImageId
    property_id: Annotated[PropertyId, "The id of the property that has the image"]
    url: WebUrl
    caption: Caption | None = None
    width: Pixels | None = None
    height: Pixels | None = None
    created_at: CreatedAt


@dataclass(frozen=True, kw_only=True)
class Property:
    """A property."""

    id: PropertyId
    version: Annotated[int, "Incremented by each change. A write names the version that it is based on"]
    address: Address
    zip_code: ZipCode | None = None
    price: Price
    status: Status
    bedrooms: BedroomCount | None = None
    bathrooms: BathroomCount | None = None
    living_area_sqft: SquareFeet | None = None
    lot_size_sqft: SquareFeet | None = None
    year_built: Year | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    description: Description | None = None
    owner_id: Annotated[UserId, "The id of the user who owns the property"]
    image_ids: Annotated[tuple[ID, ...], INTERNAL] = ()
    cover_image_url: Annotated[Url | None, INTERNAL] = None
    images: Annotated[tuple[Image, ...] | None, INTERNAL] = None
    created_at: CreatedAt
    updated_at: Annotated[DateTime, "The time of the last change, in UTC"]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A summary of an ACTIVE or PENDING property in its ZIP code, updated together with the property."""

    id: Annotated[ConstrainedId, "The property's id"]
    zip_code: ZipCode
    address: Address
    price: Price
    status: Annotated[ListingStatus, "ACTIVE or PENDING"]
    bedrooms: BedroomCount | None = None
    bathrooms: BathroomCount | None = None
    living_area_sqft: SquareFeet | None = None
    cover_image_url: Annotated[Url | None, "The URL of the first image"] = None
    listed_at: Annotated[DateTime, "The time at which the property was created"]


@dataclass(frozen=True, kw_only=True)
class ListingFilter:
    """Selects listings of a ZIP code. An omitted condition matches all; a property without the value never matches."""

    min_price: Annotated[Price | None, "The lowest price that matches, in US dollars"] = None
    max_price: Annotated[Price | None, "The highest price that matches, in US dollars"] = None
    min_bedrooms: Annotated[BedroomCount | None, "The lowest number of bedrooms that matches"] = None
    min_bathrooms: Annotated[BathroomCount | None, "The lowest number of bathrooms that matches"] = None
    status: Annotated[ListingStatus | None, "The only status that matches"] = None


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """The values of one field before and after a change, as text."""

    field: Annotated[str, "The name of the field in the schema"]
    before: Annotated[str | None, "The value before the change; null if the field had none"] = None
    after: Annotated[str | None, "The value after the change; null if the field has none"] = None


@dataclass(frozen=True, kw_only=True)
class HistoryEvent:
    """One change of a property."""

    CONNECTION: ClassVar[str] = "History"

    id: Annotated[ConstrainedId, "The id of the event, unique among the events of all properties"]
    at: ChangedAt
    kind: ChangeKind
    version: ChangeVersion
    changed_by_id: Annotated[ID, INTERNAL]
    changes: Annotated[tuple[FieldChange, ...], "The changed fields; none if the property was created or deleted"]


@dataclass(frozen=True, kw_only=True)
class User:
    """A user, who may own properties."""

    id: UserId
    name: Name
    email: Annotated[EmailAddress | None, INTERNAL] = None
    property_count: Annotated[int, "The number of properties that the user owns"] = 0
    created_at: Annotated[DateTime | None, "The time of the profile's creation, in UTC; null if none is stored"] = None


@dataclass(frozen=True, kw_only=True)
class PageInfo:
    """The position of a page in its list."""

    has_next_page: Annotated[bool, "Whether there may be another page. With a filter, the next page may be empty"]
    has_previous_page: Annotated[bool, "Whether the request had a cursor"] = False
    start_cursor: Annotated[str | None, "The cursor of the first item of the page"] = None
    end_cursor: Annotated[str | None, "Pass it as `after` for the next page; null on an empty last page"] = None


@dataclass(frozen=True, kw_only=True)
class Edge(Generic[T]):
    """One item of a list, with its cursor."""

    cursor: Annotated[str, "The position of the item; pass it as `after` for a page that starts after it"]
    node: Annotated[T, "The item at this position"]


@dataclass(frozen=True, kw_only=True)
class Connection(Generic[T]):
    """One page of a list, as in the Relay specification."""

    edges: Annotated[tuple[Edge[T], ...], "The items of the page in their order, each with its cursor"]
    nodes: Annotated[tuple[T, ...], "The items of the page in their order, without cursors"]
    page_info: Annotated[PageInfo, "The position of the page in the list"]
