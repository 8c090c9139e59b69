"""Authentication: verifies the credential of a request, and returns the identity that resolvers receive.

Accepted are requests signed with AWS credentials, and tokens of the server's own issuer or of an external issuer:

COGNITO_ISSUER  a user pool, https://cognito-idp.<region>.amazonaws.com/<pool id>
OIDC_ISSUER     an OpenID Connect issuer, exactly as in its tokens' claim `iss`

COGNITO_CLIENT_ID and OIDC_CLIENT_ID are regular expressions for the accepted client ids; if unset, all are accepted.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from local.assumptions import TOKEN_EXPIRED
from local.auth import claims
from local.auth.claims import Claims
from local.auth.issuer import Issuer
from local.auth.jwks import JwksClient, cognito_jwks_uri
from local.auth.request import NOT_AUTHORIZED, AuthContext, AuthRequest, Unauthorized
from resolvers.field_config import COGNITO, IAM, OIDC, AuthMode
from resolvers.runtime.jwks import Clock, Jwk, JwksCache, JwksUnavailable, discover_jwks_uri, fetch_keys
from resolvers.runtime.tokens import ExpiredToken, InvalidToken, Policy, TrustedIssuer, Verifier

NO_CREDENTIAL = "Valid authorization header not provided."
SIGNED = "AWS4-HMAC-SHA256"  # the start of the Authorization header of a SigV4 request
POLICY = Policy(
    algorithms=tuple(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    required_claims=("exp", "iat", "iss", "sub"),
    audience_claims=("aud", "azp"),
)


class SignatureVerifier(Protocol):
    """Verifies SigV4 signatures."""

    def caller(self, request: AuthRequest) -> Mapping[str, Any]:
        """The identity of an IAM caller. Raises Unauthorized."""


class Providers:
    """Authenticates callers: by tokens of these issuers, and by AWS credentials if `iam` verifies signatures."""

    def __init__(
        self, issuers: Sequence[TrustedIssuer], iam: SignatureVerifier | None, clock: Clock = time.time
    ) -> None:
        self.verifier = Verifier(issuers, POLICY, clock)
        self.jwks = {issuer.url: JwksClient(issuer.jwks) for issuer in issuers}
        self.iam = iam

    @classmethod
    def from_environment(cls, own: Issuer, iam: SignatureVerifier | None, clock: Clock = time.time) -> "Providers":
        """Trusts the server's own issuer, the issuers of the environment, and AWS credentials."""
        cognito = issuer_from_env("COGNITO", COGNITO, cognito_jwks_uri, clock)
        oidc = issuer_from_env("OIDC", OIDC, discover_jwks_uri, clock)
        return cls([*cognito, *oidc, *dev_issuers(own, clock)], iam, clock)

    def environment(self) -> dict[str, str]:
        """The same issuers, as the REST authorizer reads them."""
        issuers = [
            {
                "url": issuer.url,
                "audience": issuer.audience.pattern if issuer.audience else ".*",
                "cognito": issuer.cognito,
            }
            for issuer in self.verifier.issuers.values()
        ]
        return {"ISSUERS": json.dumps(issuers)}

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

    async def authenticate_bearer(self, text: str, request: AuthRequest) -> AuthContext:
        """The bearer of a token. Its `iss` names the issuer whose keys must verify it. Raises Unauthorized."""
        try:
            token = self.verifier.parse(text)
            await self.jwks[token.issuer.url].ensure_fresh(token.kid)
            claims = self.verifier.claims(token)
        except ExpiredToken as error:
            raise Unauthorized(TOKEN_EXPIRED) from error
        except (InvalidToken, JwksUnavailable) as error:
            raise Unauthorized(NOT_AUTHORIZED) from error
        if token.issuer.cognito:
            return AuthContext(COGNITO, cognito_identity(claims, request.source_ip), request.headers)
        return AuthContext(OIDC, oidc_identity(claims), request.headers)


def dev_issuers(own: Issuer, clock: Clock) -> list[TrustedIssuer]:
    """Returns the server's own issuer, once for each kind of its tokens."""
    audience = re.compile(claims.CLIENT_ID)
    kinds = {claims.COGNITO: COGNITO, claims.OIDC: OIDC}
    return [trusted_issuer(own.url_of(kind), mode, own.published_keys, audience, clock) for kind, mode in kinds.items()]


def issuer_from_env(name: str, mode: AuthMode, jwks_uri: Callable[[str], str], clock: Clock) -> list[TrustedIssuer]:
    """The issuer configured by `<name>_ISSUER`, if any. `<name>_CLIENT_ID` is a regular expression that must match the
    whole client id (AWS does not document whether AppSync anchors it)."""
    url, client_id = os.environ.get(f"{name}_ISSUER"), os.environ.get(f"{name}_CLIENT_ID")
    try:
        audience = re.compile(client_id) if client_id else None
    except re.error as error:
        sys.exit(f"{name}_CLIENT_ID must be a regular expression, not {client_id}: {error}")
    return [trusted_issuer(url, mode, partial(fetch_keys, url, jwks_uri), audience, clock)] if url else []


def trusted_issuer(
    url: str, mode: AuthMode, fetch: Callable[[], list[Jwk]], audience: re.Pattern[str] | None, clock: Clock
) -> TrustedIssuer:
    return TrustedIssuer(url, audience, mode is COGNITO, JwksCache(url, POLICY.algorithms, fetch, clock))


def cognito_identity(claims: Claims, source_ip: list[str]) -> dict[str, Any]:
    """Returns the `identity` of a Cognito user. ID and access tokens have the user name in different claims.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    return {
        "sub": claims["sub"],
        "issuer": claims["iss"],
        "username": claims.get("cognito:username", claims.get("username")),
        "claims": claims,
        "sourceIp": source_ip,
        "defaultAuthStrategy": "ALLOW",
        "groups": claims.get("cognito:groups"),
    }


def oidc_identity(claims: Claims) -> dict[str, Any]:
    """Returns the `identity` of an OpenID Connect user."""
    return {"claims": claims, "issuer": claims["iss"], "sub": claims["sub"]}
