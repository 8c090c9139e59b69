"""Who may ask over REST: the bearer of a token that an issuer of ours has signed.

ISSUERS says whose tokens are taken, as JSON: `[{"url": …, "clients": …, "cognito": …}]`, where `clients` is a regular
expression that must fit the whole of a client's id. Of a token that is none, or not for us, API Gateway is told to
deny; where an issuer's keys cannot be had the function fails, and nobody gets in.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

import json
import logging
import math
import os
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from typing import Any

import jwt

from resolvers import asked, caller
from resolvers.refusals import NotSignedIn

ALGORITHMS = ("RS256", "ES256")
PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 10.0
KEPT_SECONDS = 3_600.0
MOST_KEYS = 100  # of one issuer
LONGEST_TOKEN = 8_192
COGNITO = re.compile(r"\Ahttps://cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?(?=/)")
BROKEN = (jwt.PyJWTError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

log = logging.getLogger(__name__)

Jwk = dict[str, Any]
Claims = dict[str, Any]


class NoKeys(Exception):
    """An issuer's keys cannot be had, and none are known from before."""


class Denied(Exception):
    """A request carries no token that holds."""


@dataclass
class Issuer:
    """Somebody whose tokens are taken, and their public keys by `kid`, as they were published last."""

    url: str
    clients: re.Pattern[str]
    cognito: bool
    known: dict[str, Jwk] = field(default_factory=dict)
    fetched_at: float = -math.inf
    asked_at: float = -math.inf

    def key(self, kid: str) -> Jwk | None:
        """The key of this id; None where the issuer has none. Raises NoKeys.

        Keys are fetched anew after an hour, and for an id that is not known, but not again within 10 s. While the
        issuer does not answer, what was known last holds.
        """
        now = time.monotonic()
        wanted = kid not in self.known or now - self.fetched_at >= KEPT_SECONDS
        if wanted and now - self.asked_at >= PAUSE_SECONDS:
            self.asked_at = now
            self.fetch()
        if not self.known:
            raise NoKeys(f"no keys to be had of {self.url}")
        return self.known.get(kid)

    def fetch(self) -> None:
        try:
            published = document(discovered(self.url))["keys"]
            self.known = {jwk["kid"]: jwk for jwk in published[:MOST_KEYS] if signs(jwk, ALGORITHMS)}
            self.fetched_at = self.asked_at
        except (*BROKEN, OSError, HTTPException) as error:
            log.warning("no keys to be had of %s: %r", self.url, error)


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """A policy for the whole stage, for API Gateway keeps it for every request with this token; and who bears it."""
    try:
        said = claims(token(event))
        issuer = issuers()[said["iss"]]
        known = caller.from_identity({"claims": said, **({"groups": None} if issuer.cognito else {})})
    except (Denied, NotSignedIn):
        return policy(event, "Deny", "nobody", {})
    until = str(math.floor(said["exp"]))
    return policy(event, "Allow", known.id, {**caller.context(known), "expiresAt": until})


def policy(event: Mapping[str, Any], effect: str, who: str, context: Mapping[str, str]) -> dict[str, Any]:
    stage = "/".join(event["methodArn"].split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": who, "policyDocument": document, "context": dict(context)}


def token(event: Mapping[str, Any]) -> str:
    """The one token that a request carries, whatever the case of the header's name. Raises Denied."""
    found = asked.values(event, "authorization")
    if len(found) != 1:
        raise Denied
    return re.sub(r"\Abearer +", "", found[0], flags=re.IGNORECASE)


def claims(token: str) -> Claims:
    """What a token says that holds: signed by a key of its issuer, for us, and now. Raises Denied, NoKeys."""
    trusted = issuers()
    try:
        if len(token) > LONGEST_TOKEN:
            raise Denied
        issuer = trusted[jwt.decode(token, options={"verify_signature": False})["iss"]]
        return verified(token, jwt.get_unverified_header(token), issuer)
    except BROKEN as error:
        raise Denied from error


def verified(token: str, header: Mapping[str, Any], issuer: Issuer) -> Claims:
    """The claims of a token whose key says by which one algorithm it must be signed."""
    jwk = issuer.key(header["kid"])
    if jwk is None or header["alg"] != algorithm(jwk):
        raise Denied
    key = jwt.PyJWK(jwk, header["alg"])
    options: Any = {"require": ["exp", "iss"], "verify_aud": False, "verify_iat": False}
    said: Claims = jwt.decode(token, key, [header["alg"]], options, issuer=issuer.url)
    times = [said["exp"], said.get("nbf", 0)]
    if not all(isinstance(at, int | float) and not isinstance(at, bool) and math.isfinite(at) for at in times):
        raise Denied
    if not any(map(issuer.clients.fullmatch, clients(said, issuer.cognito))):
        raise Denied
    return said


def clients(said: Claims, cognito: bool) -> Iterator[str]:
    """For whom a token was made: an access token of Cognito's has no `aud`, but a `client_id`.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    named = said.get("client_id" if cognito and said.get("token_use") == "access" else "aud")
    yield from (client for client in (named if isinstance(named, list) else [named]) if isinstance(client, str))


def algorithm(jwk: Jwk) -> str | None:
    """The one algorithm that a key is for."""
    fitting = {("RSA", None): "RS256", ("EC", "P-256"): "ES256"}.get((str(jwk.get("kty")), jwk.get("crv")))
    return fitting if jwk.get("alg", fitting) == fitting else None


@cache
def issuers() -> dict[str, Issuer]:
    """Whose tokens are taken, by what these say in `iss`."""
    told = json.loads(os.environ["ISSUERS"])
    return {one["url"]: Issuer(one["url"], re.compile(one["clients"]), one["cognito"]) for one in told}


def discovered(issuer: str) -> str:
    """The address of an issuer's keys, by its configuration; Cognito has one as any OpenID Connect issuer.

    https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
    """
    return str(document(f"{issuer.rstrip('/')}/.well-known/openid-configuration")["jwks_uri"])


def document(url: str) -> dict[str, Any]:
    """The JSON object at an address, within 3 s; no redirect is followed. Also trusted is who AWS_CA_BUNDLE says.

    What is Cognito's is looked for where the environment has AWS's libraries look for Cognito, if it does.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if elsewhere := os.environ.get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"):
        url = COGNITO.sub(elsewhere, url)
    trusted = ssl.create_default_context()
    if bundle := os.environ.get("AWS_CA_BUNDLE"):
        trusted.load_verify_locations(bundle)
    found: dict[str, Any] = jwt.PyJWKClient(
        url, cache_jwk_set=False, timeout=PATIENCE_SECONDS, ssl_context=trusted
    ).fetch_data()
    return found


def signs(jwk: Any, algorithms: tuple[str, ...]) -> bool:
    """Whether a member of a JWKS is a public key that tokens are signed with."""
    named = isinstance(jwk, dict) and isinstance(jwk.get("kid"), str)
    return named and jwk.get("use", "sig") == "sig" and jwk.get("alg", algorithms[0]) in algorithms
