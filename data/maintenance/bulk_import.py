"""Imports properties with their history by BatchWriteItem. It does not overwrite existing properties.

BatchWriteItem has no conditions, so the write order makes an interrupted or repeated import safe: related items first,
then the property, then its first history event. So an existing property is complete, and a property that is missing
although its first event exists was deleted by a user. Do not run two imports of the same properties concurrently: the
later one could undo a user's change.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum

from data import images, keys, listings, properties
from data.dynamodb import table
from data.dynamodb.requests import Item
from data.keys import Key
from data.records import Property

BATCH_SIZE = 50  # properties whose two keys fit into one BatchGetItem


class ImportResult(Enum):
    """The result of importing one property. Only a property that is CREATED was written."""

    CREATED = "new"
    EXISTS = "there"
    DELETED = "deleted"


@dataclass(frozen=True)
class PropertyImport:
    """A property in its current version, with its images, and its history, oldest first."""

    property_: Property
    events: Sequence[Item]

    @property
    def first_event(self) -> Key:
        return Key(self.events[0]["pk"], self.events[0]["sk"])

    def related_items(self) -> list[Item]:
        """Returns all items of the property except the property item and its first event."""
        listing = listings.listing_of(self.property_)
        return [
            *map(images.to_item, self.property_.images or ()),
            properties.ownership_item(self.property_),
            *([listings.to_item(listing)] if listing else []),
            *self.events[1:],
        ]


def import_properties(imports: Sequence[PropertyImport]) -> list[ImportResult]:
    """Writes the new properties and returns the result of each import. It does not update the owners' counts.

    Cost: one BatchGetItem for every 50 properties, one BatchWriteItem for every 25 items. Raises TryAgain.
    """
    existing = table.get_many(
        [key for record in imports for key in (keys.property(record.property_.id), record.first_event)], True
    )
    results = [classify(record, existing.keys()) for record in imports]
    new = [record for record, result in zip(imports, results, strict=True) if result is ImportResult.CREATED]
    table.put_many([item for record in new for item in record.related_items()])
    table.put_many([properties.to_item(record.property_) for record in new])
    without_first_event = [
        record for record, result in zip(imports, results, strict=True) if result is ImportResult.EXISTS
    ]
    table.put_many([record.events[0] for record in [*new, *without_first_event] if record.first_event not in existing])
    return results


def classify(record: PropertyImport, existing: Set[Key]) -> ImportResult:
    if keys.property(record.property_.id) in existing:
        return ImportResult.EXISTS
    return ImportResult.DELETED if record.first_event in existing else ImportResult.CREATED
