"""The people who own homes: their profiles, and who sees what of them."""

from typing import Any

import pytest

from tests.resolvers import factories
from tests.resolvers.events import ADA, ADMIN, BOB, cognito, everything, ok, out_of_bounds, refused, values


def test_a_user_is_found_by_id(table: str) -> None:
    user = factories.person("bob", "Bob")
    assert ok("Query.user", id="bob") == {
        "id": "bob",
        "name": "Bob",
        "email": None,
        "propertyCount": 0,
        "createdAt": user.created_at,
    }


def test_there_may_be_no_user(table: str) -> None:
    assert ok("Query.user", id="nobody") is None


def test_i_am_my_profile(table: str) -> None:
    factories.person("ada", "Ada King", email="king@example.com")
    assert [ok("Query.me")[name] for name in ("id", "name", "email")] == ["ada", "Ada King", "king@example.com"]


def test_without_a_profile_i_am_what_my_token_says(table: str) -> None:
    assert ok("Query.me") == {
        "id": "ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "propertyCount": 0,
        "createdAt": None,
    }


def test_without_a_profile_or_a_name_i_am_my_id(table: str) -> None:
    assert [ok("Query.me", cognito("3f1c"))[name] for name in ("id", "name", "email")] == ["3f1c", "3f1c", None]


def test_asking_who_i_am_writes_nothing(table: str) -> None:
    ok("Query.me")
    assert everything() == []


@pytest.mark.parametrize(("asker", "seen"), [(ADA, "ada@example.com"), (ADMIN, "ada@example.com"), (BOB, None)])
def test_an_email_is_for_its_user_and_for_admins(table: str, asker: dict[str, Any], seen: str | None) -> None:
    factories.person("ada", email="ada@example.com")
    assert values("User.email", [ok("Query.user", asker, id="ada")], asker) == [seen]


def test_an_admin_without_an_email_has_none(table: str) -> None:
    factories.person("root")
    assert values("User.email", [ok("Query.me", ADMIN)], ADMIN) == [None]


def test_a_change_makes_my_profile_from_my_token(table: str) -> None:
    made = ok("Mutation.updateMe", input={"name": "Ada King"})
    assert {name: made[name] for name in ("id", "name", "email", "propertyCount")} == {
        "id": "ada",
        "name": "Ada King",
        "email": "ada@example.com",
        "propertyCount": 0,
    }
    assert ok("Query.user", id="ada") == made


def test_a_change_keeps_what_it_leaves_out(table: str) -> None:
    before = factories.person("ada", "Ada King", email="king@example.com")
    after = ok("Mutation.updateMe", input={"email": "ada@example.org"})
    assert (after["name"], after["email"], after["createdAt"]) == ("Ada King", "ada@example.org", before.created_at)


def test_a_change_keeps_the_count_of_homes(table: str) -> None:
    factories.home("h1", "ada")
    assert ok("Mutation.updateMe", input={"name": "Ada King"})["propertyCount"] == 1


def test_null_clears_my_email(table: str) -> None:
    factories.person("ada", "Ada King", email="king@example.com")
    assert ok("Mutation.updateMe", input={"email": None})["email"] is None
    assert ok("Query.me")["email"] is None


def test_my_token_does_not_bring_back_the_email_that_i_cleared(table: str) -> None:
    ok("Mutation.updateMe", input={"email": None})
    ok("Mutation.createProperty", input={"address": "1 Elm Street", "price": 5})
    assert ok("Query.me")["email"] is None


def test_a_change_is_of_the_caller_alone(table: str) -> None:
    before = factories.person("bob", "Bob")
    ok("Mutation.updateMe", ADA, input={"name": "Somebody"})
    assert ok("Query.user", id="bob")["name"] == before.name


def test_null_does_not_clear_my_name(table: str) -> None:
    factories.person("ada")
    told = refused("Mutation.updateMe", input={"name": None})
    assert told == out_of_bounds("input.name", "may be left out, but not null")


def test_an_empty_change_is_refused(table: str) -> None:
    assert refused("Mutation.updateMe", input={}) == out_of_bounds("input", "is empty: there is nothing to change")
