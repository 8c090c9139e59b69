"""The desk's issuer: what its tokens say, and which tokens it takes for its own."""

import asyncio
import base64
import hashlib
import hmac
import json
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette

from local.issuer import BadToken, Issuer, new_key, public_jwk

URL = "http://localhost:8000"
OURS = Issuer(URL)
NOT_AUTHORIZED = "You are not authorized to make this call."


def signed(claims: dict[str, Any], **header: Any) -> str:
    """A token of our own key with any claims."""
    return jwt.encode(claims, OURS.private_key, "RS256", {"kid": OURS.jwk["kid"], **header})


def good_claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"sub": "ada", "iss": URL, "aud": "desk", "iat": now, "exp": now + 60} | changes
    return {claim: value for claim, value in claims.items() if value is not None}


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def segment(value: object) -> str:
    return base64url(json.dumps(value).encode())


def hmac_signed_by_public_key() -> str:
    """What a verifier takes that reads the algorithm from the token, and the public key as a secret."""
    secret = OURS.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    said = f"{segment({'alg': 'HS256', 'kid': OURS.jwk['kid']})}.{segment(good_claims())}"
    return f"{said}.{base64url(hmac.digest(secret, said.encode(), hashlib.sha256))}"


def with_the_signature_of_another() -> str:
    return f"{OURS.token('ada').rpartition('.')[0]}.{OURS.token('eve').rpartition('.')[2]}"


