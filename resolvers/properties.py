"""Homes: read by anyone signed in, written by their owner or an admin."""

from dataclasses import dataclass, replace
from typing import Annotated

from data import clock, properties, users
from data.constraints import AtMost, Matches
from data.records import (
    ABSENT,
    ID,
    Absent,
    Address,
    After,
    Area,
    Baths,
    Connection,
    Description,
    First,
    Id,
    Latitude,
    ListingStatus,
    Longitude,
    Price,
    Property,
    Rooms,
    Year,
    ZipCode,
)
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller
from resolvers.runtime.errors import NotAllowed

IdempotencyKey = Annotated[
    str,
    Matches(r"[!-~]{1,128}", "1 to 128 printable characters without spaces"),
    "The same key within 24 hours makes one home, however often it is sent",
]


@dataclass(frozen=True, kw_only=True)
class CreatePropertyInput:
    """A new home. It is ACTIVE unless it says otherwise."""

    address: Address
    price: Price
    zip_code: ZipCode | None = None
    status: ListingStatus = ListingStatus.ACTIVE
    bedrooms: Rooms | None = None
    bathrooms: Baths | None = None
    living_area_sqft: Area | None = None
    lot_size_sqft: Area | None = None
    year_built: Year | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    description: Description | None = None
    owner_id: Annotated[Id | None, "Whose home it is: the caller's, unless an admin asks"] = None


@dataclass(frozen=True, kw_only=True)
class UpdatePropertyInput:
    """What to change of a home: what is left out stays, null clears what may be absent."""

    address: Address | Absent = ABSENT
    price: Price | Absent = ABSENT
    status: ListingStatus | Absent = ABSENT
    zip_code: ZipCode | None | Absent = ABSENT
    bedrooms: Rooms | None | Absent = ABSENT
    bathrooms: Baths | None | Absent = ABSENT
    living_area_sqft: Area | None | Absent = ABSENT
    lot_size_sqft: Area | None | Absent = ABSENT
    year_built: Year | None | Absent = ABSENT
    latitude: Latitude | None | Absent = ABSENT
    longitude: Longitude | None | Absent = ABSENT
    description: Description | None | Absent = ABSENT


def by_id(id: Id) -> Property | None:
    """The home with this id, with its pictures; null where there is none."""
    return properties.with_images(id)


def by_ids(ids: Annotated[list[Id], AtMost(100), "At most 100"]) -> list[Property | None]:
    """The home with each id, in the order asked; null where there is none."""
    return properties.by_ids(ids)


def of_listings(ids: list[ID], /) -> list[Property | None]:
    """The home itself."""
    return properties.by_ids(ids)


def of_users(ids: list[ID], /, first: First = 20, after: After | None = None) -> list[Connection[Property]]:
    """The user's homes, newest first."""
    return properties.of_users(ids, first, after)


def create(
    input: CreatePropertyInput, caller: Caller, idempotency_key: IdempotencyKey | None = None
) -> Property | None:
    """Makes a home, the caller's own; only an admin makes one for somebody else, who must be a user already."""
    owner_id = input.owner_id or caller.id
    if not caller.may_act_for(owner_id):
        raise NotAllowed(owner_id)
    now = clock.now()
    details = {name: value for name, value in vars(input).items() if value is not None}
    home = Property(
        **{**details, "owner_id": owner_id},
        id=clock.uuid7(now),
        version=1,
        created_at=now,
        updated_at=now,
    )
    profile = users.starting(caller.profile(), now) if owner_id == caller.id else None
    once = (
        properties.Once(caller.id, idempotency_key, encoding.digest(replace(input, owner_id=owner_id)))
        if idempotency_key
        else None
    )
    return properties.create(home, caller.id, profile, once)


def update(id: Id, input: UpdatePropertyInput, expected_version: int, caller: Caller) -> Property | None:
    """Changes a home that is at `expectedVersion`; only its owner or an admin may."""
    home = caller.own(properties.by_id(id), id)
    return properties.update(home, encoding.said(input), expected_version, caller.id)


def delete(id: Id, expected_version: int, caller: Caller) -> ID | None:
    """Removes a home that is at `expectedVersion`, with its pictures. Only its owner or an admin may."""
    properties.delete(caller.own(properties.by_id(id), id), expected_version, caller.id)
    return id
