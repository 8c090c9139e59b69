"""The desk's issuer: what its tokens say, and how others come to its key."""

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

from local.auth.issuer import Issuer, public_jwk
from local.auth.request import Unauthorized
from resolvers.runtime.caller import from_identity
from tests.local.external_issuer import asker, claims

URL = "http://localhost:8000"
OURS = Issuer(URL)


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


TIMES = {"auth_time", "iat", "exp", "jti"}
PERSON: dict[str, Any] = {"name": "Ada L", "email": "ada@example.com"}


def said(token: str) -> dict[str, Any]:
    """What a token says, but for its times and its id."""
    return {claim: value for claim, value in claims(OURS, token).items() if claim not in TIMES}


def test_a_token_says_what_a_cognito_id_token_does() -> None:
    assert said(OURS.token("ada", ["admins", "staff"], **PERSON)) == {
        "sub": "ada",
        "iss": URL,
        "aud": "desk",
        "token_use": "id",
        "cognito:username": "ada",
        "cognito:groups": ["admins", "staff"],
        **PERSON,
    }


def test_a_cognito_access_token_names_its_client_and_tells_nothing_of_the_person() -> None:
    assert said(OURS.token("ada", ["admins"], **PERSON, use="access")) == {
        "sub": "ada",
        "iss": URL,
        "client_id": "desk",
        "token_use": "access",
        "username": "ada",
        "cognito:groups": ["admins"],
        "scope": "openid",
    }


def test_an_oidc_token_has_nothing_of_cognitos() -> None:
    assert said(OURS.token("ada", ["admins"], **PERSON, kind="oidc")) == {
        "sub": "ada",
        "iss": f"{URL}/oidc",
        "aud": "desk",
        "azp": "desk",
        "groups": ["admins"],
        **PERSON,
    }


def test_an_oidc_access_token_tells_nothing_of_the_person() -> None:
    oidc = {"sub": "ada", "iss": f"{URL}/oidc", "aud": "desk", "azp": "desk", "scope": "openid"}
    assert said(OURS.token("ada", **PERSON, kind="oidc", use="access")) == oidc


def test_an_oidc_token_names_groups_where_the_functions_look_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUPS_CLAIM", "roles")
    identities = [asker(OURS, OURS.token("ada", ["admins"], kind=kind)).identity for kind in ("cognito", "oidc")]
    assert [from_identity(identity).is_admin for identity in identities] == [True, True]


def test_a_token_begins_now_and_ends_when_asked_to() -> None:
    before = int(time.time())
    found = claims(OURS, OURS.token("ada", seconds=60))
    assert before <= found["iat"] == found["auth_time"] == found["exp"] - 60 <= time.time()


def test_a_token_leaves_out_what_is_not_known_of_its_user() -> None:
    assert not {"cognito:groups", "name", "email"} & set(said(OURS.token("ada")))


def test_each_token_has_an_id_of_its_own() -> None:
    assert claims(OURS, OURS.token("ada"))["jti"] != claims(OURS, OURS.token("ada"))["jti"]


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
    assert claims(Issuer(URL, tmp_path / "data"), token)["sub"] == "ada"


def test_tokens_end_with_their_issuer_where_no_key_is_kept() -> None:
    with pytest.raises(Unauthorized, match=r"You are not authorized"):
        claims(Issuer(URL), OURS.token("ada"))


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


def test_the_oidc_kind_is_discovered_beside_it_over_the_same_keys() -> None:
    found = got("/oidc/.well-known/openid-configuration")
    assert (found["issuer"], found["jwks_uri"]) == (f"{URL}/oidc", f"{URL}/.well-known/jwks.json")
    assert not [claim for claim in found["claims_supported"] if claim.startswith("cognito:")]


def test_anybody_can_verify_a_token_with_the_published_keys() -> None:
    (key,) = jwt.PyJWKSet.from_dict(got("/.well-known/jwks.json")).keys
    for kind, url in {"cognito": URL, "oidc": f"{URL}/oidc"}.items():
        token = OURS.token("ada", kind=kind)
        assert jwt.decode(token, key, algorithms=["RS256"], audience="desk", issuer=url)["sub"] == "ada"


def test_a_base_url_may_end_in_a_slash() -> None:
    assert Issuer(f"{URL}/").url == URL
