"""Changes of homes, as subscribers get them: the table's stream in, publications out.

AppSync answers the fields by itself: their signatures stand here. `handle` is the entry of the stream's function.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.logging import Logger

from data import clock, keys, listings, properties, wire
from data.records import DateTime, Id, Property, PropertyChange, ZipChange, ZipCode

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
    from resolvers.publishing import publish  # here, for every function loads this module, and this one alone publishes

    for record in event["Records"]:
        try:
            if told := change(record):
                publish(told, in_zips(record, told))
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            logger.exception("a change was not published", sequence_number=number, keys=record["dynamodb"]["Keys"])
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def homes(record: Mapping[str, Any]) -> tuple[Property | None, Property | None]:
    """The home before and after a record of the stream; none and none where it is of another item."""
    images = record["dynamodb"]
    if images["Keys"]["sk"]["S"] != keys.METADATA:
        return None, None
    before, after = (images.get(name) for name in ("OldImage", "NewImage"))
    return loaded(before), loaded(after)


def loaded(image: Mapping[str, Any] | None) -> Property | None:
    return properties.from_item(wire.plain_item(image)) if image else None


def change(record: Mapping[str, Any]) -> PropertyChange | None:
    """What a record tells of a home; None where it tells nothing."""
    before, after = homes(record)
    home = after or before
    if home is None or (before and after and before.version == after.version):
        return None
    kind, changes = properties.difference(before, after)
    return PropertyChange(
        property_id=home.id,
        kind=kind,
        version=home.version if after else home.version + 1,
        at=after.updated_at if after else removed_at(record, home),
        address=home.address,
        price=home.price,
        status=home.status,
        changes=tuple(changes),
    )


def removed_at(record: Mapping[str, Any], home: Property) -> DateTime:
    """When a home was removed: the stream tells it by the second, and no event is before the one it follows."""
    at = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
    return max(clock.text(at), home.updated_at)


def in_zips(record: Mapping[str, Any], told: PropertyChange) -> list[ZipChange]:
    """What a change means to each ZIP that lists the home, or did before it: two where it moved."""
    cards = [listings.card(home) if home else None for home in homes(record)]
    after = cards[1]
    return [
        ZipChange(
            zip_code=zip_code,
            property_id=told.property_id,
            kind=told.kind,
            version=told.version,
            at=told.at,
            listed=after is not None and after.zip_code == zip_code,
            listing=after if after and after.zip_code == zip_code else None,
        )
        for zip_code in dict.fromkeys(card.zip_code for card in cards if card)
    ]
