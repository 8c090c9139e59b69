"""Public keys of token issuers: fetched, cached, and fetched again when they must be (RFC 7517)."""

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
ALGORITHMS = {  # by a key's `kty` or, of an elliptic one, by its curve (RFC 7518)
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
    """An issuer's public keys by `kid`. `fetch` returns the members of its JWKS, and may block.

    Keys are fetched again after an hour, and for an unknown `kid`, but never within 10 s of the last attempt. If that
    fails, the cached keys stay valid. At most the first 100 members of a JWKS are read.
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
        """Fetches the keys if this one is unknown or the cache too old, and the last attempt is long enough ago."""
        if self.needs_refresh(kid) and self.may_refresh():
            with self.attempt():
                self.store(self.fetch())

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Counts what runs inside as an attempt to fetch the keys, and logs its failure."""
        self.attempted_at = self.clock()
        try:
            yield
        except FETCH_ERRORS as error:
            log.warning("the keys of %s could not be fetched: %r", self.url, error)

    def store(self, members: Any) -> None:
        """Replaces the cached keys by a JWKS's members, without those that sign no tokens."""
        self.keys = {jwk["kid"]: jwk for jwk in members[:MAX_KEYS] if is_signing_key(jwk, self.algorithms)}
        self.fetched_at = self.attempted_at

    def key(self, kid: str) -> Jwk | None:
        """The cached key of this id; None if the issuer has none. Raises JwksUnavailable."""
        if not self.keys:
            raise JwksUnavailable(f"no keys of {self.url} are available")
        return self.keys.get(kid)


def supports(jwk: Jwk, algorithm: str) -> bool:
    """Whether a key is of the algorithm's kind, and does not state another algorithm."""
    kind = jwk.get("crv" if jwk.get("kty") == "EC" else "kty")
    return algorithm in ALGORITHMS.get(str(kind), ()) and jwk.get("alg", algorithm) == algorithm


def is_signing_key(jwk: Any, algorithms: Iterable[str]) -> bool:
    """Whether a member of a JWKS is a public key that signs tokens by one of these algorithms."""
    identified = isinstance(jwk, dict) and isinstance(jwk.get("kid"), str) and jwk.get("use", "sig") == "sig"
    return identified and any(supports(jwk, algorithm) for algorithm in algorithms)


def fetch_keys(issuer: str, jwks_uri: Callable[[str], str]) -> Any:
    """The members of an issuer's JWKS, at the address that `jwks_uri` finds for it."""
    return fetch_json(jwks_uri(issuer))["keys"]


def discover_jwks_uri(issuer: str) -> str:
    """The address of an issuer's keys, by its configuration; Cognito has one like any OpenID Connect issuer.

    https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
    """
    return str(fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")["jwks_uri"])


def fetch_json(url: str, timeout_seconds: float = FETCH_TIMEOUT_SECONDS) -> dict[str, Any]:
    """The JSON object at an address; no redirect is followed. AWS_CA_BUNDLE names further trusted authorities.

    Cognito's addresses are replaced by the endpoint that the environment names for AWS's own libraries, if any.
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
