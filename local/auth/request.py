"""The request that is authenticated, independent of its protocol, and the authenticated caller."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection

from resolvers.field_config import AuthMode

NOT_AUTHORIZED = "You are not authorized to make this call."

Headers = Mapping[str, str | list[str]]


class Unauthorized(Exception):
    """The request is not authenticated. The text is the message that AppSync sends with its UnauthorizedException."""


@dataclass(frozen=True)
class AuthRequest:
    """The input of authentication: from an HTTP request, a WebSocket handshake or a `start` message.

    A SigV4 signature covers the method, the path (`/graphql/connect` for a handshake), the raw query, the headers and
    the body. Header names are in lower case, a header that is sent twice is a list, and cookies are omitted.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    source_ip: list[str]


@dataclass(frozen=True)
class AuthContext:
    """An authenticated caller: the authorization mode, the identity that resolvers receive, and the HTTP headers."""

    mode: AuthMode
    identity: Mapping[str, Any] | None
    headers: Headers

    @property
    def label(self) -> str:
        """A short description of the caller for people: `ada (oidc)`."""
        identity = self.identity or {}
        mode = self.mode.directive.removeprefix("aws_").removesuffix("_user_pools")
        return f"{identity.get('username') or identity.get('sub')} ({mode})"


Authenticate = Callable[[AuthRequest], Awaitable[AuthContext]]  # raises Unauthorized


def request_headers(connection: HTTPConnection) -> dict[str, str | list[str]]:
    """The headers of a connection as an AuthRequest has them."""
    names = dict.fromkeys(name for name in connection.headers if name != "cookie")
    values = {name: connection.headers.getlist(name) for name in names}
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items()}


def source_ip(connection: HTTPConnection) -> list[str]:
    """Returns the addresses of the header `x-forwarded-for`, followed by the address of the connection."""
    forwarded = [ip.strip() for ip in connection.headers.get("x-forwarded-for", "").split(",") if ip.strip()]
    return [*forwarded, *([connection.client.host] if connection.client else [])]
