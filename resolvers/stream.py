"""Publishes changes of properties to subscribers, from the table's stream.

AppSync resolves the fields without a function: only their signatures are defined here. `handle` is the handler of the
stream's function.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from aws_lambda_powertools.logging import Logger

from data import clock, keys, listings, properties
from data.dynamodb import attribute_values
from data.records import DateTime, FieldChange, HistoryKind, Property, PropertyId, ZipCode
from resolvers.runtime.publishing import PropertyChange, ZipChange, publish

MAX_TEXT_LENGTH = 4_000

logger = Logger(service="homes")


def publish_property_change(
    input: Annotated[PropertyChange, "The change that subscribers receive"],
) -> PropertyChange | None:
    """Publishes a change to the subscribers of a property. Backend only."""
    return input


def publish_zip_change(
    input: Annotated[ZipChange, "The change that subscribers receive"],
) -> ZipChange | None:
    """Publishes a change to the subscribers of a ZIP code; called once for each affected ZIP code. Backend only."""
    return input


def on_property_change(property_id: PropertyId) -> PropertyChange | None:
    """All changes of a property, by any user."""
    return None


def on_zip_change(zip_code: ZipCode) -> ZipChange | None:
    """All changes of the properties in a ZIP code, by any user."""
    return None


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Publishes the records of a stream batch in order; after the first failure Lambda retries from that record.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    for record in event["Records"]:
        try:
            if change := to_property_change(record):
                publish(change, to_zip_changes(record, change))
        except Exception:
            sequence_number = record["dynamodb"]["SequenceNumber"]
            logger.exception(
                "failed to publish a change", sequence_number=sequence_number, keys=record["dynamodb"]["Keys"]
            )
            return {"batchItemFailures": [{"itemIdentifier": sequence_number}]}
    return {"batchItemFailures": []}


def to_property_change(record: Mapping[str, Any]) -> PropertyChange | None:
    """Returns the change in a stream record; None if the item is not a property or no attribute has changed."""
    before, after = old_and_new(record)
    property_ = after or before
    if property_ is None or (before and after and after == replace(before, updated_at=after.updated_at)):
        return None
    kind, changes = difference(before, after)
    return PropertyChange(
        property_id=property_.id,
        kind=kind,
        version=property_.version if after else property_.version + 1,
        at=after.updated_at if after else deleted_at(record, property_),
        address=property_.address,
        price=property_.price,
        status=property_.status,
        changes=tuple(map(truncate_change, changes)),
    )


def difference(before: Property | None, after: Property | None) -> tuple[HistoryKind, list[FieldChange]]:
    if before and after:
        return properties.diff(before, after)
    return HistoryKind.CREATED if after else HistoryKind.DELETED, []


def to_zip_changes(record: Mapping[str, Any], change: PropertyChange) -> list[ZipChange]:
    """Returns the change for each ZIP code that listed the property before or after it: two if it moved."""
    before, after = (listings.listing_of(property_) if property_ else None for property_ in old_and_new(record))
    zip_codes = dict.fromkeys(listing.zip_code for listing in (before, after) if listing)
    listing_by_zip = {zip_code: after if after and after.zip_code == zip_code else None for zip_code in zip_codes}
    return [
        ZipChange(
            zip_code=zip_code,
            property_id=change.property_id,
            kind=change.kind,
            version=change.version,
            at=change.at,
            listed=listing is not None,
            listing=listing,
        )
        for zip_code, listing in listing_by_zip.items()
    ]


def old_and_new(record: Mapping[str, Any]) -> list[Property | None]:
    """Returns the property before and after a stream record: None if it did not exist or is not a property."""
    stream_record = record["dynamodb"]
    is_property = stream_record["Keys"]["sk"]["S"] == keys.METADATA
    stream_images = [stream_record.get(name) if is_property else None for name in ("OldImage", "NewImage")]
    return [
        properties.from_item(attribute_values.deserialize_item(stream_image)) if stream_image else None
        for stream_image in stream_images
    ]


def deleted_at(record: Mapping[str, Any], property_: Property) -> DateTime:
    """Returns the time of a deletion in seconds from the stream, but not earlier than the property's last change."""
    at = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
    return max(clock.format_timestamp(at), property_.updated_at)


def truncate_change(change: FieldChange) -> FieldChange:
    """Returns the change with texts cut so that every message is below the 240 KB that AppSync delivers."""
    return replace(change, before=truncate(change.before), after=truncate(change.after))


def truncate(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_TEXT_LENGTH else f"{text[: MAX_TEXT_LENGTH - 1]}…"
