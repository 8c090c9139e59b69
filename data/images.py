"""A home's pictures, in the owner's order. The home keeps the order, so every change of a picture is one of the home.

Writes take no version from the caller: where somebody else was faster, they are made again from a fresh read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data import keys, properties, serialization
from data.dynamodb import table
from data.dynamodb.requests import Action, Delete, Item, Put
from data.errors import ImageNotFound, InvalidInput, PropertyNotFound, TooMany, TryAgain, VersionConflict
from data.records import ID, MOST_IMAGES, FieldChange, HistoryKind, Image, Property

Pictures = tuple[Image, ...]

MOST_AT_ONCE = 16  # who change the pictures of one home and all succeed: each try that fails was another's success


@dataclass(frozen=True)
class Rearranged:
    """What a change makes of a home's pictures: all of them in order, its writes, and how history tells it."""

    images: Pictures
    actions: Sequence[Action]
    changes: Sequence[FieldChange]


def of_properties(homes: Sequence[Property]) -> list[list[Image]]:
    """The pictures of each home, in display order.

    Those that came along with their home are handed on; the others take one BatchGetItem for every 100 of them.
    """
    found = by_keys([(home.id, id) for home in homes if home.images is None for id in home.image_ids])
    return [
        [found[home.id, id] for id in home.image_ids if (home.id, id) in found]
        if home.images is None
        else list(home.images)
        for home in homes
    ]


def covers(homes: Sequence[Property]) -> list[Image | None]:
    """The first picture of each home: handed on where it came along, else one BatchGetItem for every 100."""
    found = by_keys([(home.id, id) for home in homes if home.images is None for id in home.image_ids[:1]])
    return [
        next(iter(home.images), None)
        if home.images is not None
        else found.get((home.id, next(iter(home.image_ids), ID(""))))
        for home in homes
    ]


def by_keys(ids: Sequence[tuple[ID, ID]]) -> dict[tuple[ID, ID], Image]:
    """The pictures with these ids of a home and its picture, those that are there."""
    found = table.get_many(keys.image(property_id, id) for property_id, id in ids)
    images = map(from_item, found.values())
    return {(image.property_id, image.id): image for image in images}


def add(home: Property, image: Image, by: ID) -> Property:
    """Adds a picture behind the others. Raises TooMany where the home has 50."""

    def added(images: Pictures) -> Rearranged:
        if len(images) >= MOST_IMAGES:
            raise TooMany("pictures a home", MOST_IMAGES)
        return Rearranged((*images, image), [Put(to_item(image))], [FieldChange(field="images", after=image.url)])

    return rearrange(home, by, added)


def update(home: Property, id: ID, changes: Mapping[str, Any], by: ID) -> Property:
    """Sets attributes of a picture. Raises ImageNotFound, InvalidInput without a change."""

    def updated(images: Pictures) -> Rearranged:
        old = named(id, images, home)
        new = replace(old, **changes)
        if new == old:
            raise InvalidInput("input", "changes nothing")
        all_of_them = tuple(new if image is old else image for image in images)
        return Rearranged(all_of_them, [Put(to_item(new))], changes_of(old, new, changes))

    return rearrange(home, by, updated)


def remove(home: Property, id: ID, by: ID) -> Property:
    """Takes a picture away. Raises ImageNotFound."""

    def removed(images: Pictures) -> Rearranged:
        old = named(id, images, home)
        rest = tuple(image for image in images if image is not old)
        return Rearranged(rest, [Delete(keys.image(home.id, id))], [FieldChange(field="images", before=old.url)])

    return rearrange(home, by, removed)


def reorder(home: Property, ids: Sequence[ID], by: ID) -> Property:
    """Puts the pictures into this order. Raises InvalidInput where `ids` are not just those, or in it already."""

    def reordered(images: Pictures) -> Rearranged:
        found = {image.id: image for image in images}
        if sorted(ids) != sorted(found):
            raise InvalidInput("imageIds", "must name each picture of the home exactly once")
        if list(ids) == list(found):
            raise InvalidInput("imageIds", "changes nothing")
        told = FieldChange(field="images", before=" ".join(found), after=" ".join(ids))
        return Rearranged(tuple(found[id] for id in ids), [], [told])

    return rearrange(home, by, reordered)


def rearrange(home: Property, by: ID, change: Callable[[Pictures], Rearranged]) -> Property:
    """The home after a change of its pictures, carrying them: one transaction.

    `home` is read with its pictures, one Query, where it came without them; and again each time that somebody else was
    faster. Raises TryAgain.
    """
    fresh = home if home.images is not None else properties.with_images(home.id)
    for _ in table.patience(MOST_AT_ONCE):
        if fresh is None:
            raise PropertyNotFound(home.id)
        new = change(fresh.images or ())
        after = properties.next_version(
            fresh,
            images=new.images,
            image_ids=tuple(image.id for image in new.images),
            cover_image_url=new.images[0].url if new.images else None,
        )
        try:
            properties.commit(fresh, after, HistoryKind.PICTURES_CHANGED, by, new.changes, new.actions)
            return after
        except VersionConflict:
            fresh = properties.with_images(home.id)
    raise TryAgain


def named(id: ID, images: Pictures, home: Property) -> Image:
    for image in images:
        if image.id == id:
            return image
    raise ImageNotFound(home.id, id)


def changes_of(old: Image, new: Image, names: Iterable[str]) -> list[FieldChange]:
    """What changed of a picture, each attribute by itself, the picture named by its id."""
    return [
        FieldChange(
            field=f"images.{old.id}.{serialization.camel(name)}",
            before=properties.as_text(getattr(old, name)),
            after=properties.as_text(getattr(new, name)),
        )
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]


def to_item(image: Image) -> Item:
    return keys.image(image.property_id, image.id)._asdict() | serialization.item(image)


def from_item(item: Mapping[str, Any]) -> Image:
    return serialization.load(Image, item)