BAD_TOKENS = {
    "nothing": "",
    "only Bearer": "Bearer ",
    "words": "let me in",
    "100 kB of rubbish": "x" * 100_000,
    "100 kB of dots": "." * 100_000,
    "not ASCII": "é.ü.ß",
    "half a character": "\ud800.\ud800.\ud800",
    "a header that is no object": f"{segment([])}.{segment({})}.",
    "a header nested too deep": base64url(b"[" * 90_000) + ".e30.e30",
    "a header with a number too long": base64url(b"9" * 9_000) + ".e30.e30",
    "unsigned": jwt.encode(good_claims(), "", "none", {"kid": OURS.jwk["kid"]}),
    "signed with the public key as secret": hmac_signed_by_public_key(),
    "signed by another key under our kid": jwt.encode(good_claims(), new_key(), "RS256", {"kid": OURS.jwk["kid"]}),
    "signed with another algorithm": jwt.encode(good_claims(), OURS.private_key, "RS512", {"kid": OURS.jwk["kid"]}),
    "an unknown kid": signed(good_claims(), kid="another"),
    "a kid that is no text": f"{segment({'alg': 'RS256', 'kid': {}})}.e30.e30",
    "no kid": jwt.encode(good_claims(), OURS.private_key, "RS256"),
    "the signature of another token": with_the_signature_of_another(),
    "a critical extension nobody knows": signed(good_claims(), crit=["magic"], magic=True),
    "cut": OURS.token("ada")[:-5],
    "cut to two parts": OURS.token("ada").rpartition(".")[0],
    "another issuer's": signed(good_claims(iss="http://localhost:8001")),
    "another audience's": signed(good_claims(aud="web")),
    "issued in the future": signed(good_claims(iat=int(time.time()) + 60)),
    "ends at no number": signed(good_claims(exp="tomorrow")),
    "ends at infinity": signed(good_claims(exp=float("inf"))),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_that_the_issuer_did_not_make_is_refused_in_appsyncs_words(token: str) -> None:
    with pytest.raises(BadToken) as refused:
        OURS.verified(token)
    assert str(refused.value) == NOT_AUTHORIZED


@pytest.mark.parametrize("claim", ["sub", "iss", "aud", "iat", "exp"])
def test_a_token_without_a_claim_that_must_be_there_is_refused(claim: str) -> None:
    with pytest.raises(BadToken, match=NOT_AUTHORIZED):
        OURS.verified(signed(good_claims(**{claim: None})))


@pytest.mark.parametrize("seconds", [-1, -86_400, 0])
def test_an_expired_token_is_refused_as_expired(seconds: int) -> None:
    with pytest.raises(BadToken) as refused:
        OURS.verified(OURS.token("ada", seconds=seconds))
    assert str(refused.value) == "Token has expired."


def test_a_forged_token_that_has_expired_too_is_refused_as_forged() -> None:
    forged = jwt.encode(good_claims(exp=1), new_key(), "RS256", {"kid": OURS.jwk["kid"]})
    with pytest.raises(BadToken, match=NOT_AUTHORIZED):
        OURS.verified(forged)


def test_a_token_says_what_a_cognito_id_token_does() -> None:
    before = int(time.time())
    claims = OURS.verified(OURS.token("ada", ["admins", "staff"], name="Ada L", email="ada@example.com", seconds=60))
    issued_at, jti = claims["iat"], claims["jti"]
    assert before <= issued_at <= time.time()
    assert claims == {
        "sub": "ada",
        "iss": URL,
        "aud": "desk",
        "token_use": "id",
        "cognito:username": "ada",
        "cognito:groups": ["admins", "staff"],
        "name": "Ada L",
        "email": "ada@example.com",
        "auth_time": issued_at,
        "iat": issued_at,
        "exp": issued_at + 60,
        "jti": jti,
    }


def test_a_token_leaves_out_what_is_not_known_of_its_user() -> None:
    assert not {"cognito:groups", "name", "email"} & set(OURS.verified(OURS.token("ada")))


def test_each_token_has_an_id_of_its_own() -> None:
    assert OURS.verified(OURS.token("ada"))["jti"] != OURS.verified(OURS.token("ada"))["jti"]


def test_a_token_is_taken_with_bearer_and_without() -> None:
    token = OURS.token("ada")
    assert OURS.verified(f"Bearer {token}") == OURS.verified(token)


def test_the_kid_is_the_keys_thumbprint() -> None:
    """The example of RFC 7638, section 3.1, is the one key whose thumbprint is known beforehand."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn"
        "jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qM"
        "QvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJz"
        "KnqDKgw"
    )
    assert thumbprint(modulus) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert OURS.jwk["kid"] == thumbprint(OURS.jwk["n"])


def thumbprint(modulus: str) -> str:
    return base64url(hashlib.sha256(f'{{"e":"AQAB","kty":"RSA","n":"{modulus}"}}'.encode()).digest())


def test_a_key_is_published_without_its_private_half() -> None:
    assert set(public_jwk(OURS.private_key)) == {"kty", "n", "e", "alg", "use", "kid"}


def test_tokens_outlive_a_restart_where_the_key_is_kept(tmp_path: Path) -> None:
    token = Issuer(URL, tmp_path / "data").token("ada")
    assert Issuer(URL, tmp_path / "data").verified(token)["sub"] == "ada"


def test_tokens_end_with_their_issuer_where_no_key_is_kept() -> None:
    with pytest.raises(BadToken, match=NOT_AUTHORIZED):
        Issuer(URL).verified(OURS.token("ada"))


def test_a_kept_key_is_its_owners_alone(tmp_path: Path) -> None:
    Issuer(URL, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["issuer.pem"]
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600


def test_issuers_that_start_at_once_keep_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        issuers = list(pool.map(lambda _: Issuer(URL, tmp_path), range(8)))
    assert len({issuer.jwk["kid"] for issuer in issuers}) == 1


def test_a_kept_key_of_another_kind_is_refused_by_its_files_name(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(TypeError, match=r"issuer\.pem holds no RSA key"):
        Issuer(URL, tmp_path)


def got(path: str) -> Any:
    """What the issuer's routes answer to a GET."""

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=OURS.routes()))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.get(path)

    return asyncio.run(answer()).json()


def test_the_discovery_document_leads_to_the_keys_and_to_the_tokens() -> None:
    found = got("/.well-known/openid-configuration")
    assert found["issuer"] == URL
    assert found["jwks_uri"] == f"{URL}/.well-known/jwks.json"
    assert found["token_endpoint"] == f"{URL}/token"
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]


def test_anybody_can_verify_a_token_with_the_published_keys() -> None:
    (key,) = jwt.PyJWKSet.from_dict(got("/.well-known/jwks.json")).keys
    claims = jwt.decode(OURS.token("ada"), key, algorithms=["RS256"], audience="desk", issuer=URL)
    assert claims["sub"] == "ada"


def test_a_base_url_may_end_in_a_slash() -> None:
    assert Issuer(f"{URL}/").url == URL
