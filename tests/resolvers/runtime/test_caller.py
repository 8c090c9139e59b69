"""The caller: every kind of identity of AppSync, and tokens with invalid claims."""

import json
import re
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from resolvers.runtime import caller
from resolvers.runtime.errors import Unauthenticated
from tests.resolvers import factories
from tests.resolvers.events import IAM, Identity, batch_values, cognito, execute, expect_error, oidc

MAPPED_ID = "x-0578d5e78b8457bd634fd4f577e62d63db6023d346fbc8552d6fb06a6ab915"  # SHA-256 of auth0|12
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def me(identity: Identity) -> Any:
    """Returns the caller's own user; without a profile its values are those of the token."""
    return execute("Query.me", identity)


def test_the_id_of_a_cognito_user_is_the_sub(table: str) -> None:
    assert me(cognito("3f1c-ab"))["id"] == "3f1c-ab"


def test_the_id_of_an_oidc_user_is_the_sub(table: str) -> None:
    assert me(oidc("someone-1"))["id"] == "someone-1"


def test_user_id_claim_names_another_claim(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_ID_CLAIM", "employee")
    assert me(oidc("someone-1", employee="e-7"))["id"] == "e-7"


def test_a_token_without_the_user_id_claim_is_unauthenticated(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_ID_CLAIM", "employee")
    assert expect_error("Query.me", oidc("someone-1"))["type"] == "Unauthenticated"


def test_an_invalid_id_is_mapped_by_its_hash(table: str) -> None:
    assert me(oidc("auth0|12"))["id"] == MAPPED_ID


def test_a_mapped_user_owns_the_property_that_they_created(table: str) -> None:
    property_ = execute("Mutation.createProperty", oidc("auth0|12"), input={"address": "1 Elm Street", "price": 5})
    assert property_["ownerId"] == MAPPED_ID
    assert (
        execute("Mutation.deleteProperty", oidc("auth0|12"), id=property_["id"], expectedVersion=1) == property_["id"]
    )


def test_no_subject_can_impersonate_a_mapped_user(table: str) -> None:
    assert me(oidc(MAPPED_ID))["id"] not in (MAPPED_ID, "auth0|12")


@for_any(st.text(min_size=1))
def test_any_sub_gives_a_valid_id(sub: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9-]{1,64}", caller.from_identity(oidc(sub)).id)


@for_any(st.text(min_size=1))
def test_the_same_sub_gives_the_same_id_for_each_issuer(sub: str) -> None:
    assert caller.from_identity(oidc(sub)).id == caller.from_identity(cognito(sub)).id


@for_any(st.sets(st.text(min_size=1, max_size=70), min_size=2))
def test_different_subs_give_different_ids(subs: set[str]) -> None:
    assert len({caller.user_id(sub) for sub in subs}) == len(subs)


@for_any(st.text("abc-", min_size=1, max_size=64))
def test_a_valid_sub_is_the_id(sub: str) -> None:
    assert caller.user_id(sub) == sub


def test_a_lone_surrogate_in_a_sub_is_mapped(table: str) -> None:
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
def test_a_request_without_a_user_is_unauthenticated(table: str, identity: Identity) -> None:
    assert expect_error("Query.me", identity) == {
        "type": "Unauthenticated",
        "message": "authentication required",
        "info": {},
    }


@pytest.mark.parametrize("path", ["Mutation.updateMe", "Mutation.createProperty"])
def test_a_request_without_a_user_writes_nothing(table: str, path: str) -> None:
    inputs = {"Mutation.updateMe": {"name": "x"}, "Mutation.createProperty": {"address": "1 Elm Street", "price": 5}}
    assert expect_error(path, None, input=inputs[path])["type"] == "Unauthenticated"


@pytest.mark.parametrize(
    "claims",
    [
        {"cognito:groups": ["readers", "admins"]},
        {"cognito:groups": "admins"},
        {"cognito:groups": ["admins", 7, {}, None]},
    ],
)
def test_a_user_in_the_group_admins_is_an_admin(table: str, claims: dict[str, Any]) -> None:
    assert batch_values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}], oidc("root", **claims)) == [
        "a@b.c"
    ]


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
def test_other_users_are_not_admins(table: str, claims: dict[str, Any]) -> None:
    assert batch_values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}], oidc("eve", **claims)) == [None]


def test_groups_claim_names_another_claim(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPS_CLAIM", "roles")
    root = oidc("root", roles=["admins"])
    assert batch_values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}], root) == ["a@b.c"]


def test_name_and_email_come_from_the_token(table: str) -> None:
    user = me(oidc("ada", name="Ada Lovelace", email="ada@example.com"))
    assert (user["name"], user["email"]) == ("Ada Lovelace", "ada@example.com")


@pytest.mark.parametrize("name", [None, "", 7, ["Ada"], {"first": "Ada"}])
def test_an_invalid_name_counts_as_absent(table: str, name: Any) -> None:
    assert me(oidc("ada", name=name))["name"] == "ada"


def test_a_name_that_is_too_long_is_cut(table: str) -> None:
    assert me(oidc("ada", name="x" * 101))["name"] == "x" * 100


@pytest.mark.parametrize("email", [None, "", 7, ["a@b.c"], {}, "ada", "a b@c.d", "a@b\n", f"{'x' * 251}@b.c"])
def test_an_invalid_email_counts_as_absent(table: str, email: Any) -> None:
    assert me(oidc("ada", email=email))["email"] is None


@pytest.mark.parametrize("claim", [{"name": 7}, {"name": "x" * 101}, {"email": 7}, {"email": "x" * 300}])
def test_a_user_with_an_invalid_claim_can_create_a_property(table: str, claim: dict[str, Any]) -> None:
    property_ = execute("Mutation.createProperty", oidc("ada", **claim), input={"address": "1 Elm Street", "price": 5})
    assert [user["propertyCount"] for user in batch_values("Property.owner", [property_])] == [1]


@for_any(st.dictionaries(st.sampled_from(["sub", "name", "email", "groups", "cognito:groups"]), ANY_JSON))
def test_any_claims_give_a_valid_profile_or_are_unauthenticated(claims: dict[str, Any]) -> None:
    try:
        profile = caller.from_identity({"claims": claims, "issuer": "i", "sub": "s"}).profile()
    except Unauthenticated:
        return
    assert 1 <= len(profile.name) <= 100
    json.dumps(vars(profile))


def test_an_authorizer_context_without_a_user_is_unauthenticated() -> None:
    with pytest.raises(Unauthenticated):
        caller.from_authorizer_context({"expiresAt": "0"})


def test_reading_does_not_store_the_profile_of_a_token(table: str) -> None:
    factories.create_property("h1", "bob")
    assert me(cognito("ada", name="Ada"))["propertyCount"] == 0
    assert execute("Query.user", id="ada") is None
