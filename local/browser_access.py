"""Decides which hosts and origins may use the local server, and sets the security headers of its pages.

The server issues a token, an API key or a signature on request. Without these checks a web page of another origin could
do everything that the developer can: the browser on the same machine reaches the loopback address.

- Every endpoint refuses a `Host` that is neither a loopback name nor in HOSTS. After DNS rebinding the requests of a
  foreign page count as same-origin, but their `Host` is still the name of the page.
- All endpoints except GraphQL, real time and REST refuse other origins, unless ORIGINS has them. GraphQL and REST
  accept every origin, as AppSync and API Gateway do: each of their requests needs a credential.

HOSTS has host names, ORIGINS has origins, both separated by commas or spaces.
https://web.dev/articles/fetch-metadata explains the rule for requests without an `Origin` header.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.settings import InvalidSetting

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ANDROID_EMULATOR = "10.0.2.2"  # the address by which an app in Android's emulator reaches the machine that runs it
HOST = r"[a-z0-9._-]+|\[[0-9a-f:.]+\]"
ORIGIN = rf"[a-z][a-z0-9+.-]*://({HOST})(:\d+)?"

HOST_REFUSED = (
    "The Host of this request is neither a loopback name nor in HOSTS: start the server with its name, as in "
    "`make run HOSTS=homes.test`.\n"
)
ORIGIN_REFUSED = (
    "Pages of another origin may use only GraphQL, real time and REST: to allow an origin the other endpoints, start "
    "the server with it, as in `make run ORIGINS=http://localhost:5173`.\n"
)
SECURITY_HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # each dialog of GraphiQL inserts a <style> element
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True)
class BrowserAccess:
    """The host names of the server, and the other origins that may use all of its endpoints."""

    hosts: frozenset[str] = frozenset((*LOOPBACK, ANDROID_EMULATOR))
    origins: frozenset[str] = frozenset()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Returns the access that HOSTS and ORIGINS add to the default. Raises InvalidSetting."""
        hosts = parse_names(environment, "HOSTS", HOST, "host names without scheme and port, as in homes.test")
        origins = parse_names(environment, "ORIGINS", ORIGIN, "origins, as in http://localhost:5173")
        return cls(cls.hosts | hosts, origins)

    def allows_host(self, host: str) -> bool:
        """Returns whether the host name of a `Host` header is allowed, with any port."""
        return re.sub(r":\d*$", "", host.lower()) in self.hosts

    def allows_origin(self, origin: str, host: str) -> bool:
        """Returns whether an `Origin` is in ORIGINS or is the origin of the server at `host`, an allowed `Host`.

        All loopback names with the port of `host` are the server's.
        """
        scheme, _, authority = origin.partition("://")
        return origin in self.origins or (
            scheme in ("http", "https") and unify_loopback(authority) == unify_loopback(host)
        )

    def allows_request(self, method: str, headers: Headers) -> bool:
        """Returns whether a request comes from an allowed origin, from no page, or opens a page in a tab.

        Programs send neither `Origin` nor `Sec-Fetch-Site`. Browsers send no `Origin` with the GET requests of links,
        images, scripts and frames; of these, only a link may come from another site.
        """
        if (origin := headers.get("origin")) is not None:
            return self.allows_origin(origin, headers["host"])
        if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
            return True
        destination = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
        return method == "GET" and destination == ("navigate", "document")


def parse_names(environment: Mapping[str, str], variable: str, pattern: str, form: str) -> frozenset[str]:
    """Returns the names in a variable, in lower case. Raises InvalidSetting if one does not match `pattern`."""
    names = re.findall(r"[^\s,]+", environment.get(variable, "").lower())
    for name in names:
        if not re.fullmatch(pattern, name):
            raise InvalidSetting(f"{variable} must be {form}, separated by commas, not {name}")
    return frozenset(names)


def unify_loopback(authority: str) -> str:
    """Returns a host with an optional port, with `localhost` in place of another loopback name."""
    return re.sub(r"^(127\.0\.0\.1|\[::1\])(?=:|$)", "localhost", authority.lower())


class HostGuard:
    """Middleware that responds with 421 if the request's `Host` is not allowed.

    It replaces Starlette's TrustedHostMiddleware because the response of that names no remedy.
    """

    def __init__(self, app: ASGIApp, access: BrowserAccess) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_request = scope["type"] in ("http", "websocket")
        is_rejected = is_request and not self.access.allows_host(Headers(scope=scope).get("host", ""))
        app = PlainTextResponse(HOST_REFUSED, 421) if is_rejected else self.app
        await app(scope, receive, send)


class OriginGuard:
    """Middleware that responds with 403 to other origins, and adds the security headers to every response."""

    def __init__(self, app: ASGIApp, access: BrowserAccess) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        allowed = self.access.allows_request(scope.get("method", "GET"), Headers(scope=scope))
        app = self.app if allowed else PlainTextResponse(ORIGIN_REFUSED, 403)
        await app(scope, receive, send_with_headers)


def own_middleware(access: BrowserAccess) -> tuple[Middleware, ...]:
    """Returns the middleware of the endpoints that only allowed origins may use; it sends those the headers of CORS."""
    return (
        Middleware(OriginGuard, access),
        Middleware(CORSMiddleware, allow_origin_regex=".*", allow_methods=["*"], allow_headers=["*"]),  # guarded above
        Middleware(ExceptionMiddleware),  # inside, so that a 404 has those headers too
    )
