"""The REST authorizer: which tokens it allows, the context it returns, and when it fetches which keys."""

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
from tests.local.external_issuer import EC, RSA, ExternalIssuer, public

STAGE = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:a1b2c3/prod"
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/keys"


def trust_issuer(
    issuer: ExternalIssuer, patch: pytest.MonkeyPatch, *, cognito: bool = False, audience: str = "web"
) -> None:
    patch.setenv("ISSUERS", json.dumps([{"url": issuer.url, "audience": audience, "cognito": cognito}]))
    authorizer.verifier.cache_clear()


@pytest.fixture
def issuer(issuers: list[ExternalIssuer], monkeypatch: pytest.MonkeyPatch) -> Iterator[ExternalIssuer]:
    trust_issuer(issuers[0], monkeypatch)
    yield issuers[0]
    authorizer.verifier.cache_clear()


def authorize(token: str | None, name: str = "Authorization", path: str = "/GET/properties/h1") -> Any:
    headers = {name: [token]} if token is not None else {}
    event = {"type": "REQUEST", "methodArn": STAGE + path, "multiValueHeaders": headers}
    return json.loads(json.dumps(authorizer.handle(event, None)))


def effect(*args: Any, **options: Any) -> str:
    (statement,) = authorize(*args, **options)["policyDocument"]["Statement"]
    return str(statement["Effect"])


