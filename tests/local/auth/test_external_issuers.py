"""Issuers that the environment names: which of their tokens are taken."""

import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from local.auth.issuer import new_key
from local.auth.providers import Providers
from tests.local.external_issuer import EC, OURS, RSA, Elsewhere, asked, public

ADA = "ada (oidc)"
REFUSED = "You are not authorized to make this call."


@pytest.mark.parametrize("algorithm", [f"{family}{bits}" for family in ("RS", "PS") for bits in (256, 384, 512)])
def test_an_rsa_key_proves_tokens_of_every_algorithm_unless_it_states_one(oidc: Elsewhere, algorithm: str) -> None:
    oidc.keys = [public(RSA, kid="any"), public(RSA, kid="this", alg=algorithm), public(RSA, kid="other", alg="XS1")]
    assert asked(*(oidc.token(RSA, algorithm, kid) for kid in ("any", "this", "other"))) == [ADA, ADA, REFUSED]


@pytest.mark.parametrize("algorithm", EC)
def test_a_key_on_a_curve_proves_tokens_of_its_algorithm(oidc: Elsewhere, algorithm: str) -> None:
    oidc.keys = [public(EC[algorithm])]
    assert asked(oidc.token(EC[algorithm], algorithm)) == [ADA]


def test_a_key_proves_no_token_of_another_algorithm_than_it_states(oidc: Elsewhere) -> None:
    oidc.keys = [public(RSA, alg="RS256")]
    assert asked(oidc.token(RSA, "PS256"), oidc.token(RSA, "RS256")) == [REFUSED, ADA]


def test_a_key_that_states_no_algorithm_proves_none_that_needs_no_private_key(oidc: Elsewhere) -> None:
    public_key = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert asked(oidc.token("", "none"), *hmac_signed(oidc, public_key), oidc.token()) == [*[REFUSED] * 4, ADA]


def hmac_signed(issuer: Elsewhere, secret: bytes) -> list[str]:
    """Tokens of the HMAC algorithms, which PyJWT itself would not make with a public key for a secret."""
    _, said, _ = issuer.token().split(".")
    signed = []
    for bits in (256, 384, 512):
        header = base64url_encode(json.dumps({"alg": f"HS{bits}", "kid": "k1"}).encode())
        content = header + b"." + said.encode()
        signature = base64url_encode(hmac.digest(secret, content, f"sha{bits}"))
        signed.append((content + b"." + signature).decode())
    return signed


def test_a_secret_that_an_issuer_publishes_proves_nothing(oidc: Elsewhere) -> None:
    secret = b"a secret of at least thirty-two bytes"
    oidc.keys = [{"kty": "oct", "k": base64url_encode(secret).decode(), "kid": "k1"}, public(RSA, kid="k2")]
    assert asked(oidc.token(secret, "HS256"), oidc.token(kid="k2")) == [REFUSED, ADA]


def test_a_key_to_encrypt_with_proves_nothing(oidc: Elsewhere) -> None:
    oidc.keys = [public(RSA, use="enc")]
    assert asked(oidc.token()) == [REFUSED]


def test_an_issuer_vouches_for_its_own_tokens_alone(oidc: Elsewhere, pool: Elsewhere) -> None:
    pool.keys = [public(new_key())]
    assert asked(oidc.token(iss=OURS.url), oidc.token(iss=pool.url), oidc.token()) == [REFUSED, REFUSED, ADA]


def test_an_issuer_that_nobody_named_is_not_even_asked(unnamed: Elsewhere, oidc: Elsewhere) -> None:
    assert asked(unnamed.token()) == [REFUSED]
    assert (unnamed.asked, oidc.asked) == ([], [])


@pytest.mark.parametrize("claim", ["sub", "iss", "iat", "exp"])
def test_a_token_needs_a_user_an_issuer_and_its_times(oidc: Elsewhere, claim: str) -> None:
    without: dict[str, Any] = {claim: None}
    assert asked(oidc.token(**without)) == [REFUSED]


def test_a_token_that_has_expired_is_refused_as_such(oidc: Elsewhere) -> None:
    assert asked(oidc.token(exp=int(time.time()) - 60)) == ["Token has expired."]


TOKENS: list[tuple[str, dict[str, Any]]] = [
    ("COGNITO", {"aud": "web", "token_use": "id"}),
    ("COGNITO", {"aud": None, "token_use": "access", "client_id": "web"}),
    ("OIDC", {"aud": "web"}),
    ("OIDC", {"aud": ["api", "web"]}),
    ("OIDC", {"aud": "api", "azp": "web"}),
]


def let_in(issuer: Elsewhere, provider: str, claims: dict[str, Any], clients: str) -> str:
    """Who bears a token where the environment names its issuer, and these clients; or the word for why nobody does."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"{provider}_ISSUER", issuer.url)
        environment.setenv(f"{provider}_CLIENT_ID", clients)
        return asked(issuer.token(**claims))[0]


def test_a_token_for_a_client_that_is_asked_for_is_taken(unnamed: Elsewhere) -> None:
    cases = [(*token, clients) for token in TOKENS for clients in ("web", "ios|web", "w.b", "")]
    assert [(*case, let_in(unnamed, *case)) for case in cases] == [
        (*case, f"ada ({case[0].lower()})") for case in cases
    ]


def test_a_token_for_another_client_is_refused(unnamed: Elsewhere) -> None:
    tokens: list[tuple[str, dict[str, Any]]] = [*TOKENS, ("OIDC", {"aud": None}), ("OIDC", {"aud": 7})]
    cases = [(*token, clients) for token in tokens for clients in ("ios", "we", "eb", "web1|web2")]
    assert [(*case, let_in(unnamed, *case)) for case in cases] == [(*case, REFUSED) for case in cases]


def test_an_id_token_is_not_judged_by_the_client_of_an_access_token(
    pool: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COGNITO_CLIENT_ID", "web")
    assert asked(pool.token(aud="other", token_use="id", client_id="web")) == [REFUSED]


def test_clients_that_are_no_regular_expression_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_CLIENT_ID", "(")
    with pytest.raises(SystemExit, match=r"OIDC_CLIENT_ID must be a regular expression, not \("):
        Providers.from_environment(OURS, None)
