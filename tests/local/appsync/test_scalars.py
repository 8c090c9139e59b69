"""AppSync's scalars accept the same values as input and as output."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, graphql_sync, parse_value
from hypothesis import given
from hypothesis import strategies as st

from local.appsync.language import scalars
from local.schema import compiler

SCHEMA: GraphQLSchema = compiler.build_schema()._schema
ZONES = st.integers(-18 * 60, 18 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def accepts(name: str, value: Any) -> bool:
    """True if a scalar accepts a value. Asserts that input and output agree and leave the value unchanged."""
    scalar: Any = SCHEMA.type_map[name]
    try:
        assert scalar.parse_value(value) == scalar.serialize(value) == value
    except (ValueError, GraphQLError):
        with pytest.raises((ValueError, GraphQLError)):
            scalar.serialize(value)
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01T00:00Z",
        "2020-01-01T00:00+00:00",
        "2020-01-01T23:59:59-07:00",
        "2020-01-01T00:00:00.1Z",
        "2020-01-01T00:00:00.123456789Z",
        "2020-01-01T00:00:00+05:30:00",
        "-2017-01-01T00:00Z",
        "2000-02-29T00:00Z",
    ],
)
def test_a_date_time_has_a_date_a_time_and_a_time_zone(text: str) -> None:
    assert accepts("AWSDateTime", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2019",
        "2020-01-01",
        "2020-01-01T00:00",
        "2020-05-23T06:4:37.000Z",
        "2020-01-01T00:00.5Z",
        "2020-01-01T00:00:00.1234567891Z",
        "2020-13-01T00:00Z",
        "2021-02-29T00:00Z",
        "2020-01-00T00:00Z",
        "2020-01-01T24:00Z",
        "2020-01-01T00:60Z",
        "2020-01-01T00:00+0530",
        "2020-01-01 00:00Z",
        "2020-01-01T00:00Z\n",
        "٢٠٢٠-01-01T00:00Z",
    ],
)
def test_a_text_that_is_not_a_full_date_time_is_rejected(text: str) -> None:
    assert not accepts("AWSDateTime", text)


@given(st.datetimes(timezones=ZONES))
def test_every_iso_format_of_an_aware_datetime_is_accepted(moment: datetime) -> None:
    assert accepts("AWSDateTime", moment.isoformat())


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a/b?c=d#e",
        "http://localhost/",
        "http://localhost:8000",
        "mailto:ada@example.com",
        "https://example.com/?to=http://other",
        "https://example.com/a:",
        "s3://bucket/key",
    ],
)
def test_a_url_has_a_scheme(text: str) -> None:
    assert accepts("AWSURL", text)


@pytest.mark.parametrize(
    "text",
    ["", "x", "/a", "//example.com", "example.com/a", "http:", "http://", "https://a.com//b", "https://a b", "1a:b"],
)
def test_a_url_without_scheme_or_with_a_double_slash_in_its_path_is_rejected(text: str) -> None:
    assert not accepts("AWSURL", text)


@pytest.mark.parametrize(
    ("text", "is_valid"), [("a@b", True), ("ada+x@example.com", True), ("", False), ("a", False), ("a@b@c", False)]
)
def test_an_email_address_has_one_at_sign_between_two_non_empty_parts(text: str, is_valid: bool) -> None:
    assert accepts("AWSEmail", text) is is_valid


@pytest.mark.parametrize("name", ["AWSDateTime", "AWSURL", "AWSEmail"])
@given(value=st.text() | st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.text()))
def test_a_scalar_accepts_the_same_values_as_input_and_as_output(name: str, value: Any) -> None:
    assert isinstance(accepts(name, value), bool)


@pytest.mark.parametrize("text", ["a:" + "/" * 1_000_000, "a://" + "b" * 1_000_000 + " ", "@" * 1_000_000])
def test_an_invalid_text_of_a_megabyte_is_rejected_in_linear_time(text: str) -> None:
    assert not any(is_valid(text) for is_valid in scalars.SCALARS.values())


@pytest.mark.parametrize(
    ("name", "literal", "value"), [("ID", "7", "7"), ("ID", '"7"', "7"), ("Int", "2147483647", 2**31 - 1)]
)
def test_an_id_literal_may_be_a_number(name: str, literal: str, value: Any) -> None:
    scalar: Any = SCHEMA.type_map[name]
    assert scalar.coerce_input_literal(parse_value(literal)) == value


@pytest.mark.parametrize(("name", "value"), [("Int", 2**31), ("Int", -(2**31) - 1), ("Int", 0.5), ("ID", True)])
def test_an_int_has_32_bits_and_an_id_is_a_string_or_an_integer(name: str, value: Any) -> None:
    assert not accepts(name, value)


def test_the_scalars_have_no_specification_url() -> None:
    result = graphql_sync(SCHEMA, '{ __type(name: "AWSURL") { specifiedByURL } }')
    assert result.data == {"__type": {"specifiedByURL": None}}
