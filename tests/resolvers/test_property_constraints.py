"""What may be said of a home; all else is refused by name and place."""

import math
from typing import Any

import pytest

from tests.resolvers.events import NEW_HOME, create, out_of_bounds, refused
from tests.resolvers.test_argument_constraints import NO_ZIPS, PRICES, ZIP_FORM

OUT_OF_BOUNDS = [
    ("address", "1 Em", "has 4 characters; 5 to 200 are allowed"),
    ("address", "x" * 201, "has 201 characters; 5 to 200 are allowed"),
    ("address", 12345, "must be text"),
    ("price", -0.01, f"is -0.01; {PRICES}"),
    ("price", 10**12 + 1, f"is 1000000000001.0; {PRICES}"),
    ("price", 1e200, f"is 1e+200; {PRICES}"),
    ("price", 10**400, f"is inf; {PRICES}"),
    ("price", math.inf, f"is inf; {PRICES}"),
    ("price", -math.inf, f"is -inf; {PRICES}"),
    ("price", math.nan, f"is nan; {PRICES}"),
    ("price", 1.001, "is 1.001; at most 2 decimals are allowed"),
    ("price", "100", "must be a number"),
    ("price", True, "must be a number"),
    *[("zipCode", zip_code, ZIP_FORM) for zip_code in NO_ZIPS],
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
WITHIN_BOUNDS: list[tuple[str, Any]] = [
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

pytestmark = pytest.mark.usefixtures("standing")


EXPECTED = [(name, value, out_of_bounds(f"input.{name}", why)) for name, value, why in OUT_OF_BOUNDS]


def test_a_new_home_is_within_bounds() -> None:
    assert [
        (name, value, refused("Mutation.createProperty", input=NEW_HOME | {name: value}))
        for name, value, _ in OUT_OF_BOUNDS
    ] == EXPECTED


def test_a_changed_home_is_within_bounds() -> None:
    assert [
        (name, value, refused("Mutation.updateProperty", id="h1", input={name: value}, expectedVersion=2))
        for name, value, _ in OUT_OF_BOUNDS
    ] == EXPECTED


def test_all_that_is_within_bounds_may_be_said_of_a_home(table: str) -> None:
    assert [(name, create(**{name: value})[name]) for name, value in WITHIN_BOUNDS] == WITHIN_BOUNDS


@pytest.mark.parametrize("name", ["address", "price"])
def test_a_new_home_has_what_every_home_has(name: str) -> None:
    told = {kept: value for kept, value in NEW_HOME.items() if kept != name}
    assert refused("Mutation.createProperty", input=told) == out_of_bounds(f"input.{name}", "is missing")
