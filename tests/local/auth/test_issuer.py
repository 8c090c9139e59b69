"""The local issuer: the claims of its tokens, its key, and its discovery documents."""

import asyncio
import base64
import hashlib
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

from local.auth.issuer import Issuer, pem, public_jwk
from local.auth.request import Unauthorized
from resolvers.runtime.caller import from_identity
from tests.local.external_issuer import authenticate, claims

URL = "http://localhost:8000"
OURS = Issuer(URL)


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


TIMES = {"auth_time", "iat", "exp", "jti"}
PERSON: dict[str, Any] = {"name": "Ada L", "email": "ada@example.com"}


def payload_of(token: str) -> dict[str, Any]:
    """Returns the claims of a token without its times and its id."""
    return {claim: value for claim, value in claims(OURS, token).items() if claim not in TIMES}


def test_an_id_token_has_the_claims_of_cognito() -> None:
    assert payload_of(OURS.token("ada", ["admins", "staff"], **PERSON)) == {
        "sub": "ada",
        "iss": URL,
        "aud": "local",
        "token_use": "id",
        "cognito:username": "ada",
        "cognito:groups": ["admins", "staff"],
        **PERSON,
    }


def test_a_cognito_access_token_has_its_client_and_no_profile() -> None:
    assert payload_of(OURS.token("ada", ["admins"], **PERSON, use="access")) == {
        "sub": "ada",
        "iss": URL,
        "client_id": "local",
        "token_use": "access",
        "username": "ada",
        "cognito:groups": ["admins"],
        "scope": "openid",
    }


def test_an_oidc_token_has_no_claim_of_cognito() -> None:
    assert payload_of(OURS.token("ada", ["admins"], **PERSON, kind="oidc")) == {
        "sub": "ada",
        "iss": f"{URL}/oidc",
        "aud": "local",
        "azp": "local",
        "groups": ["admins"],
        **PERSON,
    }


def test_an_oidc_access_token_has_no_profile() -> None:
    oidc = {"sub": "ada", "iss": f"{URL}/oidc", "aud": "local", "azp": "local", "scope": "openid"}
    assert payload_of(OURS.token("ada", **PERSON, kind="oidc", use="access")) == oidc


def test_an_oidc_token_has_the_groups_in_the_configured_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPS_CLAIM", "roles")
    identities = [authenticate(OURS, OURS.token("ada", ["admins"], kind=kind)).identity for kind in ("cognito", "oidc")]
    assert [from_identity(identity).is_admin for identity in identities] == [True, True]


def test_a_token_is_issued_now_and_expires_after_the_requested_time() -> None:
    before = int(time.time())
    token_claims = claims(OURS, OURS.token("ada", seconds=60))
    assert before <= token_claims["iat"] == token_claims["auth_time"] == token_claims["exp"] - 60 <= time.time()


def test_a_token_omits_claims_without_a_value() -> None:
    assert not {"cognito:groups", "name", "email"} & set(payload_of(OURS.token("ada")))


def test_each_token_has_a_unique_id() -> None:
    assert claims(OURS, OURS.token("ada"))["jti"] != claims(OURS, OURS.token("ada"))["jti"]


def test_the_kid_is_the_keys_thumbprint() -> None:
    """The key and its thumbprint are the example of RFC 7638, section 3.1."""
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


def test_tokens_are_valid_after_a_restart_if_the_key_is_stored(tmp_path: Path) -> None:
    token = Issuer(URL, tmp_path / "data").token("ada")
    assert claims(Issuer(URL, tmp_path / "data"), token)["sub"] == "ada"


def test_tokens_are_valid_if_another_issuer_has_the_key() -> None:
    other = Issuer(URL, key=pem(OURS.private_key).decode())
    assert claims(other, OURS.token("ada"))["sub"] == "ada"


def test_tokens_are_invalid_after_a_restart_if_the_key_is_not_stored() -> None:
    with pytest.raises(Unauthorized, match=r"You are not authorized"):
        claims(Issuer(URL), OURS.token("ada"))


def test_only_its_owner_can_read_a_stored_key(tmp_path: Path) -> None:
    Issuer(URL, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["issuer.pem"]
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600


def test_issuers_that_start_concurrently_store_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        issuers = list(pool.map(lambda _: Issuer(URL, tmp_path), range(8)))
    assert len({issuer.jwk["kid"] for issuer in issuers}) == 1


def test_the_error_of_a_stored_key_that_is_not_rsa_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(TypeError, match=r"issuer\.pem holds no RSA key"):
        Issuer(URL, tmp_path)


def got(path: str) -> Any:
    """Returns the issuer's response to a GET request."""

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=OURS.routes()))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.get(path)

    return asyncio.run(answer()).json()


def test_the_discovery_document_links_the_keys_and_the_token_endpoint() -> None:
    configuration = got("/.well-known/openid-configuration")
    assert configuration["issuer"] == URL
    assert configuration["jwks_uri"] == f"{URL}/.well-known/jwks.json"
    assert configuration["token_endpoint"] == f"{URL}/token"
    assert configuration["id_token_signing_alg_values_supported"] == ["RS256"]


def test_the_oidc_discovery_document_links_the_same_keys() -> None:
    configuration = got("/oidc/.well-known/openid-configuration")
    assert (configuration["issuer"], configuration["jwks_uri"]) == (f"{URL}/oidc", f"{URL}/.well-known/jwks.json")
    assert not [claim for claim in configuration["claims_supported"] if claim.startswith("cognito:")]


def test_the_published_keys_verify_a_token() -> None:
    (key,) = jwt.PyJWKSet.from_dict(got("/.well-known/jwks.json")).keys
    for kind, url in {"cognito": URL, "oidc": f"{URL}/oidc"}.items():
        token = OURS.token("ada", kind=kind)
        assert jwt.decode(token, key, algorithms=["RS256"], audience="local", issuer=url)["sub"] == "ada"


def test_a_base_url_may_end_in_a_slash() -> None:
    assert Issuer(f"{URL}/").url == URL
