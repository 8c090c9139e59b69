"""The images of a property, in display order. The property item stores the order, so each change of an image is a new
version of the property.

Writes take no version from the caller: after a conflict they read the property again and retry.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data import keys, properties, serialization
from data.dynamodb import table
from data.dynamodb.requests import Action, Delete, Item, Put
from data.errors import ImageNotFound, InvalidInput, LimitExceeded, PropertyNotFound, TryAgain, VersionConflict
from data.records import ID, MAX_IMAGES, FieldChange, HistoryKind, Image, Property

Images = tuple[Image, ...]

MAX_CONCURRENT_WRITERS = 16  # of one property's images: an attempt fails only if another writer's succeeded


@dataclass(frozen=True)
class ImageListChange:
    """A change of a property's images: all images after it in display order, its writes, and its history entries."""

    images: Images
    actions: Sequence[Action]
    changes: Sequence[FieldChange]


def of_properties(property_list: Sequence[Property]) -> list[list[Image]]:
    """Returns the images of each property, in display order.

    Cost: none for a property whose record has its images; one BatchGetItem for every 100 of the other images.
    """
    images = by_keys(
        [(property_.id, id) for property_ in property_list if property_.images is None for id in property_.image_ids]
    )
    return [
        [images[property_.id, id] for id in property_.image_ids if (property_.id, id) in images]
        if property_.images is None
        else list(property_.images)
        for property_ in property_list
    ]


def cover_images(property_list: Sequence[Property]) -> list[Image | None]:
    """Returns the first image of each property, or None.

    Cost: none for a property whose record has its images; one BatchGetItem for every 100 of the other images.
    """
    images = by_keys(
        [
            (property_.id, id)
            for property_ in property_list
            if property_.images is None
            for id in property_.image_ids[:1]
        ]
    )
    return [
        next(iter(property_.images), None)
        if property_.images is not None
        else images.get((property_.id, next(iter(property_.image_ids), ID(""))))
        for property_ in property_list
    ]


def by_keys(ids: Sequence[tuple[ID, ID]]) -> dict[tuple[ID, ID], Image]:
    """Returns the images with these pairs of property id and image id; a missing image is left out.

    Cost: one BatchGetItem for every 100 different images.
    """
    items = table.get_many(keys.image(property_id, id) for property_id, id in ids)
    images = map(from_item, items.values())
    return {(image.property_id, image.id): image for image in images}


def add(property_: Property, image: Image, changed_by: ID) -> Property:
    """Appends an image.

    Cost: one transaction, and one Query if `property_` has no images. Each version conflict costs one more of both.
    Raises LimitExceeded if the property has 50 images; TryAgain after 16 conflicts; PropertyNotFound.
    """

    def append(images: Images) -> ImageListChange:
        if len(images) >= MAX_IMAGES:
            raise LimitExceeded("images per property", MAX_IMAGES)
        return ImageListChange((*images, image), [Put(to_item(image))], [FieldChange(field="images", after=image.url)])

    return change_images(property_, changed_by, append)


def update(property_: Property, id: ID, changes: Mapping[str, Any], changed_by: ID) -> Property:
    """Sets attributes of an image.

    Cost: one transaction, and one Query if `property_` has no images. Each version conflict costs one more of both.
    Raises ImageNotFound; InvalidInput if nothing changes; TryAgain after 16 conflicts; PropertyNotFound.
    """

    def replace_image(images: Images) -> ImageListChange:
        current = find_image(id, images, property_)
        changed = replace(current, **changes)
        if changed == current:
            raise InvalidInput("input", "changes nothing")
        new_images = tuple(changed if image is current else image for image in images)
        return ImageListChange(new_images, [Put(to_item(changed))], field_changes(current, changed, changes))

    return change_images(property_, changed_by, replace_image)


def remove(property_: Property, id: ID, changed_by: ID) -> Property:
    """Removes an image.

    Cost: one transaction, and one Query if `property_` has no images. Each version conflict costs one more of both.
    Raises ImageNotFound; TryAgain after 16 conflicts; PropertyNotFound.
    """

    def remove_image(images: Images) -> ImageListChange:
        current = find_image(id, images, property_)
        remaining = tuple(image for image in images if image is not current)
        return ImageListChange(
            remaining, [Delete(keys.image(property_.id, id))], [FieldChange(field="images", before=current.url)]
        )

    return change_images(property_, changed_by, remove_image)


def reorder(property_: Property, ids: Sequence[ID], changed_by: ID) -> Property:
    """Sets the display order.

    Cost: one transaction, and one Query if `property_` has no images. Each version conflict costs one more of both.
    Raises InvalidInput if `ids` are not exactly the images' ids, or in the current order; TryAgain after 16 conflicts;
    PropertyNotFound.
    """

    def reorder_images(images: Images) -> ImageListChange:
        image_by_id = {image.id: image for image in images}
        if sorted(ids) != sorted(image_by_id):
            raise InvalidInput("imageIds", "must name each image of the property exactly once")
        if list(ids) == list(image_by_id):
            raise InvalidInput("imageIds", "changes nothing")
        field_change = FieldChange(field="images", before=" ".join(image_by_id), after=" ".join(ids))
        return ImageListChange(tuple(image_by_id[id] for id in ids), [], [field_change])

    return change_images(property_, changed_by, reorder_images)


def change_images(property_: Property, changed_by: ID, transform: Callable[[Images], ImageListChange]) -> Property:
    """Changes the images of a property and returns its next version with its images.

    Cost: one transaction, and one Query if `property_` has no images. Each version conflict costs one more of both.
    Raises TryAgain after 16 conflicts, or PropertyNotFound.
    """
    current = property_ if property_.images is not None else properties.with_images(property_.id)
    for _ in table.retry_attempts(MAX_CONCURRENT_WRITERS):
        if current is None:
            raise PropertyNotFound(property_.id)
        image_change = transform(current.images or ())
        after = properties.next_version(
            current,
            images=image_change.images,
            image_ids=tuple(image.id for image in image_change.images),
            cover_image_url=image_change.images[0].url if image_change.images else None,
        )
        try:
            properties.commit(
                current, after, HistoryKind.PICTURES_CHANGED, changed_by, image_change.changes, image_change.actions
            )
            return after
        except VersionConflict:
            current = properties.with_images(property_.id)
    raise TryAgain


def find_image(id: ID, images: Images, property_: Property) -> Image:
    for image in images:
        if image.id == id:
            return image
    raise ImageNotFound(property_.id, id)


def field_changes(before: Image, after: Image, names: Iterable[str]) -> list[FieldChange]:
    """Returns one change for each attribute that differs, with the field name `images.<image id>.<attribute>`."""
    return [
        FieldChange(
            field=f"images.{before.id}.{serialization.camel_case(name)}",
            before=properties.as_text(getattr(before, name)),
            after=properties.as_text(getattr(after, name)),
        )
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]


def to_item(image: Image) -> Item:
    return keys.image(image.property_id, image.id)._asdict() | serialization.to_item_attributes(image)


def from_item(item: Mapping[str, Any]) -> Image:
    return serialization.from_plain(Image, item)
