"""Authentication: valid and invalid credentials of every kind, and the identity that resolvers receive."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from local.auth.issuer import Issuer, generate_key
from local.auth.providers import Providers
from local.auth.request import AuthContext, AuthRequest, Unauthorized
from resolvers.field_config import COGNITO, IAM, OIDC
from resolvers.runtime.tokens import LEEWAY_SECONDS
from tests.local.external_issuer import authenticate, call, outcome

URL = "http://localhost:8000"
OURS = Issuer(URL)
NOT_AUTHORIZED = "You are not authorized to make this call."


def signed(claims: dict[str, Any], **header: Any) -> str:
    """Returns a token with any claims, signed by the local issuer's key."""
    payload = json.dumps(claims).encode()
    return jwt.PyJWS().encode(payload, OURS.private_key, "RS256", {"kid": OURS.jwk["kid"], **header})


def good_claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"sub": "ada", "iss": URL, "aud": "local", "iat": now, "exp": now + 3_600} | changes
    return {claim: value for claim, value in claims.items() if value is not None}


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def segment(value: object) -> str:
    return base64url(json.dumps(value).encode())


def hmac_signed(secret: bytes) -> str:
    """Returns an HMAC token for a verifier that trusts the token's `alg` and uses the public key as the secret."""
    signing_input = f"{segment({'alg': 'HS256', 'kid': OURS.jwk['kid']})}.{segment(good_claims())}"
    return f"{signing_input}.{base64url(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def public_pem() -> bytes:
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return OURS.private_key.public_key().public_bytes(serialization.Encoding.PEM, public)


def with_the_signature_of_another() -> str:
    return f"{OURS.token('ada').rpartition('.')[0]}.{OURS.token('eve').rpartition('.')[2]}"


def bad_tokens() -> dict[str, str]:
    """Returns tokens that authentication must reject, by the reason why they are invalid."""
    return malformed_tokens() | forged_tokens() | tokens_with_invalid_claims()


def malformed_tokens() -> dict[str, str]:
    """Returns values of the header `Authorization` that are no JWT, or one with segments that are no JSON objects."""
    return {
        "only Bearer": "Bearer ",
        "words": "let me in",
        "another scheme": "Basic YWRhOmFkYQ==",
        "Bearer twice": f"Bearer Bearer {OURS.token('ada')}",
        "two with a comma between": f"{OURS.token('ada')}, {OURS.token('ada')}",
        "100 kB of rubbish": "x" * 100_000,
        "100 kB of dots": "." * 100_000,
        "not ASCII": "é.ü.ß",
        "half a character": "\ud800.\ud800.\ud800",
        "a header that is no object": f"{segment([])}.{segment({})}.",
        "a header nested too deep": base64url(b"[" * 90_000) + ".e30.e30",
        "claims nested too deep": f"{segment({'alg': 'RS256'})}.{base64url(b'[' * 90_000)}.e30",
        "claims that are no object": f"{segment({'alg': 'RS256'})}.{segment([])}.e30",
        "a header with a number too long": base64url(b"9" * 9_000) + ".e30.e30",
        "cut to two parts": OURS.token("ada").rpartition(".")[0],
    }


def forged_tokens() -> dict[str, str]:
    """Returns tokens whose claims are valid, but whose signature or header is not the issuer's."""
    return {
        "unsigned": jwt.encode(good_claims(), "", "none", {"kid": OURS.jwk["kid"]}),
        "signed with the public key as secret": hmac_signed(public_pem()),
        "signed with the published JWK as secret": hmac_signed(json.dumps(OURS.jwk).encode()),
        "signed by another key under our kid": jwt.encode(
            good_claims(), generate_key(), "RS256", {"kid": OURS.jwk["kid"]}
        ),
        "signed with another algorithm": jwt.encode(good_claims(), OURS.private_key, "RS512", {"kid": OURS.jwk["kid"]}),
        "an unknown kid": signed(good_claims(), kid="another"),
        "a kid that is no text": f"{segment({'alg': 'RS256', 'kid': {}})}.{segment(good_claims())}.e30",
        "no kid": jwt.encode(good_claims(), OURS.private_key, "RS256"),
        "an algorithm that is no text": f"{segment({'alg': []})}.{segment(good_claims())}.e30",
        "the signature of another token": with_the_signature_of_another(),
        "cut": OURS.token("ada")[:-5],
        "a critical extension nobody knows": signed(good_claims(), crit=["magic"], magic=True),
    }


def tokens_with_invalid_claims() -> dict[str, str]:
    """Returns tokens that the issuer's key signed, with one claim that is invalid."""
    return {
        "another issuer's": signed(good_claims(iss="http://localhost:8001")),
        "an issuer that is no text": signed(good_claims(iss=[URL])),
        "another audience's": signed(good_claims(aud="web")),
        "an access token of another client": signed(good_claims(aud="local", token_use="access", client_id="web")),
        "issued in the future": signed(good_claims(iat=int(time.time()) + 1_800)),
        "ends at no number": signed(good_claims(exp="tomorrow")),
        "ends at infinity": signed(good_claims(exp=float("inf"))),
        "a user that is no text": signed(good_claims(sub=7)),
    }


