"""The bodies of REST: each record has exactly the attributes that its schema in openapi.yaml lists.

REST returns a new attribute of a record only if it is listed here and in openapi.yaml; a test compares both lists.
"""

from dataclasses import is_dataclass
from functools import cache
from typing import Any

from data.records import FieldChange, HistoryEvent, Image, Listing, Property
from resolvers.runtime import encoding

RENAMED = {"owner_id": "userId", "changed_by_id": "changedBy"}  # attributes with another name than in GraphQL
REST_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    Property: (
        *("id", "version", "address", "zip_code", "price", "status", "bedrooms", "bathrooms", "living_area_sqft"),
        *("lot_size_sqft", "year_built", "latitude", "longitude", "description", "owner_id"),
        *("created_at", "updated_at"),
    ),
    Listing: (
        *("id", "zip_code", "address", "price", "status", "bedrooms", "bathrooms", "living_area_sqft"),
        *("cover_image_url", "listed_at"),
    ),
    Image: ("id", "property_id", "url", "caption", "width", "height", "created_at"),
    HistoryEvent: ("id", "at", "kind", "version", "changed_by_id", "changes"),
    FieldChange: ("field", "before", "after"),
}


@cache
def rest_name(attribute: str) -> str:
    """Returns the name of an attribute in REST."""
    return RENAMED.get(attribute) or encoding.camel_case(attribute)


def to_body(value: Any) -> Any:
    """Returns a record as its JSON body, including nested records. Raises TypeError for a record without a schema."""
    if isinstance(value, (list, tuple)):
        return [to_body(member) for member in value]
    if not is_dataclass(value):
        return encoding.encode(value)
    return {name: to_body(getattr(value, attribute)) for attribute, name in rest_names(value.__class__)}


@cache
def rest_names(type_: type) -> list[tuple[str, str]]:
    """Returns the attributes of a record in REST, each with its name. Raises TypeError if it has no schema."""
    for record, attributes in REST_ATTRIBUTES.items():
        if issubclass(type_, record):
            return [(attribute, rest_name(attribute)) for attribute in attributes]
    raise TypeError(f"{type_.__name__} has no schema in openapi.yaml")
