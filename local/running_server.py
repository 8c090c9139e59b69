"""Requests of the command-line tools to the running local server."""

import json
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

from local import tls

TIMEOUT_SECONDS = 10


class ServerError(Exception):
    """The local server did not respond, or rejected the request; the message says why and what to do, in a sentence."""


class NoServer(ServerError):
    """Nothing listens on the port."""


def request_members(port: int, path: str, names: tuple[str, ...], form: Mapping[str, Any] | None = None) -> list[str]:
    """Returns members of the server's JSON response to a GET, or to a POST of the form. Raises ServerError."""
    body = None if form is None else json.dumps(form).encode()
    request = Request(f"{tls.base_url(port)}{path}", body, {"content-type": "application/json"})
    try:
        with tls.opener().open(request, timeout=TIMEOUT_SECONDS) as response:
            members = json.load(response)
        return [str(members[name]) for name in names]
    except HTTPError as error:
        raise ServerError(rejection(error) or another_server(port)) from error
    except (OSError, HTTPException) as error:
        raise unreachable(port, error.reason if isinstance(error, URLError) else error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ServerError(another_server(port)) from error


def rejection(error: HTTPError) -> str | None:
    """Returns the server's error description, or None if the response is not of our server."""
    try:
        return str(json.load(error)["error_description"])
    except (ValueError, KeyError, TypeError):
        return None


def unreachable(port: int, reason: object) -> ServerError:
    """Returns the error for a request that got no HTTP response."""
    if isinstance(reason, TimeoutError):
        return ServerError(f"the server on port {port} does not respond within {TIMEOUT_SECONDS} seconds")
    if isinstance(reason, ssl.SSLCertVerificationError):
        return ServerError(f"the certificate of the server on port {port} is not in .cache/tls: restart the server")
    if isinstance(reason, ssl.SSLError):
        return ServerError(f"the server on port {port} does not serve https: omit TLS=1, or restart it with TLS=1")
    if isinstance(reason, HTTPException | ConnectionResetError):
        return ServerError(
            f"the server on port {port} serves https: add TLS=1" if serves_tls(port) else another_server(port)
        )
    return NoServer(f"no server listens on port {port}: start it with `make run`, or set PORT to its port")


def another_server(port: int) -> str:
    return f"the server on port {port} is not the local server: start it with `make run`, or set PORT to its port"


def serves_tls(port: int) -> bool:
    """Returns whether a TLS handshake on the port reaches the server's certificate."""
    try:
        with socket.create_connection(("localhost", port), TIMEOUT_SECONDS) as connection:
            ssl.create_default_context().wrap_socket(connection, server_hostname="localhost").close()
    except ssl.SSLCertVerificationError:
        return True
    except OSError:
        return False
    return True
