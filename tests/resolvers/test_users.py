"""Users: their profiles, and which callers may read which fields."""

from typing import Any

import pytest

from tests.resolvers import factories
from tests.resolvers.events import (
    ADA,
    ADMIN,
    BOB,
    all_items,
    batch_values,
    cognito,
    execute,
    expect_error,
    invalid_input,
)


def test_a_user_is_read_by_id(table: str) -> None:
    user = factories.create_user("bob", "Bob")
    assert execute("Query.user", id="bob") == {
        "id": "bob",
        "name": "Bob",
        "email": None,
        "propertyCount": 0,
        "createdAt": user.created_at,
    }


def test_an_unknown_user_is_null(table: str) -> None:
    assert execute("Query.user", id="nobody") is None


def test_me_is_the_callers_profile(table: str) -> None:
    factories.create_user("ada", "Ada King", email="king@example.com")
    assert [execute("Query.me")[name] for name in ("id", "name", "email")] == ["ada", "Ada King", "king@example.com"]


def test_me_has_the_claims_of_the_token_without_a_profile(table: str) -> None:
    assert execute("Query.me") == {
        "id": "ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "propertyCount": 0,
        "createdAt": None,
    }


def test_the_id_is_the_name_without_a_profile_and_a_name_claim(table: str) -> None:
    assert [execute("Query.me", cognito("3f1c"))[name] for name in ("id", "name", "email")] == ["3f1c", "3f1c", None]


def test_reading_me_writes_nothing(table: str) -> None:
    execute("Query.me")
    assert all_items() == []


@pytest.mark.parametrize(
    ("caller", "visible_email"), [(ADA, "ada@example.com"), (ADMIN, "ada@example.com"), (BOB, None)]
)
def test_an_email_is_visible_to_its_user_and_to_admins(
    table: str, caller: dict[str, Any], visible_email: str | None
) -> None:
    factories.create_user("ada", email="ada@example.com")
    assert batch_values("User.email", [execute("Query.user", caller, id="ada")], caller) == [visible_email]


def test_the_email_of_a_user_without_one_is_null(table: str) -> None:
    factories.create_user("root")
    assert batch_values("User.email", [execute("Query.me", ADMIN)], ADMIN) == [None]


def test_update_me_creates_the_profile_from_the_token(table: str) -> None:
    profile = execute("Mutation.updateMe", input={"name": "Ada King"})
    assert {name: profile[name] for name in ("id", "name", "email", "propertyCount")} == {
        "id": "ada",
        "name": "Ada King",
        "email": "ada@example.com",
        "propertyCount": 0,
    }
    assert execute("Query.user", id="ada") == profile


def test_an_update_keeps_omitted_fields(table: str) -> None:
    before = factories.create_user("ada", "Ada King", email="king@example.com")
    after = execute("Mutation.updateMe", input={"email": "ada@example.org"})
    assert (after["name"], after["email"], after["createdAt"]) == ("Ada King", "ada@example.org", before.created_at)


def test_an_update_keeps_the_number_of_properties(table: str) -> None:
    factories.create_property("h1", "ada")
    assert execute("Mutation.updateMe", input={"name": "Ada King"})["propertyCount"] == 1


def test_null_clears_the_email(table: str) -> None:
    factories.create_user("ada", "Ada King", email="king@example.com")
    assert execute("Mutation.updateMe", input={"email": None})["email"] is None
    assert execute("Query.me")["email"] is None


def test_the_token_does_not_restore_a_cleared_email(table: str) -> None:
    execute("Mutation.updateMe", input={"email": None})
    execute("Mutation.createProperty", input={"address": "1 Elm Street", "price": 5})
    assert execute("Query.me")["email"] is None


def test_an_update_changes_only_the_callers_profile(table: str) -> None:
    before = factories.create_user("bob", "Bob")
    execute("Mutation.updateMe", ADA, input={"name": "Somebody"})
    assert execute("Query.user", id="bob")["name"] == before.name


def test_null_does_not_clear_the_name(table: str) -> None:
    factories.create_user("ada")
    error = expect_error("Mutation.updateMe", input={"name": None})
    assert error == invalid_input("input.name", "must not be null (omit it to keep the current value)")


def test_an_empty_profile_update_is_rejected(table: str) -> None:
    assert expect_error("Mutation.updateMe", input={}) == invalid_input("input", "must set at least one field")
