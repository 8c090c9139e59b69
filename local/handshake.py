"""The credentials of a WebSocket: in its address, beside its subprotocol, in its headers, or in a `start` message.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from starlette.websockets import WebSocket

from local.auth import Asked
from local.http import PATH, headers, source_ip

PREFIX = "header-"


class BadHandshake(Exception):
    """Credentials that cannot be read at all."""


def protocols(socket: WebSocket) -> list[str]:
    """The subprotocols that a client offers."""
    return [name.strip() for name in socket.headers.get("sec-websocket-protocol", "").split(",") if name.strip()]


def connect(socket: WebSocket) -> Asked:
    """What is to be let in when a client connects. Raises BadHandshake.

    IAM signs for it a POST of `{}` to the API's path with `/connect` behind.
    """
    return asked(socket, handed(socket) or headers(socket), f"{PATH}/connect", b"{}")


def start(socket: WebSocket, authorization: Any, data: str) -> Asked:
    """What is to be let in when a client subscribes. IAM signs for it a POST of `data` to the API's path.

    Raises BadHandshake.
    """
    return asked(socket, named(authorization), PATH, data.encode(errors="replace"))


def asked(socket: WebSocket, credentials: Mapping[str, str | list[str]], path: str, body: bytes) -> Asked:
    return Asked("POST", path, "", credentials, body, source_ip(socket))


def handed(socket: WebSocket) -> Mapping[str, str | list[str]] | None:
    """The credentials in the address or beside the subprotocol; None where there are none."""
    texts = [protocol.removeprefix(PREFIX) for protocol in protocols(socket) if protocol.startswith(PREFIX)]
    encoded = socket.query_params.get("header") or next(iter(texts), None)
    return named(decoded(encoded)) if encoded else None


def decoded(text: str) -> Any:
    """The JSON behind a text in base64, of either alphabet, padded or not."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return json.loads(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadHandshake("the header is no JSON object in base64") from error


def named(credentials: Any) -> dict[str, str | list[str]]:
    """Credentials by names in lower case, as HTTP's headers come."""
    if not isinstance(credentials, dict) or not all(isinstance(value, str) for value in credentials.values()):
        raise BadHandshake("the credentials are no object of texts")
    return {name.lower(): value for name, value in credentials.items()}
