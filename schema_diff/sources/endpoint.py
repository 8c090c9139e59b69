"""Sources from introspection: a running endpoint, or a file with an introspection result.

The introspection query has only fields that AppSync supports. Credentials are read from the environment, TOKEN for
`Authorization`, API_KEY for `x-api-key`, and are sent to no other host. CA_FILE names the certificate of an authority
that is trusted for loopback addresses.
"""

import json
import os
import ssl
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from graphql import GraphQLError, build_client_schema, get_introspection_query, print_schema

from schema_diff.sources import files
from schema_diff.sources.files import SingleFileSource
from schema_diff.sources.source import SCHEMA, SourceText, UnreadableSource

TIMEOUT_SECONDS = 30
MAX_BYTES = 64 * 1024 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class NoRedirect(HTTPRedirectHandler):
    """Follows no redirect: a credential is only for the named host."""

    def redirect_request(self, *_: Any) -> None:
        return None


def build_url_opener(url: str) -> OpenerDirector:
    """Returns an opener; for a loopback address it uses no proxy and also trusts the authority in CA_FILE."""
    host = Request(url).host.rpartition(":")[0] or Request(url).host
    if host not in LOOPBACK:
        return build_opener(NoRedirect)
    context = ssl.create_default_context()
    if authority := os.environ.get("CA_FILE"):
        context.load_verify_locations(authority)
    return build_opener(NoRedirect, ProxyHandler({}), HTTPSHandler(context=context))


def credential_headers() -> dict[str, str]:
    headers = {"authorization": os.environ.get("TOKEN"), "x-api-key": os.environ.get("API_KEY")}
    return {header: value for header, value in headers.items() if value}


def introspect(url: str) -> SingleFileSource:
    """Returns the schema of an endpoint, without lines and directives. Raises UnreadableSource."""
    body = json.dumps({"query": get_introspection_query(descriptions=True)}).encode()
    headers = {"content-type": "application/json", "user-agent": "schema-diff", **credential_headers()}
    try:
        with build_url_opener(url).open(Request(url, body, headers), timeout=TIMEOUT_SECONDS) as response:
            content = response.read(MAX_BYTES + 1)
    except HTTPError as error:
        with error:
            raise UnreadableSource(f"{url}: {describe_status(error)}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise UnreadableSource(f"{url} does not answer: {getattr(error, 'reason', None) or error}") from error
    if len(content) > MAX_BYTES:
        raise UnreadableSource(f"{url}: more than {MAX_BYTES // 1024**2} MB of introspection")
    return SingleFileSource(SCHEMA, SourceText(url, print_sdl(url, content), has_lines=False), lacks_directives=True)


def introspection_file(path: Path) -> SingleFileSource | None:
    """Returns the schema in a file that `aws appsync get-introspection-schema` writes; None if the file has none."""
    text = files.single_file(path).text
    if '"__schema"' not in text.text:
        return None
    return SingleFileSource(
        SCHEMA, SourceText(text.name, print_sdl(text.name, text.text.encode()), has_lines=False), lacks_directives=True
    )


def describe_status(error: HTTPError) -> str:
    if error.code in (401, 403):
        return (
            f"{error.code}, the credential is missing or not accepted: set TOKEN (Authorization) or API_KEY (x-api-key)"
        )
    if 300 <= error.code < 400:
        return f"{error.code}, it redirects to another URL: use that one"
    return f"{error.code} {error.reason}"


def print_sdl(name: str, content: bytes) -> str:
    """Returns the SDL of an introspection result."""
    try:
        body = json.loads(content)
    except ValueError as error:
        raise UnreadableSource(f"{name}: the response is not JSON; is this a GraphQL endpoint?") from error
    data: Any = body.get("data", body) if isinstance(body, dict) else None
    if not data or not hasattr(data, "get") or not data.get("__schema"):
        raise UnreadableSource(
            f"{name}: the response has no schema; is introspection disabled? Error: {first_error(body)}"
        )
    try:
        sdl = print_schema(build_client_schema(data))
    except (GraphQLError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableSource(f"{name}: its schema is invalid: {error}") from error
    if not sdl.strip():
        raise UnreadableSource(f"{name}: its schema has no types")
    return sdl


def first_error(body: Any) -> str:
    errors = body.get("errors") if isinstance(body, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return str(errors[0].get("message"))[:200]
    return "none"
