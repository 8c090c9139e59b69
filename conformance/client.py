"""An endpoint, and what is sent to it as it is: nothing is retried, and whatever comes back is an answer."""

import json
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from local import tls

PATIENCE_SECONDS = 45  # AppSync itself gives up after 30
OWN = re.compile(r"(https://\w{26})\.appsync-api\.([a-z0-9-]+\.amazonaws\.com(\.cn)?/graphql)")
HERE = ("localhost", "127.0.0.1", "::1")


class NotAsked(Exception):
    """The endpoint cannot be probed at all; the text says why, in one sentence."""


@dataclass(frozen=True)
class Answer:
    """What came back. Without a status nothing did, and `body` says what happened instead."""

    status: int | None
    headers: dict[str, str]
    body: Any
    seconds: float

    @property
    def errors(self) -> list[Any]:
        errors = self.body.get("errors") if isinstance(self.body, dict) else None
        return errors if isinstance(errors, list) else []

    @property
    def extensions(self) -> dict[str, Any]:
        extensions = self.body.get("extensions") if isinstance(self.body, dict) else None
        return extensions if isinstance(extensions, dict) else {}

    @property
    def data(self) -> dict[str, Any]:
        data = self.body.get("data") if isinstance(self.body, dict) else None
        return data if isinstance(data, dict) else {}


class Stay(HTTPRedirectHandler):
    """Follows nobody elsewhere: the token is for the endpoint alone."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Api:
    """An endpoint and a token for it. Raises NotAsked where either cannot be one."""

    endpoint: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.endpoint)
            fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            fits = False
        if not fits or not self.endpoint.isascii() or re.search(r"[\s@?#]", self.endpoint):
            raise NotAsked(f"ENDPOINT must be the address of a GraphQL API, https://…/graphql, not {self.endpoint!r}")
        if not re.fullmatch(r"[!-~]+( [!-~]+)?", self.token):
            raise NotAsked("TOKEN must be what goes into an Authorization header: printable, and of one line")

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc

    @property
    def here(self) -> bool:
        """Whether it is on this machine, which no proxy leads to."""
        return urlsplit(self.endpoint).hostname in HERE

    @property
    def realtime(self) -> str:
        """Where its real time is: AppSync's own addresses have a host for it, others the path behind their own.

        https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
        """
        url = OWN.sub(r"\1.appsync-realtime-api.\2", self.endpoint)
        return ("ws" + url.removeprefix("http")) if url != self.endpoint else f"ws{self.endpoint[4:]}/realtime"

    @property
    def trusted(self) -> ssl.SSLContext:
        """Whom https is trusted of; with TLS=1 the desk's own authority too."""
        context = ssl.create_default_context()
        if tls.asked():
            context.load_verify_locations(tls.certificates().authority)
        return context

    def opener(self) -> OpenerDirector:
        """What asks: not through a proxy where the endpoint is on this machine."""
        past = [ProxyHandler({})] if self.here else []
        return build_opener(Stay, *past, HTTPSHandler(context=self.trusted))

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, operation: str | None = None) -> Answer:
        asked = {"query": query, "variables": variables, "operationName": operation}
        return self.send(json.dumps({name: value for name, value in asked.items() if value is not None}).encode())

    def send(
        self,
        body: bytes | None,
        method: str = "POST",
        address: str = "",
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """The answer to a request, with `address` behind the endpoint's own; an empty `token` sends none."""
        signed = {"authorization": self.token if token is None else token} if token != "" else {}
        given = {"content-type": "application/json", **signed, **(headers or {})}
        request = Request(self.endpoint + address, body, given, method=method)
        began = time.monotonic()
        try:
            with self.opener().open(request, timeout=PATIENCE_SECONDS) as response:
                return answer(response.status, response.headers, response.read(), began)
        except HTTPError as error:
            with error:
                return answer(error.code, error.headers, error.read(), began)
        except (OSError, HTTPException) as error:
            why = error.reason if isinstance(error, URLError) else error
            return Answer(None, {}, f"no answer: {why or type(error).__name__}", time.monotonic() - began)


def answer(status: int, headers: Any, body: bytes, began: float) -> Answer:
    text = body.decode(errors="replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = text
    return Answer(status, {name.lower(): value for name, value in headers.items()}, told, time.monotonic() - began)
