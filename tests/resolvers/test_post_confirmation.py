"""The post-confirmation trigger: a confirmed sign-up creates a profile."""

from typing import Any

import pytest

from data import users
from data.records import ID
from resolvers.post_confirmation import CONFIRM_SIGN_UP, handle
from tests.proxy import FaultProxy, error
from tests.resolvers import factories

ADA = {"sub": "ada", "email": "ada@example.com", "name": "Ada Lovelace", "email_verified": "true"}


def trigger_event(trigger: str = CONFIRM_SIGN_UP, **attributes: Any) -> dict[str, Any]:
    return {"triggerSource": trigger, "userName": "ada", "request": {"userAttributes": attributes}, "response": {}}


def test_a_confirmed_sign_up_creates_a_profile(table: str) -> None:
    assert handle(trigger_event(**ADA), None) == trigger_event(**ADA)
    profile = users.by_id(ID("ada"))
    assert profile
    assert (profile.name, profile.email, profile.property_count) == ("Ada Lovelace", "ada@example.com", 0)


def test_the_id_is_the_name_of_a_user_without_one(table: str) -> None:
    handle(trigger_event(sub="ada", email="ada@example.com"), None)
    profile = users.by_id(ID("ada"))
    assert profile and profile.name == "ada"


def test_an_existing_profile_is_not_changed(table: str) -> None:
    before = factories.create_user("ada", "Ada King", email="king@example.com")
    handle(trigger_event(**ADA), None)
    assert users.by_id(ID("ada")) == before


def test_a_password_reset_creates_no_profile(table: str) -> None:
    event = trigger_event("PostConfirmation_ConfirmForgotPassword", **ADA)
    assert handle(event, None) == event
    assert users.by_id(ID("ada")) is None


@pytest.mark.parametrize("attributes", [{}, {"sub": ""}], ids=["no id", "an empty id"])
def test_attributes_without_an_id_create_no_profile_and_do_not_block_the_sign_up(attributes: Any, table: str) -> None:
    assert handle(trigger_event(**attributes), None) == trigger_event(**attributes)


def test_a_failing_table_does_not_block_the_sign_up(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", error(400, "AccessDeniedException"))
    assert handle(trigger_event(**ADA), None) == trigger_event(**ADA)
    assert users.by_id(ID("ada")) is None


def test_invalid_names_and_email_addresses_are_not_stored(table: str) -> None:
    handle(trigger_event(sub="ada", email="x" * 1_000, name="y" * 1_000), None)
    profile = users.by_id(ID("ada"))
    assert profile
    assert (profile.name, profile.email) == ("y" * 100, None)
