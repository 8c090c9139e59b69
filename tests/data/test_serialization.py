"""Records survive the round trip through items and JSON, and input is validated."""

import json
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest
from hypothesis import given

from data import history, images, listings, properties, serialization, users
from data.constraints import MaxItems
from data.dynamodb import attribute_values
from data.errors import InvalidInput, LimitExceeded
from data.records import (
    ID,
    UNSET,
    BedroomCount,
    ConstrainedId,
    HistoryEvent,
    Image,
    Listing,
    ListingStatus,
    Price,
    Property,
    Unset,
    User,
)
from data.serialization import camel_case
from tests.data import factories, strategies
from tests.profiles import examples


@dataclass(frozen=True, kw_only=True)
class Part:
    """A nested object of the input."""

    size: BedroomCount


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input with one field of each kind."""

    the_id: ConstrainedId
    price: Price | Unset = UNSET
    cleared: Price | None | Unset = UNSET
    status: ListingStatus = ListingStatus.ACTIVE
    parts: list[Part] | None = None
    ids: Annotated[list[ConstrainedId], MaxItems(2)] | None = None
    flag: bool = False


def convert(**values: Any) -> Input:
    converted: Input = serialization.converter(Input, camel_case, validate=True)({"theId": "a"} | values, "input")
    return converted


def serialize_and_deserialize(item: dict[str, Any]) -> dict[str, Any]:
    return attribute_values.deserialize_item(json.loads(json.dumps(attribute_values.serialize_item(item))))


def as_stored(property_: Property) -> Property:
    """Returns the property as DynamoDB stores it: numbers closer to zero than 1e-130 become zero."""
    tiny_values = {
        name: 0.0
        for name in ("latitude", "longitude")
        if abs(getattr(property_, name) or 1) < attribute_values.MIN_MAGNITUDE
    }
    return Property(**vars(property_) | tiny_values)


@examples(0.5)
@given(strategies.PROPERTIES)
def test_a_property_survives_the_round_trip_through_its_item(property_: Property) -> None:
    assert properties.from_item(serialize_and_deserialize(properties.to_item(property_))) == as_stored(property_)


@examples(0.5)
@given(strategies.IMAGES)
def test_an_image_survives_the_round_trip_through_its_item(image: Image) -> None:
    assert images.from_item(serialize_and_deserialize(images.to_item(image))) == image


@examples(0.5)
@given(strategies.LISTINGS)
def test_a_listing_survives_the_round_trip_through_its_item(listing: Listing) -> None:
    assert listings.from_item(serialize_and_deserialize(listings.to_item(listing))) == listing


@examples(0.5)
@given(strategies.EVENTS)
def test_an_event_survives_the_round_trip_through_its_item(event: HistoryEvent) -> None:
    assert history.from_item(serialize_and_deserialize(history.to_item(factories.property_id(0), event))) == event


@examples(0.5)
@given(strategies.USERS)
def test_a_user_survives_the_round_trip_through_its_item(user: User) -> None:
    assert users.from_item(serialize_and_deserialize(users.to_item(user))) == user


@examples(0.5)
@given(strategies.PROPERTIES, strategies.IMAGES)
def test_a_property_with_images_survives_the_round_trip_through_json(property_: Property, image: Image) -> None:
    property_ = Property(**vars(property_) | {"images": (image,)})
    assert (
        serialization.from_plain(
            Property, json.loads(json.dumps(serialization.to_plain(property_, camel_case))), camel_case
        )
        == property_
    )


@given(strategies.PROPERTIES)
@examples(0.5)
def test_a_listing_has_each_attribute_that_it_shares_with_its_property(property_: Property) -> None:
    property_ = replace(property_, zip_code="94110", status=ListingStatus.ACTIVE)
    listing = listings.listing_of(property_)
    assert listing
    shared_names = vars(listing).keys() & vars(property_).keys()
    differing_names = {name for name in shared_names if getattr(listing, name) != getattr(property_, name)}
    assert differing_names == set(), "copy these attributes where data/listings.py makes the listing of a property"


def test_an_item_omits_none() -> None:
    assert serialization.to_item_attributes(factories.unsaved_user()).keys() == {
        "id",
        "name",
        "email",
        "property_count",
        "created_at",
    }
    assert "description" not in properties.to_item(factories.unsaved_property())


def test_the_item_of_a_property_has_no_images() -> None:
    property_ = factories.unsaved_property(images=(factories.unsaved_image(factories.property_id(0), 0),))
    assert "images" not in properties.to_item(property_)


@pytest.mark.parametrize(
    ("name", "expected"), [("id", "id"), ("zip_code", "zipCode"), ("living_area_sqft", "livingAreaSqft")]
)
def test_a_python_name_is_converted_to_camel_case(name: str, expected: str) -> None:
    assert camel_case(name) == expected


def test_an_input_is_converted_with_all_its_fields() -> None:
    values = {"price": 5, "cleared": None, "status": "PENDING", "parts": [{"size": 1}, {"size": 2}], "ids": ["a"]}
    assert convert(**values, flag=True) == Input(
        the_id=ID("a"),
        price=5.0,
        cleared=None,
        status=ListingStatus.PENDING,
        parts=[Part(size=1), Part(size=2)],
        ids=[ID("a")],
        flag=True,
    )


def test_an_omitted_field_of_an_input_is_unset() -> None:
    converted = convert()
    assert (converted.price, converted.cleared, converted.status, converted.parts) == (
        UNSET,
        UNSET,
        ListingStatus.ACTIVE,
        None,
    )


def test_an_integer_price_is_converted_to_float() -> None:
    assert type(convert(price=5).price) is float


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"price": None}, "input.price", "must not be null (omit it to keep the current value)"),
        ({"price": "5"}, "input.price", "must be a number"),
        ({"price": True}, "input.price", "must be a number"),
        ({"price": -1}, "input.price", "is -1.0; 0 to 1,000,000,000,000 is allowed"),
        ({"price": 10**400}, "input.price", "is inf; 0 to 1,000,000,000,000 is allowed"),
        ({"theId": 5}, "input.theId", "must be text"),
        ({"theId": "a b"}, "input.theId", "must be 1 to 64 letters, digits or hyphens"),
        ({"status": "SOLD"}, "input.status", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
        ({"status": 1}, "input.status", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
        ({"status": []}, "input.status", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
        ({"parts": {}}, "input.parts", "must be a list"),
        ({"parts": "ab"}, "input.parts", "must be a list"),
        ({"parts": [{"size": 1}, 2]}, "input.parts[1]", "must be an object"),
        ({"parts": [{}]}, "input.parts[0].size", "is missing"),
        ({"parts": [{"size": 1.5}]}, "input.parts[0].size", "must be a whole number"),
        ({"parts": [{"size": True}]}, "input.parts[0].size", "must be a whole number"),
        ({"parts": [{"size": 10**400}]}, "input.parts[0].size", f"is 1{'0' * 23}; 0 to 1,000 is allowed"),
        ({"ids": ["a", ""]}, "input.ids[1]", "must be 1 to 64 letters, digits or hyphens"),
        ({"flag": "true"}, "input.flag", "must be true or false"),
    ],
)
def test_an_invalid_input_is_rejected_with_the_path_of_the_field(
    values: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as exc_info:
        convert(**values)
    assert vars(exc_info.value) == {"field": field, "reason": reason}


def test_a_list_above_its_limit_is_rejected() -> None:
    with pytest.raises(LimitExceeded) as exc_info:
        convert(ids=["a", "b", "c"])
    assert vars(exc_info.value) == {"resource": "input.ids", "limit": 2}


@pytest.mark.parametrize("values", [None, 5, "theId", ["theId"]])
def test_an_input_that_is_not_an_object_is_rejected(values: Any) -> None:
    with pytest.raises(InvalidInput, match="input must be an object"):
        serialization.converter(Input, camel_case, validate=True)(values, "input")


def test_a_missing_field_of_the_outermost_input_has_no_prefix() -> None:
    with pytest.raises(InvalidInput, match=r"^size is missing$"):
        serialization.converter(Part, camel_case, validate=True)({}, "")


def test_a_value_of_an_unknown_type_is_returned_unchanged() -> None:
    assert serialization.to_plain({"a_b": 1}, camel_case) == {"a_b": 1}


def test_values_from_the_table_are_not_validated() -> None:
    assert serialization.from_plain(Part, {"size": 5_000}) == Part(size=5_000)
