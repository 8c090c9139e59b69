"""The verifier of tokens, with the policies of AppSync and of the REST authorizer."""

import json
import re
from dataclasses import replace
from typing import Any

import jwt
import pytest

from local.auth import providers
from resolvers import authorizer
from resolvers.runtime.jwks import JwksCache, JwksUnavailable
from resolvers.runtime.tokens import LEEWAY_SECONDS, Claims, ExpiredToken, InvalidToken, Policy, TrustedIssuer, Verifier
from tests.clock import Clock
from tests.local.external_issuer import RSA, public

URL = "https://id.example.com"
NOW = 1_800_000_000
INVALID_DATES = [f"{NOW}", "soon", [NOW], {"at": NOW}, True, None, float("inf"), float("nan"), 10**400]
POLICIES = {"AppSync": providers.POLICY, "REST": authorizer.POLICY}


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest) -> Policy:
    return POLICIES[request.param]


def token(**changes: Any) -> str:
    """Returns a token with changed claims, `...` omits one. PyJWT's `encode` would reject some of the values."""
    claims = {"sub": "ada", "iss": URL, "aud": "web", "iat": NOW, "exp": NOW + 60} | changes
    payload = {name: value for name, value in claims.items() if value is not ...}
    return jwt.api_jws.encode(json.dumps(payload).encode(), RSA, "RS256", {"kid": "k1"})


def verifier(policy: Policy, *, cognito: bool = False, audience: str | None = "web", now: float = NOW) -> Verifier:
    clock = Clock(now)
    keys = JwksCache(URL, policy.algorithms, lambda: [public(RSA)], clock)
    return Verifier([TrustedIssuer(URL, re.compile(audience) if audience else None, cognito, keys)], policy, clock)


def verify(policy: Policy, now: float = NOW, **changes: Any) -> Claims:
    return verifier(policy, now=now).verify(token(**changes))


def test_both_policies_have_the_same_leeway() -> None:
    assert [policy.leeway_seconds for policy in POLICIES.values()] == [LEEWAY_SECONDS] * 2 == [5.0] * 2


def test_a_token_is_valid_until_the_leeway_after_exp_is_over(policy: Policy) -> None:
    assert verify(policy, NOW + 64.9)["sub"] == "ada"
    with pytest.raises(ExpiredToken):
        verify(policy, NOW + 65)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_is_valid_from_the_leeway_before_its_start(policy: Policy, claim: str) -> None:
    assert verify(policy, NOW - 5, **{claim: NOW})["sub"] == "ada"
    with pytest.raises(InvalidToken) as raised:
        verify(policy, NOW - 5.1, **{claim: NOW})
    assert not isinstance(raised.value, ExpiredToken)


@pytest.mark.parametrize("claim", ["iat", "nbf", "exp"])
@pytest.mark.parametrize(
    "value", [f"{NOW}", "soon", [NOW], {"at": NOW}, True, None, float("inf"), float("nan"), 10**400]
)
def test_a_date_that_is_not_a_number_is_rejected(policy: Policy, claim: str, value: Any) -> None:
    with pytest.raises(InvalidToken) as raised:
        verify(policy, **{claim: value})
    assert not isinstance(raised.value, ExpiredToken)


def test_a_date_may_have_a_fraction(policy: Policy) -> None:
    assert verify(policy, NOW + 5.2, exp=NOW + 0.5, iat=NOW - 0.5)["exp"] == NOW + 0.5
    with pytest.raises(ExpiredToken):
        verify(policy, NOW + 5.5, exp=NOW + 0.5)


@pytest.mark.parametrize("cognito", [True, False])
@pytest.mark.parametrize("audience", ["web", None])
def test_a_refresh_token_is_rejected(policy: Policy, cognito: bool, audience: str | None) -> None:
    verifying = verifier(policy, cognito=cognito, audience=audience)
    assert verifying.verify(token(token_use="id"))["token_use"] == "id"
    with pytest.raises(InvalidToken):
        verifying.verify(token(token_use="refresh"))


@pytest.mark.parametrize("claim", ["exp", "iat", "iss", "sub"])
def test_each_policy_states_the_claims_that_it_requires(policy: Policy, claim: str) -> None:
    without: dict[str, Any] = {claim: ...}
    if claim in policy.required_claims:
        with pytest.raises(InvalidToken):
            verify(policy, **without)
    else:
        assert claim not in verify(policy, **without)


def test_appsync_requires_iat_and_sub_and_the_authorizer_only_what_it_reads() -> None:
    assert POLICIES["AppSync"].required_claims == ("exp", "iat", "iss", "sub")
    assert POLICIES["REST"].required_claims == ("exp", "iss")


def test_only_appsync_accepts_the_authorized_party_for_the_audience() -> None:
    assert verify(POLICIES["AppSync"], aud="other", azp="web")["azp"] == "web"
    with pytest.raises(InvalidToken):
        verify(POLICIES["REST"], aud="other", azp="web")


def test_the_authorizer_rejects_tokens_longer_than_eight_kilobytes() -> None:
    assert verify(POLICIES["AppSync"], name="x" * 9_000)["sub"] == "ada"
    with pytest.raises(InvalidToken):
        verify(POLICIES["REST"], name="x" * 9_000)


def test_an_expired_token_with_a_wrong_signature_is_reported_as_invalid(policy: Policy) -> None:
    forged = token(exp=1).rpartition(".")[0] + "." + token().rpartition(".")[2]
    with pytest.raises(InvalidToken) as raised:
        verifier(policy).verify(forged)
    assert not isinstance(raised.value, ExpiredToken)


def test_an_algorithm_outside_the_policy_is_rejected(policy: Policy) -> None:
    narrow = replace(policy, algorithms=("ES256",))
    with pytest.raises(JwksUnavailable):  # no key of the issuer has an allowed algorithm
        verifier(narrow).verify(token())
    verifying = verifier(policy)
    verifying.policy = narrow
    with pytest.raises(InvalidToken):
        verifying.verify(token())
