"""Fetches and caches the public keys of token issuers (JWKS, RFC 7517)."""

import logging
import math
import os
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import jwt

JWKS_TTL_SECONDS = 3_600.0
MIN_REFETCH_SECONDS = 10.0
FETCH_TIMEOUT_SECONDS = 3.0
MAX_KEYS = 100  # of one issuer
ALGORITHMS = {  # by a key's `kty`; for elliptic-curve keys by the curve (RFC 7518)
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
}
COGNITO = re.compile(r"\Ahttps://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?(?=/)")
FETCH_ERRORS = (jwt.PyJWTError, OSError, HTTPException, LookupError, RecursionError, TypeError, ValueError)

log = logging.getLogger(__name__)

Jwk = dict[str, Any]
Clock = Callable[[], float]


class JwksUnavailable(Exception):
    """An issuer's keys could not be fetched, and none are cached."""


@dataclass
class JwksCache:
    """An issuer's public keys by `kid`. `fetch` returns the members of its JWKS and may block.

    Keys are fetched again after an hour and for an unknown `kid`, but never within 10 s of the last attempt. If a fetch
    fails, the cached keys remain valid. Only the first 100 members of a JWKS are read.
    """

    url: str
    algorithms: tuple[str, ...]
    fetch: Callable[[], Any]
    clock: Clock = time.time
    keys: dict[str, Jwk] = field(default_factory=dict)
    fetched_at: float = -math.inf
    attempted_at: float = -math.inf

    def needs_refresh(self, kid: str) -> bool:
        return kid not in self.keys or self.clock() - self.fetched_at >= JWKS_TTL_SECONDS

    def may_refresh(self) -> bool:
        return self.clock() - self.attempted_at >= MIN_REFETCH_SECONDS

    def ensure_fresh(self, kid: str) -> None:
        """Fetches the keys if this key is unknown or the cache has expired, unless the last attempt was too recent."""
        if self.needs_refresh(kid) and self.may_refresh():
            with self.attempt():
                self.store(self.fetch())

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Records an attempt to fetch the keys, and logs its failure."""
        self.attempted_at = self.clock()
        try:
            yield
        except FETCH_ERRORS as error:
            log.warning("the keys of %s could not be fetched: %r", self.url, error)

    def store(self, members: Any) -> None:
        """Replaces the cached keys with the members of a JWKS that sign tokens."""
        self.keys = {jwk["kid"]: jwk for jwk in members[:MAX_KEYS] if is_signing_key(jwk, self.algorithms)}
        self.fetched_at = self.attempted_at

    def key(self, kid: str) -> Jwk | None:
        """Returns the cached key with this id; None if the issuer has none. Raises JwksUnavailable."""
        if not self.keys:
            raise JwksUnavailable(f"no keys of {self.url} are available")
        return self.keys.get(kid)


def supports(jwk: Jwk, algorithm: str) -> bool:
    """True if a key has the algorithm's key type and does not name another algorithm."""
    key_type = jwk.get("crv" if jwk.get("kty") == "EC" else "kty")
    return algorithm in ALGORITHMS.get(str(key_type), ()) and jwk.get("alg", algorithm) == algorithm


def is_signing_key(jwk: Any, algorithms: Iterable[str]) -> bool:
    """True if a member of a JWKS is a public key that signs tokens with one of these algorithms."""
    identified = isinstance(jwk, dict) and isinstance(jwk.get("kid"), str) and jwk.get("use", "sig") == "sig"
    return identified and any(supports(jwk, algorithm) for algorithm in algorithms)


def fetch_keys(issuer: str, jwks_uri: Callable[[str], str]) -> Any:
    """Returns the members of an issuer's JWKS; `jwks_uri` returns the URL of an issuer's JWKS."""
    return fetch_json(jwks_uri(issuer))["keys"]


def discover_jwks_uri(issuer: str) -> str:
    """Returns the URL of an issuer's JWKS from its OpenID configuration, which Cognito has too.

    https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
    """
    return str(fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")["jwks_uri"])


def fetch_json(url: str, timeout_seconds: float = FETCH_TIMEOUT_SECONDS) -> dict[str, Any]:
    """Returns the JSON object at a URL, without following redirects. AWS_CA_BUNDLE adds trusted certificates.

    For Cognito's URLs, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER replaces the endpoint, as in AWS's SDKs.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if override_url := os.environ.get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"):
        url = COGNITO.sub(override_url, url)
    trust = ssl.create_default_context()
    if bundle := os.environ.get("AWS_CA_BUNDLE"):
        trust.load_verify_locations(bundle)
    client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=timeout_seconds, ssl_context=trust)
    content: dict[str, Any] = client.fetch_data()
    return content
