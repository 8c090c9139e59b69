"""External issuers configured by the environment: which of their tokens are accepted."""

import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from local.auth.issuer import generate_key
from local.auth.providers import Providers
from tests.local.external_issuer import EC, OURS, RSA, ExternalIssuer, authenticate_all, public

ADA = "ada (oidc)"
REFUSED = "You are not authorized to make this call."


@pytest.mark.parametrize("algorithm", [f"{family}{bits}" for family in ("RS", "PS") for bits in (256, 384, 512)])
def test_an_rsa_key_without_alg_verifies_every_rsa_algorithm(oidc_issuer: ExternalIssuer, algorithm: str) -> None:
    oidc_issuer.keys = [
        public(RSA, kid="any"),
        public(RSA, kid="this", alg=algorithm),
        public(RSA, kid="other", alg="XS1"),
    ]
    assert authenticate_all(*(oidc_issuer.token(RSA, algorithm, kid) for kid in ("any", "this", "other"))) == [
        ADA,
        ADA,
        REFUSED,
    ]


@pytest.mark.parametrize("algorithm", EC)
def test_an_elliptic_curve_key_verifies_tokens_of_its_algorithm(oidc_issuer: ExternalIssuer, algorithm: str) -> None:
    oidc_issuer.keys = [public(EC[algorithm])]
    assert authenticate_all(oidc_issuer.token(EC[algorithm], algorithm)) == [ADA]


def test_a_key_verifies_no_token_of_another_algorithm_than_its_alg(oidc_issuer: ExternalIssuer) -> None:
    oidc_issuer.keys = [public(RSA, alg="RS256")]
    assert authenticate_all(oidc_issuer.token(RSA, "PS256"), oidc_issuer.token(RSA, "RS256")) == [REFUSED, ADA]


def test_a_key_without_alg_verifies_no_unsigned_and_no_hmac_token(oidc_issuer: ExternalIssuer) -> None:
    public_key = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert authenticate_all(
        oidc_issuer.token("", "none"), *hmac_signed(oidc_issuer, public_key), oidc_issuer.token()
    ) == [
        *[REFUSED] * 4,
        ADA,
    ]


def hmac_signed(issuer: ExternalIssuer, secret: bytes) -> list[str]:
    """Returns tokens of the HMAC algorithms. PyJWT itself refuses to sign with a public key as the secret."""
    _, payload, _ = issuer.token().split(".")
    signed = []
    for bits in (256, 384, 512):
        header = base64url_encode(json.dumps({"alg": f"HS{bits}", "kid": "k1"}).encode())
        content = header + b"." + payload.encode()
        signature = base64url_encode(hmac.digest(secret, content, f"sha{bits}"))
        signed.append((content + b"." + signature).decode())
    return signed


def test_a_published_symmetric_key_verifies_no_token(oidc_issuer: ExternalIssuer) -> None:
    secret = b"a secret of at least thirty-two bytes"
    oidc_issuer.keys = [{"kty": "oct", "k": base64url_encode(secret).decode(), "kid": "k1"}, public(RSA, kid="k2")]
    assert authenticate_all(oidc_issuer.token(secret, "HS256"), oidc_issuer.token(kid="k2")) == [REFUSED, ADA]


def test_an_encryption_key_verifies_no_token(oidc_issuer: ExternalIssuer) -> None:
    oidc_issuer.keys = [public(RSA, use="enc")]
    assert authenticate_all(oidc_issuer.token()) == [REFUSED]


def test_an_issuers_keys_verify_only_its_own_tokens(
    oidc_issuer: ExternalIssuer, cognito_issuer: ExternalIssuer
) -> None:
    cognito_issuer.keys = [public(generate_key())]
    assert authenticate_all(
        oidc_issuer.token(iss=OURS.url), oidc_issuer.token(iss=cognito_issuer.url), oidc_issuer.token()
    ) == [
        REFUSED,
        REFUSED,
        ADA,
    ]


def test_an_unconfigured_issuer_receives_no_request(
    unconfigured_issuer: ExternalIssuer, oidc_issuer: ExternalIssuer
) -> None:
    assert authenticate_all(unconfigured_issuer.token()) == [REFUSED]
    assert (unconfigured_issuer.requested_paths, oidc_issuer.requested_paths) == ([], [])


@pytest.mark.parametrize("claim", ["sub", "iss", "iat", "exp"])
def test_a_token_without_a_required_claim_is_rejected(oidc_issuer: ExternalIssuer, claim: str) -> None:
    without: dict[str, Any] = {claim: None}
    assert authenticate_all(oidc_issuer.token(**without)) == [REFUSED]


def test_an_expired_token_is_rejected_as_expired(oidc_issuer: ExternalIssuer) -> None:
    assert authenticate_all(oidc_issuer.token(exp=int(time.time()) - 60)) == ["Token has expired."]


TOKENS: list[tuple[str, dict[str, Any]]] = [
    ("COGNITO", {"aud": "web", "token_use": "id"}),
    ("COGNITO", {"aud": None, "token_use": "access", "client_id": "web"}),
    ("OIDC", {"aud": "web"}),
    ("OIDC", {"aud": ["api", "web"]}),
    ("OIDC", {"aud": "api", "azp": "web"}),
]


def let_in(issuer: ExternalIssuer, provider: str, claims: dict[str, Any], clients: str) -> str:
    """Returns the outcome of a token whose issuer is configured with these clients: the label or the error message."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"{provider}_ISSUER", issuer.url)
        environment.setenv(f"{provider}_CLIENT_ID", clients)
        return authenticate_all(issuer.token(**claims))[0]


def test_a_token_for_a_configured_client_is_accepted(unconfigured_issuer: ExternalIssuer) -> None:
    cases = [(*token, clients) for token in TOKENS for clients in ("web", "ios|web", "w.b", "")]
    assert [(*case, let_in(unconfigured_issuer, *case)) for case in cases] == [
        (*case, f"ada ({case[0].lower()})") for case in cases
    ]


def test_a_token_for_another_client_is_rejected(unconfigured_issuer: ExternalIssuer) -> None:
    tokens: list[tuple[str, dict[str, Any]]] = [*TOKENS, ("OIDC", {"aud": None}), ("OIDC", {"aud": 7})]
    cases = [(*token, clients) for token in tokens for clients in ("ios", "we", "eb", "web1|web2")]
    assert [(*case, let_in(unconfigured_issuer, *case)) for case in cases] == [(*case, REFUSED) for case in cases]


def test_an_id_token_is_not_accepted_by_the_client_id_of_an_access_token(
    cognito_issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COGNITO_CLIENT_ID", "web")
    assert authenticate_all(cognito_issuer.token(aud="other", token_use="id", client_id="web")) == [REFUSED]


def test_the_error_names_clients_that_are_no_regular_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_CLIENT_ID", "(")
    with pytest.raises(SystemExit, match=r"OIDC_CLIENT_ID must be a regular expression, not \("):
        Providers.from_environment(OURS, None)
