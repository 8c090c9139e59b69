"""Records and arguments as the API's JSON, and back."""

from typing import Any

import pytest

from data.records import ListingStatus, User
from resolvers import properties
from resolvers.properties import CreatePropertyInput, UpdatePropertyInput
from resolvers.runtime import encoding
from resolvers.wiring import ROWS


def test_a_batched_field_answers_the_members_of_its_functions_list() -> None:
    assert encoding.result(ROWS["Property.owner"]) == User | None


def test_a_root_field_answers_what_its_function_does() -> None:
    assert encoding.result(ROWS["Query.user"]) == User | None


def test_the_caller_and_the_parents_are_no_arguments() -> None:
    assert [*encoding.parameters(properties.create)] == ["input", "idempotency_key"]
    assert [*encoding.parameters(properties.of_users)] == ["first", "after"]


def test_an_argument_that_was_left_out_is_left_to_the_functions_default() -> None:
    assert encoding.arguments(properties.of_users, {"first": 5}) == {"first": 5}


def test_an_argument_that_no_function_has_is_left_out() -> None:
    assert encoding.arguments(properties.by_id, {"id": "h1", "color": "red"}) == {"id": "h1"}


def test_what_an_update_leaves_out_is_not_said() -> None:
    assert encoding.said(UpdatePropertyInput(price=5.0, zip_code=None)) == {"price": 5.0, "zip_code": None}


@pytest.mark.parametrize("other", [{"price": 6.0}, {"address": "2 Elm Street"}, {"zip_code": "94110"}])
def test_inputs_that_differ_have_different_digests(other: dict[str, Any]) -> None:
    one: dict[str, Any] = {"address": "1 Elm Street", "price": 5.0, "status": ListingStatus.ACTIVE}
    digests = [encoding.digest(CreatePropertyInput(**told)) for told in (one, one | other)]
    assert digests[0] != digests[1]
