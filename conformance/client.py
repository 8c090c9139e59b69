"""HTTP client of one GraphQL endpoint. It retries nothing: every response is a result, and so is a missing one."""

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

TIMEOUT_SECONDS = 45  # AppSync itself times out after 30
APPSYNC_HOST = re.compile(r"(https://\w{26})\.appsync-api\.([a-z0-9-]+\.amazonaws\.com(\.cn)?/graphql)")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
MAX_SUMMARY_BODY = 200  # characters


class ConformanceError(Exception):
    """The endpoint, or a part of it, cannot be checked. The message is one sentence that says why."""


@dataclass(frozen=True)
class ApiResponse:
    """A response with its duration. `status` is None if no response arrived: `body` then says what happened."""

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

    @property
    def error_summary(self) -> str:
        """The type and message of each error; without errors, the status and the start of the body."""
        errors = [error for error in self.errors if isinstance(error, dict)]
        messages = [f"{error.get('errorType')}: {error.get('message')}" for error in errors]
        return "; ".join(messages) or f"status {self.status}, {' '.join(str(self.body)[:MAX_SUMMARY_BODY].split())}"


class NoRedirect(HTTPRedirectHandler):
    """Follows no redirect, because the token is for the endpoint only."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class ApiClient:
    """An endpoint, a token for it, and a PEM file with a CA to trust in addition to the system's.

    Raises ConformanceError if one of them cannot be valid.
    """

    endpoint: str
    token: str = field(repr=False)
    ca_file: str | None = None

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.endpoint)
            is_address = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            is_address = False
        if not is_address or not self.endpoint.isascii() or re.search(r"[\s@?#]", self.endpoint):
            message = f"ENDPOINT must be the address of a GraphQL API, https://…/graphql, not {self.endpoint!r}"
            raise ConformanceError(message)
        if not re.fullmatch(r"[!-~]+( [!-~]+)?", self.token):
            raise ConformanceError("TOKEN must be a value for the Authorization header: one line of printable ASCII")
        try:
            self.ssl_context()
        except OSError as error:
            raise ConformanceError(f"CA_FILE must be a PEM file of certificates: {self.ca_file}: {error}") from error

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc

    @property
    def is_loopback(self) -> bool:
        """True if the endpoint is on this machine, which is reached without a proxy."""
        return urlsplit(self.endpoint).hostname in LOOPBACK_HOSTS

    @property
    def realtime_url(self) -> str:
        """The WebSocket address: a host of its own for AppSync's own addresses, else the endpoint's path + /realtime.

        https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
        """
        url = APPSYNC_HOST.sub(r"\1.appsync-realtime-api.\2", self.endpoint)
        return ("ws" + url.removeprefix("http")) if url != self.endpoint else f"ws{self.endpoint[4:]}/realtime"

    def ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        return context

    def execute(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> ApiResponse:
        members = {"query": query, "variables": variables, "operationName": operation_name}
        return self.send(json.dumps({name: value for name, value in members.items() if value is not None}).encode())

    def send(
        self,
        body: bytes | None,
        method: str = "POST",
        url_suffix: str = "",
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> ApiResponse:
        """Sends a request to the endpoint's address + `url_suffix`. An empty `token` sends no Authorization header."""
        authorization = {"authorization": self.token if token is None else token} if token != "" else {}
        all_headers = {"content-type": "application/json", **authorization, **(headers or {})}
        request = Request(self.endpoint + url_suffix, body, all_headers, method=method)
        start = time.monotonic()
        try:
            with self._opener().open(request, timeout=TIMEOUT_SECONDS) as response:
                return parse_response(response.status, response.headers, response.read(), start)
        except HTTPError as error:
            with error:
                return parse_response(error.code, error.headers, error.read(), start)
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            return ApiResponse(None, {}, f"no response: {reason or type(error).__name__}", time.monotonic() - start)

    def _opener(self) -> OpenerDirector:
        no_proxy = [ProxyHandler({})] if self.is_loopback else []
        return build_opener(NoRedirect, *no_proxy, HTTPSHandler(context=self.ssl_context()))


def parse_response(status: int, headers: Any, body: bytes, start: float) -> ApiResponse:
    """Returns a response with its JSON decoded, or with its text if it is not JSON. `start` is by time.monotonic."""
    text = body.decode(errors="replace")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = text
    lower_case = {name.lower(): value for name, value in headers.items()}
    return ApiResponse(status, lower_case, content, time.monotonic() - start)
