"""The REST authorizer: allows requests with a valid token of a trusted issuer.

ISSUERS names the trusted issuers, as JSON: `[{"url": …, "audience": …, "cognito": …}]`, where `audience` is a regular
expression that must match the complete client id. If the token is invalid or missing, API Gateway denies the request;
if an issuer's keys are unavailable, the function fails and API Gateway answers 500.
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
from resolvers.runtime.errors import Unauthenticated
from resolvers.runtime.jwks import JwksCache, discover_jwks_uri, fetch_keys
from resolvers.runtime.tokens import InvalidToken, Policy, TrustedIssuer, Verifier

POLICY = Policy(algorithms=("RS256", "ES256"), required_claims=("exp", "iss"), max_length=8_192)


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    return authorize(event, verifier())


def authorize(event: Mapping[str, Any], verifier: Verifier) -> dict[str, Any]:
    """Returns a policy for the entire stage, and the caller as its context.

    The policy covers every route because API Gateway caches it for all requests with this token. `expiresAt` (epoch
    seconds) is the time from which the token is rejected: a cached policy may outlive it. Raises JwksUnavailable.
    """
    try:
        claims = verifier.verify(token(event))
        cognito = verifier.issuers[claims["iss"]].cognito
        user = caller.from_identity({"claims": claims, **({"groups": None} if cognito else {})})
    except (InvalidToken, Unauthenticated):
        return policy(event, "Deny", "nobody", {})
    expires_at = str(math.floor(claims["exp"] + verifier.policy.leeway_seconds))
    return policy(event, "Allow", user.id, {**caller.to_authorizer_context(user), "expiresAt": expires_at})


def policy(event: Mapping[str, Any], effect: str, principal_id: str, context: Mapping[str, str]) -> dict[str, Any]:
    stage = "/".join(event["methodArn"].split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": principal_id, "policyDocument": document, "context": dict(context)}


def token(event: Mapping[str, Any]) -> str:
    """Returns the only token of a request; the header's name is case-insensitive. Raises InvalidToken."""
    values = rest_request.header_values(event, "authorization")
    if len(values) != 1:
        raise InvalidToken("a request needs exactly one token")
    return re.sub(r"\Abearer +", "", values[0], flags=re.IGNORECASE)


@cache
def verifier() -> Verifier:
    """Returns the verifier of the issuers in the environment variable ISSUERS."""
    return Verifier(map(trusted_issuer, json.loads(os.environ["ISSUERS"])), POLICY)


def trusted_issuer(config: Mapping[str, Any]) -> TrustedIssuer:
    url: str = config["url"]
    jwks = JwksCache(url, POLICY.algorithms, partial(fetch_keys, url, discover_jwks_uri))
    return TrustedIssuer(url, re.compile(config["audience"]), config["cognito"], jwks)
