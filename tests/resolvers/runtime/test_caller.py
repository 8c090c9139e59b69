"""Who asks: every kind of identity that AppSync knows, and tokens that say odd things."""

import json
import re
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from resolvers.runtime import caller
from resolvers.runtime.errors import NotSignedIn
from tests.resolvers import factories
from tests.resolvers.events import IAM, Identity, cognito, oidc, ok, refused, values

MAPPED = "x-0578d5e78b8457bd634fd4f577e62d63db6023d346fbc8552d6fb06a6ab915"  # SHA-256 of auth0|12
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def me(identity: Identity) -> Any:
    """The caller as the table takes them for, without a profile."""
    return ok("Query.me", identity)


def test_a_cognito_user_is_known_by_sub(table: str) -> None:
    assert me(cognito("3f1c-ab"))["id"] == "3f1c-ab"


def test_an_oidc_user_is_known_by_sub(table: str) -> None:
    assert me(oidc("someone-1"))["id"] == "someone-1"


def test_a_stage_may_know_its_users_by_another_claim(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_ID_CLAIM", "employee")
    assert me(oidc("someone-1", employee="e-7"))["id"] == "e-7"


def test_a_token_without_the_stages_claim_is_nobodys(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_ID_CLAIM", "employee")
    assert refused("Query.me", oidc("someone-1"))["type"] == "NotSignedIn"


def test_an_id_of_another_form_is_mapped_as_stated(table: str) -> None:
    assert me(oidc("auth0|12"))["id"] == MAPPED


def test_a_mapped_user_owns_what_they_made(table: str) -> None:
    home = ok("Mutation.createProperty", oidc("auth0|12"), input={"address": "1 Elm Street", "price": 5})
    assert home["ownerId"] == MAPPED
    assert ok("Mutation.deleteProperty", oidc("auth0|12"), id=home["id"], expectedVersion=1) == home["id"]


def test_nobody_passes_for_a_mapped_user(table: str) -> None:
    assert me(oidc(MAPPED))["id"] not in (MAPPED, "auth0|12")


@for_any(st.text(min_size=1))
def test_any_sub_gives_an_id_of_our_form(sub: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9-]{1,64}", caller.from_identity(oidc(sub)).id)


@for_any(st.text(min_size=1))
def test_the_same_sub_gives_the_same_id_whoever_vouches(sub: str) -> None:
    assert caller.from_identity(oidc(sub)).id == caller.from_identity(cognito(sub)).id


@for_any(st.sets(st.text(min_size=1, max_size=70), min_size=2))
def test_different_subs_give_different_ids(subs: set[str]) -> None:
    assert len({caller.user_id(sub) for sub in subs}) == len(subs)


@for_any(st.text("abc-", min_size=1, max_size=64))
def test_an_id_of_our_form_is_kept(sub: str) -> None:
    assert caller.user_id(sub) == sub


def test_half_a_character_in_a_sub_breaks_nothing(table: str) -> None:
    assert re.fullmatch(r"x-[0-9a-f]{62}", me(oidc("\ud800"))["id"])


@pytest.mark.parametrize(
    "identity",
    [
        None,
        IAM,
        {"resolverContext": {"sub": "ada"}},
        {"claims": None, "issuer": "i", "sub": "ada"},
        {"claims": {}, "issuer": "i", "sub": "ada"},
        oidc(""),
        oidc(None),
        oidc(12),
        oidc(["ada"]),
    ],
    ids=["API key", "IAM", "Lambda", "no claims", "empty claims", "empty sub", "null", "number", "list"],
)
def test_without_a_user_a_request_is_not_signed_in(table: str, identity: Identity) -> None:
    assert refused("Query.me", identity) == {
        "type": "NotSignedIn",
        "message": "this needs a signed-in user",
        "info": {},
    }


@pytest.mark.parametrize("path", ["Mutation.updateMe", "Mutation.createProperty"])
def test_without_a_user_nothing_is_written(table: str, path: str) -> None:
    inputs = {"Mutation.updateMe": {"name": "x"}, "Mutation.createProperty": {"address": "1 Elm Street", "price": 5}}
    assert refused(path, None, input=inputs[path])["type"] == "NotSignedIn"


@pytest.mark.parametrize(
    "claims",
    [
        {"cognito:groups": ["readers", "admins"]},
        {"cognito:groups": "admins"},
        {"cognito:groups": ["admins", 7, {}, None]},
    ],
)
def test_an_admin_is_who_the_token_says_is_in_admins(table: str, claims: dict[str, Any]) -> None:
    assert values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}], oidc("root", **claims)) == ["a@b.c"]


@pytest.mark.parametrize(
    "claims",
    [
        {"cognito:groups": ["readers"]},
        {"cognito:groups": "readers admins"},
        {"cognito:groups": {"admins": True}},
        {"cognito:groups": ["Admins"]},
        {"cognito:groups": 7},
        {"groups": ["admins"]},
        {"admins": True},
    ],
)
def test_nobody_else_is_an_admin(table: str, claims: dict[str, Any]) -> None:
    assert values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}], oidc("eve", **claims)) == [None]


def test_the_groups_may_be_another_claim(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPS_CLAIM", "roles")
    root = oidc("root", roles=["admins"])
    assert values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}], root) == ["a@b.c"]


def test_a_token_names_its_user(table: str) -> None:
    asked = me(oidc("ada", name="Ada Lovelace", email="ada@example.com"))
    assert (asked["name"], asked["email"]) == ("Ada Lovelace", "ada@example.com")


@pytest.mark.parametrize("name", [None, "", 7, ["Ada"], {"first": "Ada"}])
def test_a_name_that_is_none_counts_as_absent(table: str, name: Any) -> None:
    assert me(oidc("ada", name=name))["name"] == "ada"


def test_a_name_that_is_too_long_is_cut(table: str) -> None:
    assert me(oidc("ada", name="x" * 101))["name"] == "x" * 100


@pytest.mark.parametrize("email", [None, "", 7, ["a@b.c"], {}, "ada", "a b@c.d", "a@b\n", f"{'x' * 251}@b.c"])
def test_an_email_that_is_none_counts_as_absent(table: str, email: Any) -> None:
    assert me(oidc("ada", email=email))["email"] is None


@pytest.mark.parametrize("claim", [{"name": 7}, {"name": "x" * 101}, {"email": 7}, {"email": "x" * 300}])
def test_an_odd_claim_does_not_keep_its_user_from_a_home(table: str, claim: dict[str, Any]) -> None:
    home = ok("Mutation.createProperty", oidc("ada", **claim), input={"address": "1 Elm Street", "price": 5})
    assert [user["propertyCount"] for user in values("Property.owner", [home])] == [1]


@for_any(st.dictionaries(st.sampled_from(["sub", "name", "email", "groups", "cognito:groups"]), ANYTHING))
def test_whatever_a_token_says_it_is_somebodys_or_nobodys(claims: dict[str, Any]) -> None:
    try:
        profile = caller.from_identity({"claims": claims, "issuer": "i", "sub": "s"}).profile()
    except NotSignedIn:
        return
    assert 1 <= len(profile.name) <= 100
    json.dumps(vars(profile))


def test_an_authorizer_context_without_a_user_is_not_signed_in() -> None:
    with pytest.raises(NotSignedIn):
        caller.from_context({"expiresAt": "0"})


def test_the_profile_of_a_token_is_not_written_by_reading(table: str) -> None:
    factories.home("h1", "bob")
    assert me(cognito("ada", name="Ada"))["propertyCount"] == 0
    assert ok("Query.user", id="ada") is None