@pytest.mark.parametrize("path", ["/GET/properties", "/PUT/properties/h1", "/GET/users/a/properties", "/GET/"])
def test_a_policy_covers_exactly_its_stage(issuer: ExternalIssuer, path: str) -> None:
    for token, expected in ((issuer.token(), "Allow"), ("none", "Deny")):
        assert authorize(token, path=path)["policyDocument"] == {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": expected, "Resource": f"{STAGE}/*"}],
        }


def test_the_context_of_an_allowed_caller_has_only_strings(
    issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUPS_CLAIM", "roles")
    expires = int(time.time()) + 60
    response = authorize(
        issuer.token(exp=expires + 0.9, roles=["staff", "admins"], name="Ada", email="ada@example.com")
    )
    assert response["principalId"] == "ada"
    assert response["context"] == {
        "userId": "ada",
        "groups": '["admins", "staff"]',
        "name": "Ada",
        "email": "ada@example.com",
        "expiresAt": str(expires + int(LEEWAY_SECONDS)),
    }
    user = caller.from_authorizer_context(response["context"])
    assert (user.is_admin, user.groups, user.name) == (True, frozenset({"staff", "admins"}), "Ada")


def test_the_groups_are_cut_at_their_maximum_length_with_admins_first() -> None:
    groups = [f"{n:03d}-{'x' * 100}" for n in range(200)]
    context = caller.to_authorizer_context(Caller(ID("ada"), frozenset([*groups, "admins"])))
    assert 3_900 < len(context["groups"]) <= 4_096
    assert json.loads(context["groups"])[:2] == ["admins", groups[0]]


def test_an_invalid_subject_is_mapped_as_for_graphql(issuer: ExternalIssuer) -> None:
    response = authorize(issuer.token(sub="auth0|12"))
    assert response["principalId"] == response["context"]["userId"] == caller.user_id("auth0|12")


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("start", ["", "Bearer ", "bearer   "])
def test_the_header_is_case_insensitive_and_bearer_is_optional(issuer: ExternalIssuer, name: str, start: str) -> None:
    assert effect(start + issuer.token(), name) == "Allow"


def test_a_missing_and_a_repeated_token_are_denied(issuer: ExternalIssuer) -> None:
    token = issuer.token()
    assert effect(None) == "Deny"
    repeated_headers = {"Authorization": [token], "authorization": [token]}
    (statement,) = authorizer.handle({"methodArn": STAGE, "multiValueHeaders": repeated_headers}, None)[
        "policyDocument"
    ]["Statement"]
    assert statement["Effect"] == "Deny"
    single = authorizer.handle({"methodArn": STAGE, "headers": {"authorization": token}}, None)
    assert single["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def test_both_algorithms_are_accepted_with_keys_of_their_type(issuer: ExternalIssuer) -> None:
    issuer.keys = [public(RSA, alg="RS256"), public(EC["ES256"], kid="k2")]
    assert effect(issuer.token()) == "Allow"
    assert effect(issuer.token(EC["ES256"], "ES256", "k2")) == "Allow"
    assert effect(issuer.token(RSA, "RS256", "k2")) == "Deny"
    assert effect(issuer.token(RSA, "RS512")) == "Deny"


@pytest.mark.parametrize("use", ["enc", "x"])
def test_a_key_that_is_not_for_signing_is_ignored(issuer: ExternalIssuer, use: str) -> None:
    issuer.keys = [{**public(RSA), "use": use}, public(RSA, kid="k9")]
    assert (effect(issuer.token()), effect(issuer.token(kid="k9"))) == ("Deny", "Allow")


def test_cognito_access_tokens_have_a_client_id_and_id_tokens_an_audience(
    issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_issuer(issuer, monkeypatch, cognito=True, audience="web|ios")
    assert effect(issuer.token(aud=None, token_use="access", client_id="ios")) == "Allow"
    assert effect(issuer.token(aud=None, token_use="access", client_id="other")) == "Deny"
    assert effect(issuer.token(aud="ios", token_use="id")) == "Allow"
    assert effect(issuer.token(aud="other", client_id="ios", token_use="id")) == "Deny"
    assert effect(issuer.token(aud="ios", client_id="other", token_use="access")) == "Deny"


def test_for_another_issuer_only_the_audience_counts(issuer: ExternalIssuer) -> None:
    assert effect(issuer.token(aud=None, client_id="web", token_use="access")) == "Deny"
    assert effect(issuer.token(aud=["other", "web"])) == "Allow"


def test_a_token_is_accepted_for_a_few_seconds_after_it_expired(issuer: ExternalIssuer) -> None:
    now = int(time.time())
    assert effect(issuer.token(nbf=now - 1, exp=now + 5)) == "Allow"
    assert effect(issuer.token(exp=now - int(LEEWAY_SECONDS))) == "Deny"
    assert effect(issuer.token(nbf=now + 30)) == "Deny"
    allowed = authorize(issuer.token(exp=now))
    assert allowed["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert now < int(allowed["context"]["expiresAt"]) == now + LEEWAY_SECONDS


def test_keys_are_fetched_once_for_many_tokens_and_unknown_keys(issuer: ExternalIssuer) -> None:
    for _ in range(5):
        assert effect(issuer.token()) == "Allow"
    for n in range(20):
        assert effect(issuer.token(kid=f"unknown{n}")) == "Deny"
    assert issuer.requested_paths == [CONFIGURATION, KEYS]


def test_if_no_keys_are_available_the_function_fails(issuer: ExternalIssuer) -> None:
    issuer.keys = None
    for _ in range(3):
        with pytest.raises(JwksUnavailable):
            authorize(issuer.token())
    assert issuer.requested_paths == [CONFIGURATION, KEYS]


def test_a_token_that_is_too_long_is_denied(issuer: ExternalIssuer) -> None:
    assert authorizer.POLICY.max_length
    padding = authorizer.POLICY.max_length - len(issuer.token(pad=""))
    assert effect(issuer.token(pad="x" * (padding // 2))) == "Allow"
    assert effect(issuer.token(pad="x" * padding)) == "Deny"


def test_a_token_whose_date_is_a_string_is_denied(issuer: ExternalIssuer) -> None:
    assert effect(issuer.token(nbf=str(int(time.time()) - 1))) == "Deny"


def test_cognito_keys_come_from_the_endpoint_in_the_environment(
    issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", issuer.url)
    assert jwks.fetch_json("https://cognito-idp.us-east-1.amazonaws.com/keys") == {"keys": issuer.keys}


def test_keys_are_fetched_without_a_ca_bundle(issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    assert effect(issuer.token()) == "Allow"


def test_keys_are_not_fetched_with_an_invalid_ca_bundle(
    issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("not a certificate")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with pytest.raises(JwksUnavailable):
        authorize(issuer.token())
    assert issuer.requested_paths == []


def test_no_request_is_sent_to_an_unknown_issuer(issuer: ExternalIssuer, issuers: list[ExternalIssuer]) -> None:
    assert effect(issuers[1].token()) == "Deny"
    assert issuers[1].requested_paths == issuer.requested_paths == []
