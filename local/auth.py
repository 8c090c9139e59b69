"""Who asks: the one credential that a call carries, proven, and what a resolver is told of its bearer.

Taken are requests that AWS credentials sign, and tokens of the desk's own issuer or of one that the environment names:

COGNITO_ISSUER  a user pool, https://cognito-idp.<region>.amazonaws.com/<pool id>
OIDC_ISSUER     an OpenID Connect issuer, as its tokens spell it in `iss`

COGNITO_CLIENT_ID and OIDC_CLIENT_ID say for which of its clients, by a regular expression: all of them where not set.
"""

import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from local import claims, jwks
from local.auth_request import NOT_AUTHORIZED, AuthContext, AuthRequest, Unauthorized
from local.claims import Claims
from local.issuer import Issuer
from local.jwks import ALGORITHMS, Jwk, PublishedKeys
from local.unconfirmed import TOKEN_EXPIRED
from resolvers.field import COGNITO, IAM, OIDC, Mode

NO_CREDENTIAL = "Valid authorization header not provided."
SIGNED = "AWS4-HMAC-SHA256"  # what begins the Authorization of a request that AWS credentials sign
REQUIRED = ["exp", "iat", "iss", "sub"]


class Signatures(Protocol):
    """What knows whose AWS credentials signed a call."""

    def caller(self, request: AuthRequest) -> Mapping[str, Any]:
        """The identity of an IAM caller. Raises Unauthorized."""


@dataclass(frozen=True)
class Trusted:
    """An issuer whose tokens are taken: the mode they ask by, the keys that prove them, the clients they are for."""

    url: str
    mode: Mode
    key: Callable[[str], Awaitable[Jwk | None]]
    clients: re.Pattern[str] | None  # None: for any

    async def claims(self, token: str) -> Claims:
        """What a token says. Raises jwt.PyJWTError where it is none of this issuer's, for these clients, and valid."""
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:  # no `none`, and nothing that takes a public key for a secret
            raise jwt.InvalidAlgorithmError
        jwk = await self.key(header.get("kid", ""))
        if jwk is None:
            raise jwt.InvalidKeyError
        key = jwt.PyJWK(jwk, jwk.get("alg") or header["alg"])
        said = jwt.decode(token, key, ALGORITHMS, {"require": REQUIRED, "verify_aud": False}, issuer=self.url)
        if self.clients and not any(map(self.clients.fullmatch, clients(self.mode, said))):
            raise jwt.InvalidAudienceError
        return said


class Providers:
    """All that lets somebody in: issuers of tokens, each by its own URL, and AWS credentials where `iam` knows them."""

    def __init__(self, issuers: Sequence[Trusted], iam: Signatures | None) -> None:
        self.issuers = {trusted.url: trusted for trusted in issuers}
        self.iam = iam

    @classmethod
    def from_environment(cls, own: Issuer, iam: Signatures | None) -> "Providers":
        """The desk's own issuer, those that the environment names, and AWS credentials."""
        others = [*named("COGNITO", COGNITO, jwks.of_pool), *named("OIDC", OIDC, jwks.discovered)]
        return cls([*others, *of_desk(own)], iam)

    def environment(self) -> dict[str, str]:
        """The same issuers, as the REST authorizer reads them."""
        told = [
            {"url": one.url, "clients": one.clients.pattern if one.clients else ".*", "cognito": one.mode is COGNITO}
            for one in self.issuers.values()
        ]
        return {"ISSUERS": json.dumps(told)}

    async def authenticate(self, request: AuthRequest) -> AuthContext:
        """The caller of a request. Raises Unauthorized, also for several credentials, and for an API key, which no mode
        of ours accepts."""
        credential = request.headers.get("authorization")
        if "x-api-key" in request.headers or isinstance(credential, list):
            raise Unauthorized(NOT_AUTHORIZED)
        if not credential:
            raise Unauthorized(NO_CREDENTIAL)
        if not credential.startswith(SIGNED):
            token = re.sub("^bearer +", "", credential, flags=re.IGNORECASE)
            return await self.authenticate_bearer(token, request)
        if self.iam is None:
            raise Unauthorized(NOT_AUTHORIZED)
        return AuthContext(IAM, self.iam.caller(request), request.headers)

    async def authenticate_bearer(self, token: str, request: AuthRequest) -> AuthContext:
        """The bearer of a token. Its `iss` says which issuer must prove it."""
        try:
            trusted = self.issuers.get(str(jwt.decode(token, options={"verify_signature": False}).get("iss")))
            if trusted is None:
                raise jwt.InvalidIssuerError
            said = await trusted.claims(token)
        except jwt.ExpiredSignatureError as error:
            raise Unauthorized(TOKEN_EXPIRED) from error
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthorized(NOT_AUTHORIZED) from error
        told = cognito(said, request.source_ip) if trusted.mode is COGNITO else oidc(said)
        return AuthContext(trusted.mode, told, request.headers)


def of_desk(own: Issuer) -> list[Trusted]:
    """The desk's issuer, by both kinds of its tokens."""
    kinds = {claims.COGNITO: COGNITO, claims.OIDC: OIDC}
    return [Trusted(own.url_of(kind), mode, own.key, re.compile(claims.CLIENT_ID)) for kind, mode in kinds.items()]


def named(name: str, mode: Mode, address: Callable[[str], str]) -> list[Trusted]:
    """The issuer that the environment names, if it does. AWS does not document whether its regular expression must fit
    the whole of a client's id: here it must."""
    url, clients = os.environ.get(f"{name}_ISSUER"), os.environ.get(f"{name}_CLIENT_ID")
    try:
        fitting = re.compile(clients) if clients else None
    except re.error as error:
        sys.exit(f"{name}_CLIENT_ID must be a regular expression, not {clients}: {error}")
    return [Trusted(url, mode, PublishedKeys(url, address).get, fitting)] if url else []


def clients(mode: Mode, said: Claims) -> Iterator[str]:
    """For whom a token was made. Of Cognito's an ID token says it in `aud`, an access token in `client_id`."""
    names = ("aud", "azp") if mode is OIDC else ("client_id",) if said.get("token_use") == "access" else ("aud",)
    for value in map(said.get, names):
        yield from (client for client in (value if isinstance(value, list) else [value]) if isinstance(client, str))


def cognito(said: Claims, source_ip: list[str]) -> dict[str, Any]:
    """What a resolver is told of a user of a pool. The name stands elsewhere in an ID token than in an access token.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    return {
        "sub": said["sub"],
        "issuer": said["iss"],
        "username": said.get("cognito:username", said.get("username")),
        "claims": said,
        "sourceIp": source_ip,
        "defaultAuthStrategy": "ALLOW",
        "groups": said.get("cognito:groups"),
    }


def oidc(said: Claims) -> dict[str, Any]:
    """What a resolver is told of an OpenID Connect user."""
    return {"claims": said, "issuer": said["iss"], "sub": said["sub"]}
