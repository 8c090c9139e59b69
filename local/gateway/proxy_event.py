"""Lambda proxy integration: the event (payload format 1.0) of a request, and the parsing of a function's response.

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
from local.gateway.openapi import OpenApiOperation

API = "local"
STAGE = "local"

Event = dict[str, Any]


class MalformedProxyResponse(Exception):
    """The function's response does not have the format that API Gateway accepts."""


@dataclass(frozen=True)
class ProxyResponse:
    """A parsed response. A header with several values occurs once for each value."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def raw_path(request: Request) -> str:
    """Returns the path as the client sent it, percent-encoded. An event has it so, and its path parameters decoded."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.partition(b"?")[0].decode("latin-1")


def event(request: Request, operation: OpenApiOperation, parameters: Mapping[str, str], body: bytes) -> Event:
    """Returns the function's event for a request, still without the authorizer's context.

    Header names are in lower case, because the local web server lowers them; API Gateway preserves the client's case.
    """
    headers = multi_value([(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw])
    query = multi_value(parse_qsl(request.url.query, keep_blank_values=True))
    return {
        "resource": operation.path,
        "path": raw_path(request),
        "httpMethod": operation.method,
        "headers": single_value(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": single_value(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": context(request, operation),
        "body": body.decode(errors="replace") if body else None,
        "isBase64Encoded": False,
    }


def context(request: Request, operation: OpenApiOperation) -> dict[str, Any]:
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


def arn(operation: OpenApiOperation, path: str) -> str:
    """Returns the ARN that the authorizer's policy must allow for a request."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{API}/{STAGE}/{operation.method}{path}"


def authorizer_event(event: Event, operation: OpenApiOperation) -> Event:
    """Returns the event of a REQUEST authorizer: the proxy event without the body.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    without = {name: value for name, value in event.items() if name not in ("body", "isBase64Encoded")}
    return {"type": "REQUEST", "methodArn": arn(operation, event["path"]), **without}


def parse_response(response: Any) -> ProxyResponse:
    """Returns a function's response with lower-case header names. Raises MalformedProxyResponse."""
    try:
        single = {name.lower(): [str(value)] for name, value in (response.get("headers") or {}).items()}
        many = {name.lower(): list(map(str, of)) for name, of in (response.get("multiValueHeaders") or {}).items()}
        headers = tuple((name, value) for name, of in {**single, **many}.items() for value in of)
        return ProxyResponse(int(response["statusCode"]), headers, (response.get("body") or "").encode())
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise MalformedProxyResponse from error


def multi_value(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def single_value(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in values.items()}
