"""The constraints of values: each limit at both ends, and just outside."""

import re
from typing import Any

import pytest

from data import serialization
from data.errors import InvalidInput
from data.records import (
    Address,
    BathroomCount,
    BedroomCount,
    Caption,
    ConstrainedId,
    Description,
    EmailAddress,
    Latitude,
    Longitude,
    Name,
    PageSize,
    Pixels,
    Price,
    SquareFeet,
    WebUrl,
    Year,
    ZipCode,
)

HTTPS = "https://a/"
MESSAGE = re.compile("it (must be|is|has|contains) ")

VALID: list[tuple[Any, list[Any]]] = [
    (ConstrainedId, ["a", "a" * 64, "aZ09-", "-"]),
    (ZipCode, ["00000", "99999"]),
    (Address, ["x" * 5, "x" * 200, "é" * 5, "🏠" * 200]),
    (Price, [0, 0.0, -0.0, 0.01, 19.99, 10**12, 1e12, 999_999_999_999.99, 0.1, 1e11 + 0.07]),
    (Description, ["", "x" * 10_000]),
    (Caption, ["", "x" * 500]),
    (Name, ["x", "x" * 100]),
    (WebUrl, ["http://a", HTTPS, "https://a:80/?b#c", HTTPS + "x" * 2_038, "https://é.example/"]),
    (EmailAddress, ["a@b", "x" * 252 + "@b"]),
    (BedroomCount, [0, 1_000]),
    (BathroomCount, [0, 2.5, 1.75, 1_000]),
    (SquareFeet, [0, 2_000_000_000]),
    (Year, [1000, 2200]),
    (Pixels, [1, 1_000_000]),
    (Latitude, [-90, 90, 0.123456789012]),
    (Longitude, [-180, 180]),
    (PageSize, [1, 100]),
]
INVALID: list[tuple[Any, list[Any]]] = [
    (ConstrainedId, ["", "a" * 65, "a b", "a_b", "a#b", "é", "a\n", "a/b"]),
    (ZipCode, ["", "1234", "123456", "1234a", "12345\n", " 12345", "\uff11\uff12\uff13\uff14\uff15", "12345-6789"]),
    (Address, ["     ", "\0" * 6, "1 Elm\x7f St", "\ud800 Elm St"]),
    (Name, [" ", "\x1b[0m"]),
    (WebUrl, [HTTPS + "\0", HTTPS + "\ud800"]),
    (Address, ["", "x" * 4, "x" * 201]),
    (Price, [-0.01, -1, 1e12 + 0.01, 10**12 + 1, 1e200, 0.001, 1.005, 1e-9, 0.1 + 0.2, 1e11 + 0.007, 10**400]),
    (Price, [float("nan"), float("inf"), float("-inf")]),
    (Description, ["x" * 10_001]),
    (Caption, ["x" * 501]),
    (Name, ["", "x" * 101]),
    (WebUrl, ["", "a", "ftp://a", "javascript:alert(1)", "https://", "https:///a", "https://?", "https://a b"]),
    (WebUrl, [HTTPS + "x" * 2_039, " https://a", "https://a\n", "HTTPS://a", "https://a\u2028b"]),
    (EmailAddress, ["", "a", "@b", "a@", "a@b@c", "a @b", "x" * 253 + "@b"]),
    (BedroomCount, [-1, 1_001, 1.0, 10**400]),
    (BathroomCount, [-0.25, 1_000.25, 0.125, float("nan")]),
    (SquareFeet, [-1, 2_000_000_001]),
    (Year, [999, 2201]),
    (Pixels, [0, 1_000_001]),
    (Latitude, [-90.0001, 90.0001, float("nan")]),
    (Longitude, [-180.0001, 180.0001, float("inf")]),
    (PageSize, [0, 101, -1]),
]


def type_value_pairs(table: list[tuple[Any, list[Any]]]) -> list[tuple[Any, Any]]:
    return [(type_, value) for type_, values in table for value in values]


def converted(type_: Any, value: Any) -> Any:
    """Returns the converted value, or the InvalidInput that was raised."""
    try:
        return serialization.converter(type_, serialization.camel_case, validate=True)(value, "it")
    except InvalidInput as error:
        return error


def test_a_value_within_its_limits_is_returned_unchanged() -> None:
    conversions = [(type_, value, converted(type_, value)) for type_, value in type_value_pairs(VALID)]
    assert len(conversions) == 52
    assert [conversion for conversion in conversions if conversion[2] != conversion[1]] == []


def test_a_value_outside_its_limits_is_rejected() -> None:
    conversions = [(type_, value, converted(type_, value)) for type_, value in type_value_pairs(INVALID)]
    assert len(conversions) == 88
    assert [
        conversion
        for conversion in conversions
        if not (isinstance(conversion[2], InvalidInput) and MESSAGE.match(str(conversion[2])))
    ] == []


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (Address, "x" * 4, "it has 4 characters; 5 to 200 are allowed"),
        (Price, 1e12 + 1, "it is 1000000000001.0; 0 to 1,000,000,000,000 is allowed"),
        (Price, float("nan"), "it is nan; 0 to 1,000,000,000,000 is allowed"),
        (Price, 0.001, "it is 0.001; at most 2 decimals are allowed"),
        (ZipCode, "1234", "it must be 5 digits"),
        (WebUrl, "a", "it must be an http(s) address of at most 2,048 characters"),
        (PageSize, 101, "it is 101; 1 to 100 is allowed"),
    ],
)
def test_the_message_states_the_allowed_values(type_: Any, value: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        serialization.converter(type_, serialization.camel_case, validate=True)(value, "it")
    assert str(error.value) == message
