"""An attribute that clients may set is in its record and in the inputs that create and update the record."""

import types
from dataclasses import fields
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from data.records import Image, Property, Unset
from resolvers.images import AddImageInput, UpdateImageInput
from resolvers.properties import CreatePropertyInput, UpdatePropertyInput
from resolvers.runtime.encoding import camel_case
from tests.resolvers.events import FULL_PROPERTY

# No client sets these: the service does. The owner is an argument of a create only.
SYSTEM = {
    Property: {"id", "version", "owner_id", "image_ids", "cover_image_url", "images", "created_at", "updated_at"},
    Image: {"id", "property_id", "created_at"},
}
INPUTS = [
    (Property, CreatePropertyInput, "resolvers/properties.py"),
    (Property, UpdatePropertyInput, "resolvers/properties.py"),
    (Image, AddImageInput, "resolvers/images.py"),
    (Image, UpdateImageInput, "resolvers/images.py"),
]


def settable(record: type) -> set[str]:
    return {field.name for field in fields(record)} - SYSTEM[record]


def union_members(hint: Any) -> set[Any]:
    """Returns the types that a value may have, without the type of an omitted field."""
    members = set(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else {hint}
    return members - {Unset}


@pytest.mark.parametrize(("record", "input", "module"), INPUTS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_input_sets_each_attribute_that_clients_may_set(record: type, input: type, module: str) -> None:
    names = {field.name for field in fields(input)} - {"owner_id"}
    assert settable(record) - names == set(), f"add them to {input.__name__} in {module}, or to SYSTEM in this file"
    assert names - settable(record) == set(), f"data/records.py has no such attribute of {record.__name__}"


@pytest.mark.parametrize(("record", "input", "module"), INPUTS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_input_has_the_constraints_of_the_record(record: type, input: type, module: str) -> None:
    of_record, of_input = (get_type_hints(type_, include_extras=True) for type_ in (record, input))
    names = settable(record) & of_input.keys()
    different = {name for name in names if union_members(of_input[name]) != union_members(of_record[name])}
    assert different == set(), f"give them the type of data/records.py in {input.__name__} of {module}"


def test_the_full_property_has_each_attribute_that_clients_may_set() -> None:
    names = {camel_case(name) for name in settable(Property)}
    assert names == FULL_PROPERTY.keys(), "FULL_PROPERTY in tests/resolvers/events.py must have a value for each"
