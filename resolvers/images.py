"""Resolvers of a property's images. Only its owner or an admin may change them."""

from dataclasses import dataclass
from typing import Annotated

from data import clock, images, properties
from data.constraints import MaxItems
from data.records import (
    ID,
    MAX_IMAGES,
    UNSET,
    Caption,
    Image,
    ImageId,
    Pixels,
    Property,
    PropertyId,
    Unset,
    WebUrl,
)
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller


@dataclass(frozen=True, kw_only=True)
class AddImageInput:
    """A new image. It becomes the last one in display order."""

    url: WebUrl
    caption: Caption | None = None
    width: Pixels | None = None
    height: Pixels | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateImageInput:
    """Changes of an image. Omitted fields keep their value; null clears an optional field."""

    url: WebUrl | Unset = UNSET
    caption: Caption | None | Unset = UNSET
    width: Pixels | None | Unset = UNSET
    height: Pixels | None | Unset = UNSET


def of_properties(properties_: list[Property], /) -> list[list[Image]]:
    """The images, in display order."""
    return images.of_properties(properties_)


def cover_images(properties_: list[Property], /) -> list[Image | None]:
    """The first image in display order."""
    return images.cover_images(properties_)


def add(
    property_id: PropertyId, input: Annotated[AddImageInput, "The values of the new image"], caller: Caller
) -> Property | None:
    """Adds an image as the last one. A property may have at most 50 images. Only its owner or an admin may do this."""
    property_ = caller.require_owner(properties.with_images(property_id), property_id)
    now = clock.now()
    return images.add(
        property_, Image(**vars(input), id=clock.uuid7(now), property_id=property_.id, created_at=now), caller.id
    )


def update(
    property_id: PropertyId,
    image_id: ImageId,
    input: Annotated[UpdateImageInput, "The fields to change, at least one"],
    caller: Caller,
) -> Property | None:
    """Changes an image. Only the owner of the property or an admin may do this."""
    property_ = caller.require_owner(properties.with_images(property_id), property_id)
    return images.update(property_, image_id, encoding.provided_fields(input), caller.id)


def remove(property_id: PropertyId, image_id: ImageId, caller: Caller) -> Property | None:
    """Removes an image. Only the owner of the property or an admin may do this."""
    return images.remove(caller.require_owner(properties.with_images(property_id), property_id), image_id, caller.id)


def reorder(
    property_id: PropertyId,
    image_ids: Annotated[list[ID], MaxItems(MAX_IMAGES), "The id of each image of the property exactly once"],
    caller: Caller,
) -> Property | None:
    """Changes the display order of the images. Only the owner of the property or an admin may do this."""
    return images.reorder(caller.require_owner(properties.with_images(property_id), property_id), image_ids, caller.id)
