"""Verifies JSON Web Tokens (RFC 7519) of trusted issuers by the keys that these publish.

AppSync's emulator and the REST authorizer use this one verifier; what differs between them is a `Policy`. Both refuse
refresh tokens, and dates that are not numbers.
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
    """A text is not a token, is not signed by a key of its issuer, or its claims do not allow access."""


class ExpiredToken(InvalidToken):
    """A token of a trusted issuer was valid until its `exp`."""


@dataclass(frozen=True)
class Policy:
    """What an API accepts. `audience_claims` name the claims that hold the audience of an issuer other than Cognito."""

    algorithms: tuple[str, ...]
    required_claims: tuple[str, ...]
    audience_claims: tuple[str, ...] = ("aud",)
    max_length: int | None = None
    leeway_seconds: float = LEEWAY_SECONDS


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer whose tokens are accepted, if `audience` matches the whole of one of their audiences; None: any."""

    url: str
    audience: re.Pattern[str] | None
    cognito: bool
    jwks: JwksCache


@dataclass(frozen=True)
class UnverifiedToken:
    """A token of a trusted issuer, by its own account, and the key and algorithm that its header names."""

    text: str
    issuer: TrustedIssuer
    kid: str
    algorithm: str


class Verifier:
    """Verifies tokens of these issuers by one policy."""

    def __init__(self, issuers: Iterable[TrustedIssuer], policy: Policy, clock: Clock = time.time) -> None:
        self.issuers = {issuer.url: issuer for issuer in issuers}
        self.policy = policy
        self.clock = clock

    def verify(self, text: str) -> Claims:
        """The claims of a token, whose issuer's keys are fetched if need be. Raises InvalidToken, JwksUnavailable."""
        token = self.parse(text)
        token.issuer.jwks.ensure_fresh(token.kid)
        return self.claims(token)

    def parse(self, text: str) -> UnverifiedToken:
        """Finds the issuer and the key of a token without trusting it. Raises InvalidToken."""
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
        """The claims of a token, verified by the cached keys alone. Raises InvalidToken, JwksUnavailable."""
        jwk = token.issuer.jwks.key(token.kid)
        if jwk is None or token.algorithm not in self.policy.algorithms or not supports(jwk, token.algorithm):
            raise InvalidToken("no key of the issuer signs like this")
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
        """Checks that each date is a number, and that now is between them, give or take the leeway.

        Raises InvalidToken, ExpiredToken; OverflowError for a number that no float holds.
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
        """Refuses a refresh token and a token for another client. Raises InvalidToken."""
        if claims.get("token_use") == "refresh":
            raise InvalidToken("a refresh token grants no access")
        names = self.policy.audience_claims if not issuer.cognito else cognito_audience_claims(claims)
        if issuer.audience and not any(map(issuer.audience.fullmatch, audiences(claims, names))):
            raise InvalidToken("the token is for another client")


def cognito_audience_claims(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """An access token of Cognito's has no `aud`, but a `client_id`.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    return ("client_id",) if claims.get("token_use") == "access" else ("aud",)


def audiences(claims: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for value in map(claims.get, names):
        yield from (client for client in (value if isinstance(value, list) else [value]) if isinstance(client, str))
