"""Imports properties with their history. It does not overwrite existing properties.

The write order makes an interrupted, repeated or concurrent import safe: images and later events first, by
BatchWriteItem, which has no conditions; then the property with its ownership item, its listing and its first event, in
one transaction. So a listing never appears before its property, an existing property is complete, and a property that
is missing although its first event exists was deleted by a user.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum

from data import images, keys, listings, properties
from data.dynamodb import table
from data.dynamodb.requests import Action, Condition, Item, Put
from data.errors import TryAgain
from data.keys import Key
from data.records import Property

BATCH_SIZE = 50  # properties whose two keys fit into one BatchGetItem
TRANSACTION_SIZE = 25  # properties whose four items fit into one TransactWriteItems
IF_ABSENT = Condition("attribute_not_exists(#pk)", lambda _: TryAgain())


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

    def items_before_property(self) -> list[Item]:
        """Returns the items that nobody reads until the property exists."""
        return [*map(images.to_item, self.property_.images or ()), *self.events[1:]]

    def creation(self) -> list[Action]:
        """Returns the writes that create the property: at most four."""
        return [
            Put(properties.to_item(self.property_), IF_ABSENT),
            Put(self.events[0], IF_ABSENT),
            Put(properties.ownership_item(self.property_)),
            *listings.listing_writes(None, listings.listing_of(self.property_)),
        ]


def import_properties(imports: Sequence[PropertyImport]) -> list[ImportResult]:
    """Writes the new properties and returns the result of each import. It does not update the owners' counts.

    Cost: one BatchGetItem for every 50 properties, one BatchWriteItem for every 25 images and later events, one
    TransactWriteItems for every 25 new properties. Raises TryAgain, also if another import has just created one of the
    properties; some of the others may have been created.
    """
    existing = table.get_many(
        [key for record in imports for key in (keys.property(record.property_.id), record.first_event)], True
    )
    results = [classify(record, existing.keys()) for record in imports]
    new = [record for record, result in zip(imports, results, strict=True) if result is ImportResult.CREATED]
    table.put_many([item for record in new for item in record.items_before_property()])
    for chunk in table.chunks(new, TRANSACTION_SIZE):
        table.write([action for record in chunk for action in record.creation()])
    return results


def classify(record: PropertyImport, existing: Set[Key]) -> ImportResult:
    if keys.property(record.property_.id) in existing:
        return ImportResult.EXISTS
    return ImportResult.DELETED if record.first_event in existing else ImportResult.CREATED
