"""The desk's token issuer: it stands where Cognito does in the cloud, so that JWTs are made and checked for real.

It gives a token to whoever asks, under any name: it is for a developer's own machine and no other.
"""

import base64
import hashlib
import json
import os
import re
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.jwks import Jwk

CLIENT_ID = "desk"
HOUR = 3_600
DAY = 86_400
EXPIRED = "Token has expired."
NOT_AUTHORIZED = "You are not authorized to make this call."

Claims = dict[str, Any]


class BadToken(Exception):
    """A token that opens nothing; the text is what AppSync tells its bearer."""


class InvalidRequest(Exception):
    """A field of a token request is not as it must be."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field} {why}")
        self.field = field


class Issuer:
    """Makes and verifies the tokens of the desk at `url`, and tells their public key to whoever else verifies them.

    Its private key is kept in `folder`, as issuer.pem, so tokens outlive a restart; without one it is new each time.
    """

    def __init__(self, url: str, folder: Path | None = None) -> None:
        self.url = url.rstrip("/")
        self.private_key = kept_key(folder / "issuer.pem") if folder else new_key()
        self.jwk = public_jwk(self.private_key)
        self.published_key = jwt.PyJWK(self.jwk)

    def token(
        self,
        user: str,
        groups: Sequence[str] = (),
        *,
        name: str | None = None,
        email: str | None = None,
        seconds: int = HOUR,
    ) -> str:
        """A signed token with the claims of a Cognito ID token. With negative `seconds` it ended that long ago."""
        now = int(time.time())
        issued_at = now + min(seconds, 0)
        claims = {
            "sub": user,
            "iss": self.url,
            "aud": CLIENT_ID,
            "token_use": "id",
            "cognito:username": user,
            "cognito:groups": list(groups) or None,
            "name": name,
            "email": email,
            "auth_time": issued_at,
            "iat": issued_at,
            "exp": now + seconds,
            "jti": str(uuid.uuid4()),
        }
        given = {claim: value for claim, value in claims.items() if value is not None}
        return jwt.encode(given, self.private_key, algorithm="RS256", headers={"kid": self.published_key.key_id})

    def verified(self, token: str) -> Claims:
        """The claims of a token that this issuer signed and that has not expired, with or without `Bearer ` before it.

        Raises BadToken for any other text.
        """
        bare = token.removeprefix("Bearer ")
        try:
            return jwt.decode(
                bare,
                self.key_that_signed(bare),
                algorithms=["RS256"],
                issuer=self.url,
                audience=CLIENT_ID,
                options={"require": ["sub", "iss", "aud", "iat", "exp"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise BadToken(EXPIRED) from error
        except (jwt.PyJWTError, ValueError) as error:
            raise BadToken(NOT_AUTHORIZED) from error

    async def key(self, kid: str) -> Jwk | None:
        """The published key of this id; None for any other."""
        return self.jwk if kid == self.jwk["kid"] else None

    def key_that_signed(self, token: str) -> jwt.PyJWK:
        """The published key that a token names by its `kid`."""
        if jwt.get_unverified_header(token).get("kid") != self.published_key.key_id:
            raise jwt.InvalidKeyError("no published key has this kid")
        return self.published_key

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self.get_configuration),
            Route("/.well-known/jwks.json", self.get_keys),
            Route("/token", self.post_token, methods=["POST"]),
        ]

    async def get_configuration(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/.well-known/jwks.json",
                "token_endpoint": f"{self.url}/token",
                "token_endpoint_auth_methods_supported": ["none"],
                "response_types_supported": ["token", "id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email"],
                "claims_supported": ["sub", "cognito:username", "cognito:groups", "name", "email"],
            }
        )

    async def get_keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.jwk]})

    async def post_token(self, request: Request) -> Response:
        try:
            asked = fields(await request.body())
            seconds = number(asked, "seconds", least=-DAY, most=DAY, default=HOUR)
            token = self.token(
                required(asked, "user", most=128),
                names(asked, "groups", most=128),
                name=text(asked, "name", most=2_048),
                email=text(asked, "email", most=2_048),
                seconds=seconds,
            )
        except InvalidRequest as error:
            return JSONResponse({"error": "invalid_request", "error_description": str(error)}, 400)
        answer = {"access_token": token, "id_token": token, "token_type": "Bearer", "expires_in": seconds}
        return JSONResponse(answer, headers={"cache-control": "no-store"})


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def kept_key(file: Path) -> rsa.RSAPrivateKey:
    """The key in `file`, made first where there is none. Processes that start at once all take the key of the first."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent) as draft:  # readable by its owner alone
            draft.write(pem(new_key()))
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, file)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds no RSA key: delete it, and a new one is made")
    return key


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """The public half of a key as a JWKS lists it. Its `kid` is its thumbprint (RFC 7638)."""
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    hashed = json.dumps({name: public[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(hashed.encode()).digest()).decode().rstrip("=")
    return {"kty": public["kty"], "n": public["n"], "e": public["e"], "alg": "RS256", "use": "sig", "kid": thumbprint}


def fields(body: bytes) -> Mapping[str, Any]:
    """What a body says, which is a JSON object or a form. A field that a form repeats is joined by commas."""
    if not body.lstrip().startswith(b"{"):
        return {name: ",".join(values) for name, values in parse_qs(body.decode(errors="replace")).items()}
    try:
        asked: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("the body", "is no JSON object and no form") from error
    return asked


def text(asked: Mapping[str, Any], field: str, most: int) -> str | None:
    value = asked.get(field)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not value.isprintable() or len(value) > most:
        raise InvalidRequest(field, f"must be 1 to {most:,} printable characters")
    return value


def required(asked: Mapping[str, Any], field: str, most: int) -> str:
    value = text(asked, field, most)
    if value is None:
        raise InvalidRequest(field, "is missing")
    return value


def names(asked: Mapping[str, Any], field: str, most: int) -> list[str]:
    """A list of names, or names with commas between; empty ones are left out."""
    value = asked.get(field) or []
    listed = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(listed, list):
        raise InvalidRequest(field, "must be a list of names, or names with commas between")
    return [name for member in listed if (name := text({field: member}, field, most))]


def number(asked: Mapping[str, Any], field: str, least: int, most: int, default: int) -> int:
    value = asked.get(field)
    if value is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,9}", str(value)) or not least <= int(value) <= most:
        raise InvalidRequest(field, f"must be a whole number from {least:,} to {most:,}")
    return int(value)
