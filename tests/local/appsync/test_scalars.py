"""AppSync's scalars: what they take they also give, and nothing else."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, graphql_sync, parse_value
from hypothesis import given
from hypothesis import strategies as st

from local.appsync.language import scalars
from local.schema import compiler

DESK: GraphQLSchema = compiler.build()._schema
ZONES = st.integers(-18 * 60, 18 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def taken(name: str, value: Any) -> bool:
    """Whether a scalar of the schema takes a value, which it then leaves as it is and gives as well."""
    scalar: Any = DESK.type_map[name]
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
def test_a_date_time_has_a_day_a_time_and_a_zone(text: str) -> None:
    assert taken("AWSDateTime", text)


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
def test_what_is_no_time_with_a_zone_is_no_date_time(text: str) -> None:
    assert not taken("AWSDateTime", text)


@given(st.datetimes(timezones=ZONES))
def test_every_time_that_python_writes_with_its_zone_is_a_date_time(at: datetime) -> None:
    assert taken("AWSDateTime", at.isoformat())


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
    assert taken("AWSURL", text)


@pytest.mark.parametrize(
    "text",
    ["", "x", "/a", "//example.com", "example.com/a", "http:", "http://", "https://a.com//b", "https://a b", "1a:b"],
)
def test_what_has_no_scheme_or_a_double_slash_in_its_path_is_no_url(text: str) -> None:
    assert not taken("AWSURL", text)


@pytest.mark.parametrize(
    ("text", "fits"), [("a@b", True), ("ada+x@example.com", True), ("", False), ("a", False), ("a@b@c", False)]
)
def test_an_email_address_has_one_at_with_something_on_either_side(text: str, fits: bool) -> None:
    assert taken("AWSEmail", text) is fits


@pytest.mark.parametrize("name", ["AWSDateTime", "AWSURL", "AWSEmail"])
@given(value=st.text() | st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.text()))
def test_whatever_the_value_a_scalar_takes_and_gives_the_same(name: str, value: Any) -> None:
    assert isinstance(taken(name, value), bool)


@pytest.mark.parametrize("text", ["a:" + "/" * 1_000_000, "a://" + "b" * 1_000_000 + " ", "@" * 1_000_000])
def test_a_megabyte_that_is_none_of_them_is_told_at_once(text: str) -> None:
    assert not any(is_valid(text) for is_valid in scalars.SCALARS.values())


@pytest.mark.parametrize(
    ("name", "literal", "value"), [("ID", "7", "7"), ("ID", '"7"', "7"), ("Int", "2147483647", 2**31 - 1)]
)
def test_an_id_may_be_written_as_a_number(name: str, literal: str, value: Any) -> None:
    scalar: Any = DESK.type_map[name]
    assert scalar.coerce_input_literal(parse_value(literal)) == value


@pytest.mark.parametrize(("name", "value"), [("Int", 2**31), ("Int", -(2**31) - 1), ("Int", 0.5), ("ID", True)])
def test_an_int_has_32_bits_and_an_id_is_text_or_a_whole_number(name: str, value: Any) -> None:
    assert not taken(name, value)


def test_the_schemas_scalars_tell_no_specification() -> None:
    answer = graphql_sync(DESK, '{ __type(name: "AWSURL") { specifiedByURL } }')
    assert answer.data == {"__type": {"specifiedByURL": None}}
