"""Whoever confirms a sign-up has a profile."""

from typing import Any

import pytest

from data import users
from data.records import ID
from resolvers.post_confirmation import SIGNED_UP, handle
from tests.proxy import Proxy, error
from tests.resolvers import factories

ADA = {"sub": "ada", "email": "ada@example.com", "name": "Ada Lovelace", "email_verified": "true"}


def told(trigger: str = SIGNED_UP, **attributes: Any) -> dict[str, Any]:
    return {"triggerSource": trigger, "userName": "ada", "request": {"userAttributes": attributes}, "response": {}}


def test_whoever_signs_up_has_a_profile(table: str) -> None:
    assert handle(told(**ADA), None) == told(**ADA)
    made = users.by_id(ID("ada"))
    assert made
    assert (made.name, made.email, made.property_count) == ("Ada Lovelace", "ada@example.com", 0)


def test_a_user_without_a_name_is_called_by_their_id(table: str) -> None:
    handle(told(sub="ada", email="ada@example.com"), None)
    made = users.by_id(ID("ada"))
    assert made and made.name == "ada"


def test_a_profile_that_is_there_stays_as_it_is(table: str) -> None:
    before = factories.person("ada", "Ada King", email="king@example.com")
    handle(told(**ADA), None)
    assert users.by_id(ID("ada")) == before


def test_a_forgotten_password_makes_no_profile(table: str) -> None:
    event = told("PostConfirmation_ConfirmForgotPassword", **ADA)
    assert handle(event, None) == event
    assert users.by_id(ID("ada")) is None


@pytest.mark.parametrize("attributes", [{}, {"sub": ""}], ids=["no id", "an empty id"])
def test_attributes_that_name_nobody_make_no_profile_and_keep_nobody_out(attributes: Any, table: str) -> None:
    assert handle(told(**attributes), None) == told(**attributes)


def test_where_the_table_is_away_nobody_is_kept_out(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", error(400, "AccessDeniedException"))
    assert handle(told(**ADA), None) == told(**ADA)
    assert users.by_id(ID("ada")) is None


def test_names_and_addresses_out_of_bounds_are_left_out(table: str) -> None:
    handle(told(sub="ada", email="x" * 1_000, name="y" * 1_000), None)
    made = users.by_id(ID("ada"))
    assert made
    assert (made.name, made.email) == ("y" * 100, None)
