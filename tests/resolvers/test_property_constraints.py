"""Constraints of properties. An invalid value is rejected with its field and the reason."""

import math
from typing import Any

import pytest

from tests.resolvers.events import NEW_PROPERTY, create_property, expect_error, invalid_input
from tests.resolvers.test_argument_constraints import INVALID_ZIPS, PRICE_RANGE, ZIP_REASON

INVALID_FIELDS = [
    ("address", "1 Em", "has 4 characters; 5 to 200 are allowed"),
    ("address", "x" * 201, "has 201 characters; 5 to 200 are allowed"),
    ("address", 12345, "must be text"),
    ("price", -0.01, f"is -0.01; {PRICE_RANGE}"),
    ("price", 10**12 + 1, f"is 1000000000001.0; {PRICE_RANGE}"),
    ("price", 1e200, f"is 1e+200; {PRICE_RANGE}"),
    ("price", 10**400, f"is inf; {PRICE_RANGE}"),
    ("price", math.inf, f"is inf; {PRICE_RANGE}"),
    ("price", -math.inf, f"is -inf; {PRICE_RANGE}"),
    ("price", math.nan, f"is nan; {PRICE_RANGE}"),
    ("price", 1.001, "is 1.001; at most 2 decimals are allowed"),
    ("price", "100", "must be a number"),
    ("price", True, "must be a number"),
    *[("zipCode", zip_code, ZIP_REASON) for zip_code in INVALID_ZIPS],
    ("status", "SOLD", "must be one of COMING_SOON, ACTIVE, PENDING, CLOSED, WITHDRAWN"),
    ("bedrooms", -1, "is -1; 0 to 1,000 is allowed"),
    ("bedrooms", 1_001, "is 1001; 0 to 1,000 is allowed"),
    ("bedrooms", 2.5, "must be a whole number"),
    ("livingAreaSqft", -1, "is -1; 0 to 2,000,000,000 is allowed"),
    ("lotSizeSqft", 2_000_000_001, "is 2000000001; 0 to 2,000,000,000 is allowed"),
    ("yearBuilt", 999, "is 999; 1,000 to 2,200 is allowed"),
    ("yearBuilt", 2_201, "is 2201; 1,000 to 2,200 is allowed"),
    ("latitude", 90.5, "is 90.5; -90 to 90 is allowed"),
    ("latitude", math.nan, "is nan; -90 to 90 is allowed"),
    ("longitude", -180.5, "is -180.5; -180 to 180 is allowed"),
    ("description", "x" * 10_001, "has 10001 characters; 0 to 10000 are allowed"),
]
VALID_FIELDS: list[tuple[str, Any]] = [
    ("address", "1 Elm"),
    ("address", "x" * 200),
    ("price", 0),
    ("price", 0.01),
    ("price", 10**12),
    ("price", 999_999_999_999.99),
    ("zipCode", "00501"),
    ("status", "WITHDRAWN"),
    ("bedrooms", 0),
    ("bedrooms", 1_000),
    ("yearBuilt", 1000),
    ("latitude", -90),
    ("longitude", 180.0),
    ("description", ""),
    ("description", "x" * 10_000),
    ("description", "Two\nlines, and a snowman: ☃"),
]

pytestmark = pytest.mark.usefixtures("shared_table")


EXPECTED = [(name, value, invalid_input(f"input.{name}", reason)) for name, value, reason in INVALID_FIELDS]


def test_constraints_apply_to_a_new_property() -> None:
    assert [
        (name, value, expect_error("Mutation.createProperty", input=NEW_PROPERTY | {name: value}))
        for name, value, _ in INVALID_FIELDS
    ] == EXPECTED


def test_constraints_apply_to_a_changed_property() -> None:
    assert [
        (name, value, expect_error("Mutation.updateProperty", id="h1", input={name: value}, expectedVersion=2))
        for name, value, _ in INVALID_FIELDS
    ] == EXPECTED


def test_valid_property_fields_are_accepted(table: str) -> None:
    assert [(name, create_property(**{name: value})[name]) for name, value in VALID_FIELDS] == VALID_FIELDS


@pytest.mark.parametrize("name", ["address", "price"])
def test_required_fields_of_a_new_property_cannot_be_omitted(name: str) -> None:
    incomplete = {field: value for field, value in NEW_PROPERTY.items() if field != name}
    assert expect_error("Mutation.createProperty", input=incomplete) == invalid_input(f"input.{name}", "is missing")
