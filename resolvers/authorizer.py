"""The REST authorizer: admits the bearer of a token that a trusted issuer has signed.

ISSUERS names the trusted issuers, as JSON: `[{"url": …, "audience": …, "cognito": …}]`, where `audience` is a regular
expression that must match the whole of a client's id. An invalid token, or none, makes API Gateway deny the request;
if an issuer's keys are unavailable, the function fails, and nobody is admitted.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

import json
import math
import os
import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from resolvers.runtime import caller, rest_request
from resolvers.runtime.errors import NotSignedIn
from resolvers.runtime.jwks import JwksCache, discover_jwks_uri, fetch_keys
from resolvers.runtime.tokens import InvalidToken, Policy, TrustedIssuer, Verifier

POLICY = Policy(algorithms=("RS256", "ES256"), required_claims=("exp", "iss"), max_length=8_192)


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    return authorize(event, verifier())


def authorize(event: Mapping[str, Any], verifier: Verifier) -> dict[str, Any]:
    """A policy for the whole stage, for API Gateway keeps it for every request with this token; and who bears it.

    `expiresAt` is when the token is no longer accepted, which the cached policy does not know. Raises JwksUnavailable.
    """
    try:
        claims = verifier.verify(token(event))
        cognito = verifier.issuers[claims["iss"]].cognito
        user = caller.from_identity({"claims": claims, **({"groups": None} if cognito else {})})
    except (InvalidToken, NotSignedIn):
        return policy(event, "Deny", "nobody", {})
    expires_at = str(math.floor(claims["exp"] + verifier.policy.leeway_seconds))
    return policy(event, "Allow", user.id, {**caller.context(user), "expiresAt": expires_at})


def policy(event: Mapping[str, Any], effect: str, who: str, context: Mapping[str, str]) -> dict[str, Any]:
    stage = "/".join(event["methodArn"].split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": who, "policyDocument": document, "context": dict(context)}


def token(event: Mapping[str, Any]) -> str:
    """The one token that a request carries, whatever the case of the header's name. Raises InvalidToken."""
    values = rest_request.values(event, "authorization")
    if len(values) != 1:
        raise InvalidToken("a request needs exactly one token")
    return re.sub(r"\Abearer +", "", values[0], flags=re.IGNORECASE)


@cache
def verifier() -> Verifier:
    """Verifies the tokens of the issuers that the environment names."""
    return Verifier(map(trusted_issuer, json.loads(os.environ["ISSUERS"])), POLICY)


def trusted_issuer(config: Mapping[str, Any]) -> TrustedIssuer:
    url: str = config["url"]
    jwks = JwksCache(url, POLICY.algorithms, partial(fetch_keys, url, discover_jwks_uri))
    return TrustedIssuer(url, re.compile(config["audience"]), config["cognito"], jwks)
