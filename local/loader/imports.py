"""The property that sales become, with its history, images and owner."""

from collections.abc import Sequence
from dataclasses import replace

from data import history, properties
from data.maintenance.bulk_import import PropertyImport
from data.records import FieldChange, HistoryKind, ListingStatus, Property
from local.loader import synthetic
from local.loader.sales import DETAILS, Sale


def to_import(sales: Sequence[Sale]) -> PropertyImport:
    """Returns the property of these sales, which are sorted earliest first, with its history.

    The first sale creates the property, and each later one changes it; the result is its state at the last sale.
    """
    first, *later = sales
    owner_id = synthetic.owner(synthetic.owner_number(first.row_id)).id
    id = synthetic.property_id(first.row_id, first.at)
    images = synthetic.pictures(first.row_id, id, first.at)
    property_ = Property(
        **first.details,
        id=id,
        version=1,
        status=ListingStatus.ACTIVE,
        owner_id=owner_id,
        image_ids=tuple(image.id for image in images),
        cover_image_url=images[0].url,
        images=images,
        created_at=first.at,
        updated_at=first.at,
    )
    events = [history.put_event(property_, HistoryKind.CREATED, owner_id, []).item]
    for sale in later:
        after = replace(property_, **sale.details, version=property_.version + 1, updated_at=sale.at)
        events.append(history.put_event(after, HistoryKind.PRICE_CHANGED, owner_id, changes(property_, after)).item)
        property_ = after
    return PropertyImport(property_, events)


def changes(before: Property, after: Property) -> list[FieldChange]:
    """Returns the changes of a sale: its price, even if unchanged, and every other attribute that differs."""
    detail_names = [
        name for name in DETAILS.values() if name != "price" and getattr(before, name) != getattr(after, name)
    ]
    return [properties.field_change(before, after, name) for name in ("price", *detail_names)]
