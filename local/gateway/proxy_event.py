"""A request as API Gateway hands it to a function, version 1.0 of its events, and the function's answer.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from local.aws import ACCOUNT_ID, REGION
from local.gateway.openapi import Operation

API = "desk"
STAGE = "desk"

Event = dict[str, Any]


class Malformed(Exception):
    """A function's answer is none that API Gateway takes."""


@dataclass(frozen=True)
class Answered:
    """What goes back: the status, the headers, each as often as it was told, and the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def raw_path(request: Request) -> str:
    """The path as it was sent, percent signs and all: so it stands in an event, and its parameters decoded."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.partition(b"?")[0].decode("latin-1")


def event(request: Request, operation: Operation, parameters: Mapping[str, str], body: bytes) -> Event:
    """What the function gets of a request; who asks is not in it yet. Header names are in lower case, for so the desk's
    own server tells them; API Gateway keeps the client's case."""
    headers = several([(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw])
    query = several(parse_qsl(request.url.query, keep_blank_values=True))
    return {
        "resource": operation.path,
        "path": raw_path(request),
        "httpMethod": operation.method,
        "headers": last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": context(request, operation),
        "body": body.decode(errors="replace") if body else None,
        "isBase64Encoded": False,
    }


def context(request: Request, operation: Operation) -> dict[str, Any]:
    now, host = datetime.now(UTC), request.headers.get("host", "")
    return {
        "resourceId": operation.id,
        "resourcePath": operation.path,
        "operationName": operation.id,
        "httpMethod": operation.method,
        "extendedRequestId": str(uuid.uuid4()),
        "requestTime": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
        "path": raw_path(request),
        "accountId": ACCOUNT_ID,
        "protocol": f"HTTP/{request.scope.get('http_version', '1.1')}",
        "stage": STAGE,
        "domainPrefix": host.partition(".")[0],
        "requestTimeEpoch": int(now.timestamp() * 1_000),
        "requestId": str(uuid.uuid4()),
        "identity": {
            "cognitoIdentityPoolId": None,
            "accountId": None,
            "cognitoIdentityId": None,
            "caller": None,
            "sourceIp": request.client.host if request.client else "",
            "principalOrgId": None,
            "accessKey": None,
            "cognitoAuthenticationType": None,
            "cognitoAuthenticationProvider": None,
            "userArn": None,
            "userAgent": request.headers.get("user-agent"),
            "user": None,
            "apiKey": request.headers.get("x-api-key"),
        },
        "domainName": host,
        "apiId": API,
    }


def arn(operation: Operation, path: str) -> str:
    """What a policy must allow for a request to be let through."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{API}/{STAGE}/{operation.method}{path}"


def to_authorizer(asked: Event, operation: Operation) -> Event:
    """What the authorizer gets of a request.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    without = {name: value for name, value in asked.items() if name not in ("body", "isBase64Encoded")}
    return {"type": "REQUEST", "methodArn": arn(operation, asked["path"]), **without}


def answered(told: Any) -> Answered:
    """A function's answer as it goes back. Raises Malformed."""
    try:
        single = {name.lower(): [str(value)] for name, value in (told.get("headers") or {}).items()}
        many = {name.lower(): list(map(str, of)) for name, of in (told.get("multiValueHeaders") or {}).items()}
        headers = tuple((name, value) for name, of in {**single, **many}.items() for value in of)
        return Answered(int(told["statusCode"]), headers, (told.get("body") or "").encode())
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Malformed from error


def several(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def last(found: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in found.items()}
