"""Reads the credentials of a WebSocket from its URL, a second subprotocol, its headers, or a `start` message.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import base64
import binascii
import json
from typing import Any

from starlette.websockets import WebSocket

from local.appsync.graphql_request import PATH
from local.auth.request import AuthRequest, Headers, request_headers, source_ip

CREDENTIALS_PREFIX = "header-"


class InvalidHandshake(Exception):
    """The credentials cannot be decoded."""


def offered_protocols(socket: WebSocket) -> list[str]:
    """Returns the subprotocols that a client offers."""
    return [name.strip() for name in socket.headers.get("sec-websocket-protocol", "").split(",") if name.strip()]


def connect_request(socket: WebSocket) -> AuthRequest:
    """Returns the request to authenticate when a client connects. Raises InvalidHandshake.

    IAM signs a POST of `{}` to the API's path followed by `/connect`.
    """
    credentials = credentials_from_url_or_protocol(socket) or request_headers(socket)
    return build_auth_request(socket, credentials, f"{PATH}/connect", b"{}")


def start_request(socket: WebSocket, authorization: Any, data: str) -> AuthRequest:
    """Returns the request to authenticate when a client subscribes. IAM signs a POST of `data` to the API's path.

    Raises InvalidHandshake.
    """
    return build_auth_request(socket, normalize_headers(authorization), PATH, data.encode(errors="replace"))


def build_auth_request(socket: WebSocket, credentials: Headers, path: str, body: bytes) -> AuthRequest:
    return AuthRequest("POST", path, "", credentials, body, source_ip(socket))


def credentials_from_url_or_protocol(socket: WebSocket) -> Headers | None:
    """Returns the credentials in the URL or in a `header-` subprotocol; None if neither has any."""
    texts = [
        protocol.removeprefix(CREDENTIALS_PREFIX)
        for protocol in offered_protocols(socket)
        if protocol.startswith(CREDENTIALS_PREFIX)
    ]
    encoded = socket.query_params.get("header") or next(iter(texts), None)
    return normalize_headers(decode_base64_json(encoded)) if encoded else None


def decode_base64_json(text: str) -> Any:
    """Decodes JSON in base64, of the standard or the URL alphabet, padded or not. Raises InvalidHandshake."""
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return json.loads(base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidHandshake("the header is not a JSON object in base64") from error


def normalize_headers(credentials: Any) -> Headers:
    """Returns credentials with lower-case names, as the headers of an AuthRequest. Raises InvalidHandshake."""
    if not isinstance(credentials, dict) or not all(isinstance(value, str) for value in credentials.values()):
        raise InvalidHandshake("the credentials are not an object of strings")
    return {name.lower(): value for name, value in credentials.items()}
