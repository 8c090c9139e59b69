"""The local token issuer: it takes the place of Cognito, so that JWTs are really signed and verified.

It issues a token for any user to any program of the developer's machine. local/browser_access.py restricts web pages.
"""

import base64
import hashlib
import json
import os
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.auth import claims
from local.auth.claims import COGNITO, ID, KINDS, OIDC, USES
from local.auth.http_forms import (
    InvalidRequest,
    parse_choice,
    parse_form,
    parse_names,
    parse_number,
    parse_required_text,
    parse_text,
)
from resolvers.runtime.jwks import Jwk

HOUR = 3_600
DAY = 86_400
CONFIGURATION = "/.well-known/openid-configuration"


class Issuer:
    """Issues the tokens of the local server at `url` and publishes their public key.

    It is two issuers with one key: of Cognito tokens at `url`, of another OpenID Connect provider's tokens at
    `url`/oidc. The private key is stored in `folder` as issuer.pem, so that tokens stay valid after a restart; without
    a folder it is `key`, PEM text, or new.
    """

    def __init__(self, url: str, folder: Path | None = None, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        if folder:
            self.private_key = load_or_create_key(folder / "issuer.pem")
        else:
            self.private_key = parse_key(key.encode()) if key else generate_key()
        self.jwk = public_jwk(self.private_key)

    def token(
        self,
        user: str,
        groups: Sequence[str] = (),
        *,
        name: str | None = None,
        email: str | None = None,
        seconds: int = HOUR,
        kind: str = COGNITO,
        use: str = ID,
    ) -> str:
        """Returns a signed token with the claims of Cognito or, for the kind `oidc`, of another OpenID Connect issuer.

        It expires in `seconds`; if negative, it expired that long ago. An access token has no name and no e-mail
        address.
        """
        now = int(time.time())
        issued_at = now + min(seconds, 0)
        all_claims = {
            "sub": user,
            "iss": self.url_of(kind),
            **claims.token_claims(kind, use, user, groups),
            **claims.profile_claims(use, name, email),
            "auth_time": issued_at,
            "iat": issued_at,
            "exp": now + seconds,
            "jti": str(uuid.uuid4()),
        }
        present_claims = {claim: value for claim, value in all_claims.items() if value is not None}
        return jwt.encode(present_claims, self.private_key, algorithm="RS256", headers={"kid": self.jwk["kid"]})

    def url_of(self, kind: str) -> str:
        """Returns the `iss` claim of tokens of a kind."""
        return f"{self.url}/{OIDC}" if kind == OIDC else self.url

    def published_keys(self) -> list[Jwk]:
        return [self.jwk]

    def routes(self) -> list[Route]:
        return [
            Route(CONFIGURATION, self.get_configuration),
            Route(f"/{OIDC}{CONFIGURATION}", self.get_oidc_configuration),
            Route("/.well-known/jwks.json", self.get_keys),
            Route("/token", self.post_token, methods=["POST"]),
        ]

    async def get_configuration(self, _: Request) -> Response:
        return JSONResponse(self.configuration(COGNITO, ["cognito:username", "cognito:groups"]))

    async def get_oidc_configuration(self, _: Request) -> Response:
        return JSONResponse(self.configuration(OIDC, ["azp", claims.groups_claim()]))

    def configuration(self, kind: str, own_claims: list[str]) -> dict[str, Any]:
        return {
            "issuer": self.url_of(kind),
            "jwks_uri": f"{self.url}/.well-known/jwks.json",
            "token_endpoint": f"{self.url}/token",
            "token_endpoint_auth_methods_supported": ["none"],
            "response_types_supported": ["token", "id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email"],
            "claims_supported": ["sub", *own_claims, "name", "email"],
        }

    async def get_keys(self, _: Request) -> Response:
        return JSONResponse({"keys": self.published_keys()})

    async def post_token(self, request: Request) -> Response:
        try:
            form = parse_form(await request.body())
            seconds = parse_number(form, "seconds", minimum=-DAY, maximum=DAY, default=HOUR)
            use = parse_choice(form, "use", USES)
            token = self.token(
                parse_required_text(form, "user", max_length=128),
                parse_names(form, "groups", max_length=128),
                name=parse_text(form, "name", max_length=2_048),
                email=parse_text(form, "email", max_length=2_048),
                seconds=seconds,
                kind=parse_choice(form, "kind", KINDS),
                use=use,
            )
        except InvalidRequest as error:
            return JSONResponse({"error": "invalid_request", "error_description": str(error)}, 400)
        response = {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
        identifying = {"id_token": token} if use == ID else {}
        return JSONResponse(response | identifying, headers={"cache-control": "no-store"})


def generate_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def load_or_create_key(file: Path) -> rsa.RSAPrivateKey:
    """Returns the key in `file`; creates it if it does not exist. Processes that start concurrently get the same key.

    Raises TypeError if the file has a key that is not an RSA key.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent) as draft:  # readable only by its owner
            draft.write(pem(generate_key()))
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, file)
    try:
        return parse_key(file.read_bytes())
    except TypeError as error:
        raise TypeError(f"{file} holds no RSA key: delete it, and a new one is made") from error


def parse_key(text: bytes) -> rsa.RSAPrivateKey:
    """Returns the key in PEM text. Raises TypeError if it is not an RSA key."""
    key = serialization.load_pem_private_key(text, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """Returns the public key as a JWK. Its `kid` is its thumbprint (RFC 7638)."""
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    hashed = json.dumps({name: public[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(hashed.encode()).digest()).decode().rstrip("=")
    return {"kty": public["kty"], "n": public["n"], "e": public["e"], "alg": "RS256", "use": "sig", "kid": thumbprint}
