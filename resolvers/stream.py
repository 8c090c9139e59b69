"""Changes of homes, as subscribers get them: the table's stream in, publications out.

AppSync answers the fields by itself: their signatures stand here. `handle` is the entry of the stream's function.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.logging import Logger

from data import clock, keys, listings, properties
from data.dynamodb import attribute_values
from data.records import DateTime, FieldChange, HistoryKind, Id, Property, PropertyChange, ZipChange, ZipCode
from resolvers.runtime.publishing import publish

LONGEST_TEXT = 4_000

logger = Logger(service="homes")


def publish_property_change(input: PropertyChange) -> PropertyChange | None:
    """Tells the subscribers of a home what changed."""
    return input


def publish_zip_change(input: ZipChange) -> ZipChange | None:
    """Tells the subscribers of a ZIP what changed; once for each ZIP concerned."""
    return input


def on_property_change(property_id: Id) -> PropertyChange | None:
    """The changes of a home, whoever makes them."""
    return None


def on_zip_change(zip_code: ZipCode) -> ZipChange | None:
    """The changes of the homes in a ZIP, whoever makes them."""
    return None


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Publishes a stream's records in their order. The first that fails ends it: Lambda comes again from there.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    for record in event["Records"]:
        try:
            if told := change(record):
                publish(told, in_zips(record, told))
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            logger.exception("a change was not published", sequence_number=number, keys=record["dynamodb"]["Keys"])
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def change(record: Mapping[str, Any]) -> PropertyChange | None:
    """What a record of the stream tells of a home; None where it tells nothing: another item, or the same as before."""
    before, after = homes(record)
    home = after or before
    if home is None or (before and after and after == replace(before, updated_at=after.updated_at)):
        return None
    kind, changes = difference(before, after)
    return PropertyChange(
        property_id=home.id,
        kind=kind,
        version=home.version if after else home.version + 1,
        at=after.updated_at if after else removed_at(record, home),
        address=home.address,
        price=home.price,
        status=home.status,
        changes=tuple(map(short, changes)),
    )


def difference(before: Property | None, after: Property | None) -> tuple[HistoryKind, list[FieldChange]]:
    if before and after:
        return properties.difference(before, after)
    return HistoryKind.CREATED if after else HistoryKind.DELETED, []


def in_zips(record: Mapping[str, Any], told: PropertyChange) -> list[ZipChange]:
    """What a change means to each ZIP that lists the home, or did before it: two where it moved."""
    before, after = (listings.card(home) if home else None for home in homes(record))
    zip_codes = dict.fromkeys(card.zip_code for card in (before, after) if card)
    cards = {zip_code: after if after and after.zip_code == zip_code else None for zip_code in zip_codes}
    return [
        ZipChange(
            zip_code=zip_code,
            property_id=told.property_id,
            kind=told.kind,
            version=told.version,
            at=told.at,
            listed=card is not None,
            listing=card,
        )
        for zip_code, card in cards.items()
    ]


def homes(record: Mapping[str, Any]) -> list[Property | None]:
    """The home before and after a record of the stream: None where it was not there, or the record is not a home's."""
    told = record["dynamodb"]
    spoken = told["Keys"]["sk"]["S"] == keys.METADATA
    images = [told.get(name) if spoken else None for name in ("OldImage", "NewImage")]
    return [properties.from_item(attribute_values.plain_item(image)) if image else None for image in images]


def removed_at(record: Mapping[str, Any], home: Property) -> DateTime:
    """When a home was removed: the stream tells it by the second, and no event is before the one it follows."""
    at = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
    return max(clock.text(at), home.updated_at)


def short(change: FieldChange) -> FieldChange:
    """A change that leaves room in the 240 KB that AppSync delivers, whatever the texts."""
    return replace(change, before=cut(change.before), after=cut(change.after))


def cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
