"""Conversion of records and arguments to the API's JSON, and back."""

from typing import Any

import pytest

from data.records import ListingStatus, User
from resolvers import properties
from resolvers.properties import CreatePropertyInput, UpdatePropertyInput
from resolvers.runtime import encoding
from resolvers.wiring import FIELD_BY_PATH


def test_the_type_of_a_batched_field_is_the_item_type_of_its_resolver() -> None:
    assert encoding.result_type(FIELD_BY_PATH["Property.owner"]) == User | None


def test_the_type_of_a_root_field_is_the_result_type_of_its_resolver() -> None:
    assert encoding.result_type(FIELD_BY_PATH["Query.user"]) == User | None


def test_the_caller_and_the_parents_are_not_arguments() -> None:
    assert [*encoding.argument_types(properties.create)] == ["input", "idempotency_key"]
    assert [*encoding.argument_types(properties.of_users)] == ["first", "after"]


def test_an_omitted_argument_is_not_passed_to_the_resolver() -> None:
    assert encoding.arguments(properties.of_users, {"first": 5}) == {"first": 5}


def test_an_unknown_argument_is_not_passed_to_the_resolver() -> None:
    assert encoding.arguments(properties.by_id, {"id": "h1", "color": "red"}) == {"id": "h1"}


def test_omitted_fields_are_not_among_the_provided_fields() -> None:
    assert encoding.provided_fields(UpdatePropertyInput(price=5.0, zip_code=None)) == {"price": 5.0, "zip_code": None}


@pytest.mark.parametrize("other", [{"price": 6.0}, {"address": "2 Elm Street"}, {"zip_code": "94110"}])
def test_inputs_that_differ_have_different_digests(other: dict[str, Any]) -> None:
    values: dict[str, Any] = {"address": "1 Elm Street", "price": 5.0, "status": ListingStatus.ACTIVE}
    digests = [encoding.digest(CreatePropertyInput(**input)) for input in (values, values | other)]
    assert digests[0] != digests[1]
