"""Verifies JSON Web Tokens (RFC 7519) with the public keys of trusted issuers.

AppSync's emulator and the REST authorizer share this verifier, each with its own `Policy`. Both reject refresh tokens
and dates that are not numbers.
"""

import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from resolvers.runtime.jwks import Clock, JwksCache, supports

LEEWAY_SECONDS = 5.0
DATES = ("iat", "nbf", "exp")
TOKEN_ERRORS = (jwt.PyJWTError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

Claims = dict[str, Any]


class InvalidToken(Exception):
    """A string is not a token, is not signed by a key of its issuer, or its claims do not allow access."""


class ExpiredToken(InvalidToken):
    """A token of a trusted issuer was valid until its `exp`."""


@dataclass(frozen=True)
class Policy:
    """The tokens that an API accepts. For issuers other than Cognito, `audience_claims` hold the audience."""

    algorithms: tuple[str, ...]
    required_claims: tuple[str, ...]
    audience_claims: tuple[str, ...] = ("aud",)
    max_length: int | None = None
    leeway_seconds: float = LEEWAY_SECONDS


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer whose tokens are accepted if `audience` matches one of their audiences completely; None matches any."""

    url: str
    audience: re.Pattern[str] | None
    cognito: bool
    jwks: JwksCache


@dataclass(frozen=True)
class UnverifiedToken:
    """A token whose claims name a trusted issuer, with the key id and algorithm of its header. Not verified yet."""

    text: str
    issuer: TrustedIssuer
    kid: str
    algorithm: str


class Verifier:
    """Verifies tokens of several issuers with one policy."""

    def __init__(self, issuers: Iterable[TrustedIssuer], policy: Policy, clock: Clock = time.time) -> None:
        self.issuers = {issuer.url: issuer for issuer in issuers}
        self.policy = policy
        self.clock = clock

    def verify(self, text: str) -> Claims:
        """Returns the claims of a token; fetches its issuer's keys if needed. Raises InvalidToken, JwksUnavailable."""
        token = self.parse(text)
        token.issuer.jwks.ensure_fresh(token.kid)
        return self.claims(token)

    def parse(self, text: str) -> UnverifiedToken:
        """Returns the issuer and key id of a token without verifying it. Raises InvalidToken."""
        if self.policy.max_length is not None and len(text) > self.policy.max_length:
            raise InvalidToken("the token is too long")
        try:
            decoded = jwt.decode_complete(text, options={"verify_signature": False})
            header, issuer = decoded["header"], self.issuers[decoded["payload"]["iss"]]
            kid, algorithm = header["kid"], header["alg"]
        except TOKEN_ERRORS as error:
            raise InvalidToken("not a token of a trusted issuer") from error
        if not isinstance(kid, str) or not isinstance(algorithm, str):
            raise InvalidToken("the header names no key")
        return UnverifiedToken(text, issuer, kid, algorithm)

    def claims(self, token: UnverifiedToken) -> Claims:
        """Returns the claims of a token, verified with cached keys only. Raises InvalidToken, JwksUnavailable."""
        jwk = token.issuer.jwks.key(token.kid)
        if jwk is None or token.algorithm not in self.policy.algorithms or not supports(jwk, token.algorithm):
            raise InvalidToken("the token's algorithm is not that of its key")
        unchecked = {f"verify_{name}": False for name in ("aud", *DATES)}  # PyJWT's clock cannot be injected
        options: Any = {"require": list(self.policy.required_claims), **unchecked}
        try:
            key = jwt.PyJWK(jwk, token.algorithm)
            claims: Claims = jwt.decode(token.text, key, [token.algorithm], options, issuer=token.issuer.url)
            self.check_dates(claims)
        except TOKEN_ERRORS as error:
            raise InvalidToken("the signature or a claim is invalid") from error
        self.check_use(claims, token.issuer)
        return claims

    def check_dates(self, claims: Mapping[str, Any]) -> None:
        """Checks that each date is a number and that the token is valid now, within the leeway.

        Raises InvalidToken, ExpiredToken; OverflowError for a number too large for a float.
        """
        for name in DATES:
            value = claims.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise InvalidToken(f"{name} is not a number")
        now, leeway = self.clock(), self.policy.leeway_seconds
        if max(claims.get("iat", 0), claims.get("nbf", 0)) > now + leeway:
            raise InvalidToken("the token is not valid yet")
        if claims.get("exp", math.inf) <= now - leeway:
            raise ExpiredToken("the token has expired")

    def check_use(self, claims: Mapping[str, Any], issuer: TrustedIssuer) -> None:
        """Rejects refresh tokens and tokens for another client. Raises InvalidToken."""
        if claims.get("token_use") == "refresh":
            raise InvalidToken("a refresh token grants no access")
        names = self.policy.audience_claims if not issuer.cognito else cognito_audience_claims(claims)
        if issuer.audience and not any(map(issuer.audience.fullmatch, audiences(claims, names))):
            raise InvalidToken("the token is for another client")


def cognito_audience_claims(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the claims with the audience of a Cognito token: access tokens have `client_id` instead of `aud`.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    return ("client_id",) if claims.get("token_use") == "access" else ("aud",)


def audiences(claims: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for value in map(claims.get, names):
        yield from (client for client in (value if isinstance(value, list) else [value]) if isinstance(client, str))
