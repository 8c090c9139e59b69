"""A home's pictures, changed by its owner or an admin."""

from dataclasses import dataclass
from typing import Annotated

from data import clock, images, properties
from data.constraints import AtMost
from data.records import (
    ABSENT,
    ID,
    MOST_IMAGES,
    Absent,
    Caption,
    Id,
    Image,
    Pixels,
    Property,
    WebUrl,
)
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller


@dataclass(frozen=True, kw_only=True)
class AddImageInput:
    """A new picture, shown behind the others."""

    url: WebUrl
    caption: Caption | None = None
    width: Pixels | None = None
    height: Pixels | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateImageInput:
    """What to change of a picture: what is left out stays, null clears what may be absent."""

    url: WebUrl | Absent = ABSENT
    caption: Caption | None | Absent = ABSENT
    width: Pixels | None | Absent = ABSENT
    height: Pixels | None | Absent = ABSENT


def of_properties(homes: list[Property], /) -> list[list[Image]]:
    """The pictures, in display order."""
    return images.of_properties(homes)


def covers(homes: list[Property], /) -> list[Image | None]:
    """The first picture."""
    return images.covers(homes)


def add(property_id: Id, input: AddImageInput, caller: Caller) -> Property | None:
    """Adds a picture behind the others; a home has at most 50."""
    home = caller.own(properties.with_images(property_id), property_id)
    now = clock.now()
    return images.add(home, Image(**vars(input), id=clock.uuid7(now), property_id=home.id, created_at=now), caller.id)


def update(property_id: Id, image_id: Id, input: UpdateImageInput, caller: Caller) -> Property | None:
    """Changes a picture."""
    home = caller.own(properties.with_images(property_id), property_id)
    return images.update(home, image_id, encoding.said(input), caller.id)


def remove(property_id: Id, image_id: Id, caller: Caller) -> Property | None:
    """Takes a picture away."""
    return images.remove(caller.own(properties.with_images(property_id), property_id), image_id, caller.id)


def reorder(
    property_id: Id,
    image_ids: Annotated[list[ID], AtMost(MOST_IMAGES), "Each of the home's pictures once"],
    caller: Caller,
) -> Property | None:
    """Puts the pictures into this order."""
    return images.reorder(caller.own(properties.with_images(property_id), property_id), image_ids, caller.id)
