"""The REST authorizer: who is let in, what is told of them, and whose keys are asked for, and when."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.records import ID
from local.issuer import new_key
from resolvers import authorizer, caller
from resolvers.authorizer import NoKeys
from resolvers.caller import Caller
from tests.local.issuers import EC, RSA, Elsewhere, elsewhere, public

STAGE = "arn:aws:execute-api:us-east-1:000000000000:a1b2c3/prod"
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/keys"


def trusting(issuer: Elsewhere, patch: pytest.MonkeyPatch, *, cognito: bool = False, clients: str = "web") -> None:
    patch.setenv("ISSUERS", json.dumps([{"url": issuer.url, "clients": clients, "cognito": cognito}]))
    authorizer.issuers.cache_clear()


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as running:
        trusting(running, monkeypatch)
        yield running
    authorizer.issuers.cache_clear()


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
        "expiresAt": str(expires),
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
    trusting(issuer, monkeypatch, cognito=True, clients="web|ios")
    assert effect(issuer.token(aud=None, token_use="access", client_id="ios")) == "Allow"
    assert effect(issuer.token(aud=None, token_use="access", client_id="other")) == "Deny"
    assert effect(issuer.token(aud="ios", token_use="id")) == "Allow"
    assert effect(issuer.token(aud="other", client_id="ios", token_use="id")) == "Deny"
    assert effect(issuer.token(aud="ios", client_id="other", token_use="access")) == "Deny"


def test_of_another_issuer_only_the_audience_counts(issuer: Elsewhere) -> None:
    assert effect(issuer.token(aud=None, client_id="web", token_use="access")) == "Deny"
    assert effect(issuer.token(aud=["other", "web"])) == "Allow"


def test_a_token_holds_from_when_to_when_it_says(issuer: Elsewhere) -> None:
    now = int(time.time())
    assert effect(issuer.token(nbf=now - 1, exp=now + 5)) == "Allow"
    assert effect(issuer.token(exp=now - 1)) == "Deny"
    assert effect(issuer.token(nbf=now + 30)) == "Deny"


def test_keys_are_fetched_once_and_anew_for_one_that_is_not_known_but_not_all_the_time(issuer: Elsewhere) -> None:
    one = next(iter(authorizer.issuers().values()))
    for _ in range(5):
        assert effect(issuer.token()) == "Allow"
    assert issuer.asked == [CONFIGURATION, KEYS]
    for n in range(20):
        assert effect(issuer.token(kid=f"unknown{n}")) == "Deny"
    assert issuer.asked == [CONFIGURATION, KEYS]  # within ten seconds of the first
    one.asked_at -= authorizer.PAUSE_SECONDS
    new = new_key()
    issuer.keys = [public(new, kid="k2")]
    assert effect(issuer.token(new, kid="k2")) == "Allow"
    assert effect(issuer.token()) == "Deny"
    assert issuer.asked == [CONFIGURATION, KEYS] * 2


def test_a_withdrawn_key_is_forgotten_within_an_hour(issuer: Elsewhere) -> None:
    assert effect(issuer.token()) == "Allow"
    issuer.keys = [public(new_key(), kid="k2")]
    one = next(iter(authorizer.issuers().values()))
    one.fetched_at -= authorizer.KEPT_SECONDS
    one.asked_at -= authorizer.KEPT_SECONDS
    assert effect(issuer.token()) == "Deny"


def test_no_more_keys_are_kept_than_a_hundred(issuer: Elsewhere) -> None:
    issuer.keys = [public(RSA, kid=f"k{n}") for n in range(150)]
    assert effect(issuer.token(kid="k99")) == "Allow"
    assert effect(issuer.token(kid="k100")) == "Deny"


def test_while_an_issuer_is_away_what_was_known_holds(issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    assert effect(issuer.token()) == "Allow"
    one = next(iter(authorizer.issuers().values()))
    one.fetched_at = one.asked_at = -1e9
    monkeypatch.setattr(authorizer, "document", away)
    assert effect(issuer.token()) == "Allow"


def away(url: str) -> Any:
    raise OSError("nobody answers")


def test_where_no_keys_can_be_had_the_function_fails_and_asks_again_only_later(
    issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def noted(url: str) -> Any:
        tried.append(url)
        return away(url)

    monkeypatch.setattr(authorizer, "document", noted)
    for _ in range(3):
        with pytest.raises(NoKeys):
            asked(issuer.token())
    assert len(tried) == 1


def test_an_issuer_that_hangs_is_waited_for_three_seconds(issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorizer, "PATIENCE_SECONDS", 0.2)
    issuer.answering.clear()
    with pytest.raises(NoKeys):
        asked(issuer.token())
    issuer.answering.set()


def test_a_token_that_is_too_long_is_denied(issuer: Elsewhere) -> None:
    padding = authorizer.LONGEST_TOKEN - len(issuer.token(pad=""))
    assert effect(issuer.token(pad="x" * (padding // 2))) == "Allow"
    assert effect(issuer.token(pad="x" * padding)) == "Deny"


def test_a_token_whose_time_is_a_text_is_denied(issuer: Elsewhere) -> None:
    assert effect(issuer.token(nbf=str(int(time.time()) - 1))) == "Deny"


def test_keys_of_cognito_come_from_the_endpoint_that_the_environment_names(
    issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", issuer.url)
    assert authorizer.document("https://cognito-idp.us-east-1.amazonaws.com/keys") == {"keys": issuer.keys}


def test_keys_are_fetched_without_a_bundle_of_certificates(issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    assert effect(issuer.token()) == "Allow"


def test_keys_are_not_fetched_with_a_bundle_that_cannot_be_read(
    issuer: Elsewhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("not a certificate")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
    with pytest.raises(NoKeys):
        asked(issuer.token())
    assert issuer.asked == []


def test_an_unknown_issuer_is_asked_for_nothing(issuer: Elsewhere) -> None:
    with elsewhere() as other:
        assert effect(other.token()) == "Deny"
        assert other.asked == issuer.asked == []
