"""A side that runs: the schema as an endpoint tells it by introspection, asked in words that AppSync knows.

A credential comes from the environment, TOKEN for `Authorization`, API_KEY for `x-api-key`, and goes to no other host.
CA_FILE names the certificate of an authority that is trusted for addresses of this machine.
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
from schema_diff.sources.files import Alone
from schema_diff.sources.source import SCHEMA, NotReadable, Text

SECONDS = 30
MOST_BYTES = 64 * 1024 * 1024
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Redirected(HTTPRedirectHandler):
    """Follows no redirect: a credential is for the host that was named."""

    def redirect_request(self, *_: Any) -> None:
        return None


def opener(url: str) -> OpenerDirector:
    """For this machine past any proxy, and trusting the authority in CA_FILE as well."""
    here = Request(url).host.rpartition(":")[0] or Request(url).host
    if here not in LOOPBACK:
        return build_opener(Redirected)
    context = ssl.create_default_context()
    if authority := os.environ.get("CA_FILE"):
        context.load_verify_locations(authority)
    return build_opener(Redirected, ProxyHandler({}), HTTPSHandler(context=context))


def credentials() -> dict[str, str]:
    named = {"authorization": os.environ.get("TOKEN"), "x-api-key": os.environ.get("API_KEY")}
    return {header: value for header, value in named.items() if value}


def side(url: str) -> Alone:
    """The schema that an endpoint tells, without its lines and directives. Raises NotReadable."""
    body = json.dumps({"query": get_introspection_query(descriptions=True)}).encode()
    headers = {"content-type": "application/json", "user-agent": "schema-diff", **credentials()}
    try:
        with opener(url).open(Request(url, body, headers), timeout=SECONDS) as answer:
            told = answer.read(MOST_BYTES + 1)
    except HTTPError as error:
        with error:
            raise NotReadable(f"{url}: {refused(error)}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotReadable(f"{url} does not answer: {getattr(error, 'reason', None) or error}") from error
    if len(told) > MOST_BYTES:
        raise NotReadable(f"{url}: more than {MOST_BYTES // 1024**2} MB of introspection")
    return Alone(SCHEMA, Text(url, printed(url, told), located=False), silent=True)


def dump(path: Path) -> Alone | None:
    """The schema in a file of an introspection's answer, which `aws appsync get-introspection-schema` writes."""
    text = files.file(path).text
    if '"__schema"' not in text.text:
        return None
    return Alone(SCHEMA, Text(text.name, printed(text.name, text.text.encode()), located=False), silent=True)


def refused(error: HTTPError) -> str:
    if error.code in (401, 403):
        return f"{error.code}, it wants another credential: set TOKEN (Authorization) or API_KEY (x-api-key)"
    if 300 <= error.code < 400:
        return f"{error.code}, it redirects to another address: name that"
    return f"{error.code} {error.reason}"


def printed(url: str, answer: bytes) -> str:
    """The SDL of an introspection's answer."""
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise NotReadable(f"{url}: the answer is no JSON; is this a GraphQL endpoint?") from error
    data: Any = told.get("data", told) if isinstance(told, dict) else None
    if not data or not hasattr(data, "get") or not data.get("__schema"):
        raise NotReadable(f"{url}: it tells no schema; is introspection disabled? It says: {said(told)}")
    try:
        sdl = print_schema(build_client_schema(data))
    except (GraphQLError, TypeError, KeyError, AttributeError) as error:
        raise NotReadable(f"{url}: the schema that it tells does not hold together: {error}") from error
    if not sdl.strip():
        raise NotReadable(f"{url}: the schema that it tells has no types")
    return sdl


def said(told: Any) -> str:
    errors = told.get("errors") if isinstance(told, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return str(errors[0].get("message"))[:200]
    return "nothing of errors"
