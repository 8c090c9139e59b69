"""The bodies of REST have exactly the attributes that openapi.yaml lists."""

from dataclasses import fields, make_dataclass
from typing import Any

import pytest

from data import listings
from data.records import (
    ID,
    DateTime,
    FieldChange,
    HistoryEvent,
    HistoryKind,
    Image,
    Listing,
    ListingStatus,
    Property,
    Url,
    User,
)
from local.gateway import openapi
from resolvers import rest_bodies
from resolvers.rest_bodies import REST_ATTRIBUTES, to_body

SCHEMAS = openapi.read().document["components"]["schemas"]
OF_RECORDS: dict[type, dict[str, Any]] = {
    Property: SCHEMAS["Home"],
    Listing: SCHEMAS["Card"],
    Image: SCHEMAS["Image"],
    HistoryEvent: SCHEMAS["Event"],
    FieldChange: SCHEMAS["Event"]["properties"]["changes"]["items"],
}


def variant(record: Any) -> Any:
    """Returns the record as a subclass with an additional attribute."""
    subclass = make_dataclass("Variant", [("reserve_price", float)], bases=(type(record),), frozen=True, kw_only=True)
    return subclass(**{field.name: getattr(record, field.name) for field in fields(record)}, reserve_price=9.0)


NOW = DateTime("2026-02-01T09:30:00.000Z")
CHANGE = FieldChange(field="price", before="1", after="2")
PROPERTY = Property(
    id=ID("h1"),
    version=2,
    address="1 Elm Street",
    zip_code="94110",
    price=100.0,
    status=ListingStatus.ACTIVE,
    owner_id=ID("ada"),
    created_at=NOW,
    updated_at=NOW,
)
EVENT = HistoryEvent(
    id=ID("h1-2"),
    at=NOW,
    kind=HistoryKind.PRICE_CHANGED,
    version=2,
    changed_by_id=ID("ada"),
    changes=(variant(CHANGE),),
)
IMAGE = Image(id=ID("p1"), property_id=ID("h1"), url=Url("https://images.example.com/p1.jpg"), created_at=NOW)
RECORDS = [PROPERTY, listings.listing_of(PROPERTY), IMAGE, EVENT, CHANGE]


@pytest.mark.parametrize("record", REST_ATTRIBUTES, ids=lambda record: record.__name__)
def test_the_listed_attributes_are_those_of_the_contract(record: type) -> None:
    rest_names = [rest_bodies.rest_name(attribute) for attribute in REST_ATTRIBUTES[record]]
    schema = OF_RECORDS[record]
    assert rest_names == list(schema["properties"])
    assert sorted(rest_names) == sorted(schema["required"])
    assert schema["additionalProperties"] is False


def test_every_record_of_the_contract_is_listed() -> None:
    assert OF_RECORDS.keys() == REST_ATTRIBUTES.keys()
    envelopes = {"OneHome", "HomeWithImages", "Images", "Homes", "HomesOfUser", "History"}  # built in rest.py
    closed = {name for name, schema in SCHEMAS.items() if schema.get("additionalProperties") is False}
    assert closed == envelopes | {"Home", "Card", "Image", "Event"}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_new_attribute_of_a_record_is_not_in_the_body(record: Any) -> None:
    assert variant(record).reserve_price == 9.0
    body = to_body(variant(record))
    assert body == to_body(record)
    assert body.keys() == OF_RECORDS[type(record)]["properties"].keys()


def test_a_nested_record_has_its_own_attributes() -> None:
    assert to_body((EVENT,))[0]["changes"] == [{"field": "price", "before": "1", "after": "2"}]


def test_a_record_without_a_schema_raises_type_error() -> None:
    with pytest.raises(TypeError, match="User has no schema in openapi"):
        to_body([User(id=ID("ada"), name="Ada")])
