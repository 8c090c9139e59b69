"""Plain values survive the round trip through DynamoDB Local."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from data import properties
from data.dynamodb import attribute_values, table
from data.keys import Key
from data.records import Property
from tests.data import factories, strategies
from tests.data.test_serialization import as_stored
from tests.profiles import examples

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=3),
    max_leaves=8,
)
ENGINE = examples(0.2, unchecked=(HealthCheck.function_scoped_fixture,))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {"S": ""}),
        ("5", {"S": "5"}),
        (True, {"BOOL": True}),
        (False, {"BOOL": False}),
        (None, {"NULL": True}),
        (0, {"N": "0"}),
        (1, {"N": "1"}),
        (-5, {"N": "-5"}),
        (2.5, {"N": "2.5"}),
        (1e12, {"N": "1000000000000.0"}),
        (1e-130, {"N": "1e-130"}),
        (1e-131, {"N": "0"}),
        (-5e-324, {"N": "0"}),
        ([], {"L": []}),
        (("a", 1), {"L": [{"S": "a"}, {"N": "1"}]}),
        ({"a": {"b": None}}, {"M": {"a": {"M": {"b": {"NULL": True}}}}}),
    ],
)
def test_a_value_is_serialized_as_an_attribute_value(value: Any, expected: dict[str, Any]) -> None:
    assert attribute_values.serialize(value) == expected


@pytest.mark.parametrize(
    ("number", "type_"), [("5", int), ("-5", int), ("5.0", float), ("5e3", float), ("1E+2", float), ("0.1", float)]
)
def test_a_number_is_read_as_int_or_float(number: str, type_: type) -> None:
    assert type(attribute_values.deserialize({"N": number})) is type_
    assert attribute_values.deserialize({"N": number}) == float(number)


@ENGINE
@given(value=PLAIN)
def test_any_value_survives_the_round_trip_through_the_engine(table: str, value: Any) -> None:
    write({"pk": "a", "sk": "b", "value": value})
    assert read(Key("a", "b")) == {"pk": "a", "sk": "b", "value": value}


@ENGINE
@given(prices=st.lists(st.integers(0, 10**14), min_size=1, max_size=25, unique=True))
def test_any_price_survives_the_round_trip_to_the_cent(table: str, prices: list[int]) -> None:
    expected = {Key("prices", str(cents)): cents / 100 for cents in prices}
    write(*({**key._asdict(), "price": price} for key, price in expected.items()))
    assert {key: item["price"] for key, item in read_many(list(expected)).items()} == expected


@pytest.mark.parametrize("price", [0.0, 0.01, 0.1 + 0.2 - 0.3, 1e12 - 0.01, 1e12, 999_999_999_999.99])
def test_a_price_at_the_limits_survives_the_round_trip(table: str, price: float) -> None:
    property_ = factories.create_property(price=round(price, 2))
    assert properties.by_id(property_.id) == replace(property_, images=None)


@ENGINE
@given(property_=strategies.PROPERTIES)
def test_any_property_survives_the_round_trip_through_the_engine(table: str, property_: Property) -> None:
    write(properties.to_item(property_))
    assert properties.by_id(property_.id) == as_stored(property_)


def write(*items: dict[str, Any]) -> None:
    table.put_many(items)


def read(key: Key) -> Any:
    return table.get(key)


def read_many(keys: list[Key]) -> dict[Key, dict[str, Any]]:
    return table.get_many(keys)
