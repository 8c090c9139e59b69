"""The REST authorizer: who is let in, what is told of them, and whose keys are asked for, and when."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.records import ID
from local.aws import ACCOUNT_ID, REGION
from resolvers import authorizer
from resolvers.runtime import caller, jwks
from resolvers.runtime.caller import Caller
from resolvers.runtime.jwks import JwksUnavailable
from resolvers.runtime.tokens import LEEWAY_SECONDS
from tests.local.external_issuer import EC, RSA, Elsewhere, public

STAGE = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:a1b2c3/prod"
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/keys"


def trusting(issuer: Elsewhere, patch: pytest.MonkeyPatch, *, cognito: bool = False, audience: str = "web") -> None:
    patch.setenv("ISSUERS", json.dumps([{"url": issuer.url, "audience": audience, "cognito": cognito}]))
    authorizer.verifier.cache_clear()


@pytest.fixture
def issuer(issuers: list[Elsewhere], monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    trusting(issuers[0], monkeypatch)
    yield issuers[0]
    authorizer.verifier.cache_clear()


def asked(token: str | None, name: str = "Authorization", path: str = "/GET/properties/h1") -> Any:
    headers = {name: [token]} if token is not None else {}
    event = {"type": "REQUEST", "methodArn": STAGE + path, "multiValueHeaders": headers}
    return json.loads(json.dumps(authorizer.handle(event, None)))


def effect(*asking: Any, **more: Any) -> str:
    (statement,) = asked(*asking, **more)["policyDocument"]["Statement"]
    return str(statement["Effect"])


@pytest.mark.parametrize("path", ["/GET/properties", "/PUT/properties/h1", "/GET/users/a/properties", "/GET/"])
def test_a_policy_is_for_the_whole_stage_and_no_other(issuer: Elsewhere, path: str) -> None:
    for token, wanted in ((issuer.token(), "Allow"), ("none", "Deny")):
        assert asked(token, path=path)["policyDocument"] == {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": wanted, "Resource": f"{STAGE}/*"}],
        }


def test_who_is_let_in_is_told_in_texts_only(issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPS_CLAIM", "roles")
    expires = int(time.time()) + 60
    told = asked(issuer.token(exp=expires + 0.9, roles=["staff", "admins"], name="Ada", email="ada@example.com"))
    assert told["principalId"] == "ada"
    assert told["context"] == {
        "userId": "ada",
        "groups": '["admins", "staff"]',
        "name": "Ada",
        "email": "ada@example.com",
        "expiresAt": str(expires + int(LEEWAY_SECONDS)),
    }
    known = caller.from_context(told["context"])
    assert (known.is_admin, known.groups, known.name) == (True, frozenset({"staff", "admins"}), "Ada")


def test_of_very_many_groups_as_many_as_fit_are_told_admins_first() -> None:
    groups = [f"{n:03d}-{'x' * 100}" for n in range(200)]
    told = caller.context(Caller(ID("ada"), frozenset([*groups, "admins"])))
    assert 3_900 < len(told["groups"]) <= 4_096
    assert json.loads(told["groups"])[:2] == ["admins", groups[0]]


def test_a_subject_that_is_no_id_of_ours_is_mapped_as_for_graphql(issuer: Elsewhere) -> None:
    told = asked(issuer.token(sub="auth0|12"))
    assert told["principalId"] == told["context"]["userId"] == caller.user_id("auth0|12")


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("start", ["", "Bearer ", "bearer   "])
def test_the_headers_name_may_be_spelled_in_any_case_and_bearer_left_out(
    issuer: Elsewhere, name: str, start: str
) -> None:
    assert effect(start + issuer.token(), name) == "Allow"


def test_no_token_and_several_are_denied(issuer: Elsewhere) -> None:
    token = issuer.token()
    assert effect(None) == "Deny"
    twice = {"Authorization": [token], "authorization": [token]}
    (statement,) = authorizer.handle({"methodArn": STAGE, "multiValueHeaders": twice}, None)["policyDocument"][
        "Statement"
    ]
    assert statement["Effect"] == "Deny"
    single = authorizer.handle({"methodArn": STAGE, "headers": {"authorization": token}}, None)
    assert single["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def test_both_algorithms_are_taken_each_by_a_key_of_its_kind(issuer: Elsewhere) -> None:
    issuer.keys = [public(RSA, alg="RS256"), public(EC["ES256"], kid="k2")]
    assert effect(issuer.token()) == "Allow"
    assert effect(issuer.token(EC["ES256"], "ES256", "k2")) == "Allow"
    assert effect(issuer.token(RSA, "RS256", "k2")) == "Deny"
    assert effect(issuer.token(RSA, "RS512")) == "Deny"


@pytest.mark.parametrize("use", ["enc", "x"])
def test_a_key_that_is_not_for_signing_signs_nothing(issuer: Elsewhere, use: str) -> None:
    issuer.keys = [{**public(RSA), "use": use}, public(RSA, kid="k9")]
    assert (effect(issuer.token()), effect(issuer.token(kid="k9"))) == ("Deny", "Allow")


def test_cognitos_access_token_names_its_client_and_its_id_token_its_audience(
    issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting(issuer, monkeypatch, cognito=True, audience="web|ios")
    assert effect(issuer.token(aud=None, token_use="access", client_id="ios")) == "Allow"
    assert effect(issuer.token(aud=None, token_use="access", client_id="other")) == "Deny"
    assert effect(issuer.token(aud="ios", token_use="id")) == "Allow"
    assert effect(issuer.token(aud="other", client_id="ios", token_use="id")) == "Deny"
    assert effect(issuer.token(aud="ios", client_id="other", token_use="access")) == "Deny"


def test_of_another_issuer_only_the_audience_counts(issuer: Elsewhere) -> None:
    assert effect(issuer.token(aud=None, client_id="web", token_use="access")) == "Deny"
    assert effect(issuer.token(aud=["other", "web"])) == "Allow"


def test_a_token_is_accepted_for_a_few_seconds_after_it_expired(issuer: Elsewhere) -> None:
    now = int(time.time())
    assert effect(issuer.token(nbf=now - 1, exp=now + 5)) == "Allow"
    assert effect(issuer.token(exp=now - int(LEEWAY_SECONDS))) == "Deny"
    assert effect(issuer.token(nbf=now + 30)) == "Deny"
    allowed = asked(issuer.token(exp=now))
    assert allowed["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert now < int(allowed["context"]["expiresAt"]) == now + LEEWAY_SECONDS


def test_keys_are_fetched_once_for_many_tokens_and_not_at_once_for_unknown_ones(issuer: Elsewhere) -> None:
    for _ in range(5):
        assert effect(issuer.token()) == "Allow"
    for n in range(20):
        assert effect(issuer.token(kid=f"unknown{n}")) == "Deny"
    assert issuer.asked == [CONFIGURATION, KEYS]


def test_if_no_keys_are_available_the_function_fails(issuer: Elsewhere) -> None:
    issuer.keys = None
    for _ in range(3):
        with pytest.raises(JwksUnavailable):
            asked(issuer.token())
    assert issuer.asked == [CONFIGURATION, KEYS]


def test_a_token_that_is_too_long_is_denied(issuer: Elsewhere) -> None:
    assert authorizer.POLICY.max_length
    padding = authorizer.POLICY.max_length - len(issuer.token(pad=""))
    assert effect(issuer.token(pad="x" * (padding // 2))) == "Allow"
    assert effect(issuer.token(pad="x" * padding)) == "Deny"


def test_a_token_whose_time_is_a_text_is_denied(issuer: Elsewhere) -> None:
    assert effect(issuer.token(nbf=str(int(time.time()) - 1))) == "Deny"


def test_keys_of_cognito_come_from_the_endpoint_that_the_environment_names(
    issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", issuer.url)
    assert jwks.fetch_json("https://cognito-idp.us-east-1.amazonaws.com/keys") == {"keys": issuer.keys}


def test_keys_are_fetched_without_a_bundle_of_certificates(issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    assert effect(issuer.token()) == "Allow"


def test_keys_are_not_fetched_with_a_bundle_that_cannot_be_read(
    issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("not a certificate")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with pytest.raises(JwksUnavailable):
        asked(issuer.token())
    assert issuer.asked == []


def test_an_unknown_issuer_is_asked_for_nothing(issuer: Elsewhere, issuers: list[Elsewhere]) -> None:
    assert effect(issuers[1].token()) == "Deny"
    assert issuers[1].asked == issuer.asked == []
