"""Resolvers of properties. Every user may read them; only the owner or an admin may write them."""

from dataclasses import dataclass, replace
from typing import Annotated

from data import clock, idempotency, properties, users
from data.constraints import MaxItems, Pattern
from data.records import (
    ID,
    UNSET,
    Address,
    BathroomCount,
    BedroomCount,
    Connection,
    Cursor,
    Description,
    Latitude,
    ListingStatus,
    Longitude,
    PageSize,
    Price,
    Property,
    PropertyId,
    SquareFeet,
    Status,
    Unset,
    UserId,
    Year,
    ZipCode,
)
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller
from resolvers.runtime.errors import Forbidden

IdempotencyKey = Annotated[
    str,
    Pattern(r"[!-~]{1,128}", "1 to 128 printable characters without spaces"),
    "Requests with the same key within 24 hours create only one property",
]
ExpectedVersion = Annotated[int, "The version that the property must have; VersionConflict if it has another"]


@dataclass(frozen=True, kw_only=True)
class CreatePropertyInput:
    """A new property. Its status is ACTIVE by default."""

    address: Address
    price: Price
    zip_code: ZipCode | None = None
    status: Status = ListingStatus.ACTIVE
    bedrooms: BedroomCount | None = None
    bathrooms: BathroomCount | None = None
    living_area_sqft: SquareFeet | None = None
    lot_size_sqft: SquareFeet | None = None
    year_built: Year | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    description: Description | None = None
    owner_id: Annotated[UserId | None, "The owner: the caller by default, another user for admins only"] = None


@dataclass(frozen=True, kw_only=True)
class UpdatePropertyInput:
    """Changes of a property. Omitted fields keep their value; null clears an optional field."""

    address: Address | Unset = UNSET
    price: Price | Unset = UNSET
    status: Status | Unset = UNSET
    zip_code: ZipCode | None | Unset = UNSET
    bedrooms: BedroomCount | None | Unset = UNSET
    bathrooms: BathroomCount | None | Unset = UNSET
    living_area_sqft: SquareFeet | None | Unset = UNSET
    lot_size_sqft: SquareFeet | None | Unset = UNSET
    year_built: Year | None | Unset = UNSET
    latitude: Latitude | None | Unset = UNSET
    longitude: Longitude | None | Unset = UNSET
    description: Description | None | Unset = UNSET


def by_id(id: PropertyId) -> Property | None:
    """The property with this id; null if there is none."""
    return properties.with_images(id)


def by_ids(ids: Annotated[list[PropertyId], MaxItems(100), "At most 100"]) -> list[Property | None]:
    """The properties with these ids, in the given order; null for an id without a property."""
    return properties.by_ids(ids)


def of_listings(ids: list[ID], /) -> list[Property | None]:
    """The listed property."""
    return properties.by_ids(ids)


def of_users(ids: list[ID], /, first: PageSize = 20, after: Cursor | None = None) -> list[Connection[Property]]:
    """The properties that the user owns, newest first."""
    return properties.of_users(ids, first, after)


def create(
    input: Annotated[CreatePropertyInput, "The values of the new property"],
    caller: Caller,
    idempotency_key: IdempotencyKey | None = None,
) -> Property | None:
    """Creates a property of the caller. Only an admin may create one for another user, who must have a profile."""
    owner_id = input.owner_id or caller.id
    if not caller.may_act_for(owner_id):
        raise Forbidden(owner_id)
    now = clock.now()
    details = {name: value for name, value in vars(input).items() if value is not None}
    property_ = Property(
        **{**details, "owner_id": owner_id},
        id=clock.uuid7(now),
        version=1,
        created_at=now,
        updated_at=now,
    )
    profile = users.new_profile(caller.profile(), now) if owner_id == caller.id else None
    key = (
        idempotency.IdempotencyKey(caller.id, idempotency_key, encoding.digest(replace(input, owner_id=owner_id)))
        if idempotency_key
        else None
    )
    return properties.create(property_, caller.id, profile, key)


def update(
    id: PropertyId,
    input: Annotated[UpdatePropertyInput, "The fields to change, at least one"],
    expected_version: ExpectedVersion,
    caller: Caller,
) -> Property | None:
    """Changes a property that is at `expectedVersion`. Only its owner or an admin may do this."""
    property_ = caller.require_owner(properties.by_id(id), id)
    return properties.update(property_, encoding.provided_fields(input), expected_version, caller.id)


def delete(id: PropertyId, expected_version: ExpectedVersion, caller: Caller) -> ID | None:
    """Deletes a property that is at `expectedVersion`, with its images. Only its owner or an admin may do this."""
    properties.delete(caller.require_owner(properties.by_id(id), id), expected_version, caller.id)
    return id