def test_a_forged_token_is_rejected_with_appsyncs_message() -> None:
    async def outcomes() -> dict[str, str]:
        providers = Providers.from_environment(OURS, None)
        return {name: await outcome(providers, token) for name, token in bad_tokens().items()}

    results = asyncio.run(outcomes())
    assert (len(results), results) == (35, dict.fromkeys(results, NOT_AUTHORIZED))


@pytest.mark.parametrize("claim", ["sub", "iss", "aud", "iat", "exp"])
def test_a_token_without_a_required_claim_is_rejected(claim: str) -> None:
    with pytest.raises(Unauthorized, match=NOT_AUTHORIZED):
        authenticate(OURS, signed(good_claims(**{claim: None})))


@pytest.mark.parametrize("seconds", [-int(LEEWAY_SECONDS), -60, -86_400])
@pytest.mark.parametrize("kind", ["cognito", "oidc"])
def test_an_expired_token_is_rejected_as_expired(kind: str, seconds: int) -> None:
    with pytest.raises(Unauthorized) as refused:
        authenticate(OURS, OURS.token("ada", seconds=seconds, kind=kind))
    assert str(refused.value) == "Token has expired."


def test_an_expired_forged_token_is_rejected_as_forged() -> None:
    forged = jwt.encode(good_claims(exp=1), generate_key(), "RS256", {"kid": OURS.jwk["kid"]})
    with pytest.raises(Unauthorized, match=NOT_AUTHORIZED):
        authenticate(OURS, forged)


@pytest.mark.parametrize("credentials", [[], [""]])
def test_the_error_of_a_missing_credential_says_so(credentials: list[str]) -> None:
    with pytest.raises(Unauthorized) as refused:
        authenticate(OURS, *credentials)
    assert str(refused.value) == "Valid authorization header not provided."


@pytest.mark.parametrize("tokens", [[], [OURS.token("ada")]], ids=["alone", "beside a token"])
def test_an_api_key_is_rejected(tokens: list[str]) -> None:
    with pytest.raises(Unauthorized, match=NOT_AUTHORIZED):
        authenticate(OURS, *tokens, **{"x-api-key": "da2-abcdefghijklmnopqrstuvwxyz"})


def test_two_authorization_headers_are_rejected() -> None:
    with pytest.raises(Unauthorized, match=NOT_AUTHORIZED):
        authenticate(OURS, OURS.token("ada"), OURS.token("ada"))


@pytest.mark.parametrize("prefix", ["", "Bearer ", "bearer ", "BEARER  "])
def test_a_token_is_accepted_with_bearer_in_any_case_and_without(prefix: str) -> None:
    assert authenticate(OURS, prefix + OURS.token("ada")).label == "ada (cognito)"


def identity(**token: Any) -> tuple[Any, dict[str, Any]]:
    """Returns the mode and the identity of a locally issued token, without its claims."""
    context = authenticate(OURS, OURS.token("ada", **token))
    identity = dict(context.identity or {})
    assert identity.pop("claims")["sub"] == "ada"
    return context.mode, identity


@pytest.mark.parametrize("use", ["id", "access"])
def test_a_cognito_user_has_the_identity_that_appsync_documents(use: str) -> None:
    assert identity(groups=["admins"], use=use) == (
        COGNITO,
        {
            "sub": "ada",
            "issuer": URL,
            "username": "ada",
            "sourceIp": ["192.0.2.1"],
            "defaultAuthStrategy": "ALLOW",
            "groups": ["admins"],
        },
    )


def test_a_cognito_user_in_no_group_has_null_for_groups() -> None:
    assert identity()[1]["groups"] is None


@pytest.mark.parametrize("use", ["id", "access"])
def test_an_oidc_identity_has_only_issuer_sub_and_claims(use: str) -> None:
    assert identity(kind="oidc", use=use) == (OIDC, {"sub": "ada", "issuer": f"{URL}/oidc"})


def test_resolvers_receive_the_request_headers() -> None:
    token = OURS.token("ada")
    assert authenticate(OURS, token, **{"x-app": "ios"}).headers == {"authorization": token, "x-app": "ios"}


class Signer:
    """Accepts exactly one signature."""

    def caller(self, request: AuthRequest) -> dict[str, Any]:
        if request.headers["authorization"] != "AWS4-HMAC-SHA256 good":
            raise Unauthorized(NOT_AUTHORIZED)
        return {"username": "backend", "sourceIp": request.source_ip}


def signing(authorization: str, iam: Signer | None) -> AuthContext:
    return asyncio.run(Providers.from_environment(OURS, iam).authenticate(call(authorization)))


def test_the_signer_authenticates_sigv4_requests() -> None:
    signed_headers = signing("AWS4-HMAC-SHA256 good", Signer())
    assert (signed_headers.mode, signed_headers.identity) == (IAM, {"username": "backend", "sourceIp": ["192.0.2.1"]})
    assert signed_headers.label == "backend (iam)"


@pytest.mark.parametrize(
    ("authorization", "iam"), [("AWS4-HMAC-SHA256 bad", Signer()), ("AWS4-HMAC-SHA256 good", None)]
)
def test_an_unknown_signature_is_rejected(authorization: str, iam: Signer | None) -> None:
    with pytest.raises(Unauthorized, match=NOT_AUTHORIZED):
        signing(authorization, iam)
