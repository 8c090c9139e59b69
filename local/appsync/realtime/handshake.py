"""The credentials of a WebSocket: in its URL, beside its subprotocol, in its headers, or in a `start` message.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import base64
import binascii
import json
from typing import Any

from starlette.websockets import WebSocket

from local.appsync.graphql_request import PATH
from local.auth.request import AuthRequest, Headers, request_headers, source_ip

PREFIX = "header-"


class BadHandshake(Exception):
    """Credentials that cannot be read."""


def protocols(socket: WebSocket) -> list[str]:
    """The subprotocols that a client offers."""
    return [name.strip() for name in socket.headers.get("sec-websocket-protocol", "").split(",") if name.strip()]


def connect(socket: WebSocket) -> AuthRequest:
    """The call to authenticate when a client connects. Raises BadHandshake.

    IAM signs a POST of `{}` to the API's path followed by `/connect`.
    """
    credentials = credentials_from_url_or_protocol(socket) or request_headers(socket)
    return build_auth_request(socket, credentials, f"{PATH}/connect", b"{}")


def start(socket: WebSocket, authorization: Any, data: str) -> AuthRequest:
    """The call to authenticate when a client subscribes. IAM signs a POST of `data` to the API's path.

    Raises BadHandshake.
    """
    return build_auth_request(socket, normalize_headers(authorization), PATH, data.encode(errors="replace"))


def build_auth_request(socket: WebSocket, credentials: Headers, path: str, body: bytes) -> AuthRequest:
    return AuthRequest("POST", path, "", credentials, body, source_ip(socket))


def credentials_from_url_or_protocol(socket: WebSocket) -> Headers | None:
    """The credentials in the URL, or beside the subprotocol; None if neither has any."""
    texts = [protocol.removeprefix(PREFIX) for protocol in protocols(socket) if protocol.startswith(PREFIX)]
    encoded = socket.query_params.get("header") or next(iter(texts), None)
    return normalize_headers(decode_base64_json(encoded)) if encoded else None


def decode_base64_json(text: str) -> Any:
    """The JSON of a base64 text, of either alphabet, padded or not. Raises BadHandshake."""
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return json.loads(base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadHandshake("the header is no JSON object in base64") from error


def normalize_headers(credentials: Any) -> Headers:
    """Credentials with their names in lower case, as an AuthRequest has its headers. Raises BadHandshake."""
    if not isinstance(credentials, dict) or not all(isinstance(value, str) for value in credentials.values()):
        raise BadHandshake("the credentials are no object of texts")
    return {name.lower(): value for name, value in credentials.items()}
