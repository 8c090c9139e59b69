"""Hosts and origins: which requests of browsers the local server refuses, and what it sends to the allowed ones."""

import asyncio
import re
import socket
from collections.abc import Iterator, Sequence

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local.app import info_route
from local.appsync.realtime import websocket
from local.browser_access import (
    HOST_REFUSED,
    ORIGIN_REFUSED,
    SECURITY_HEADERS,
    BrowserAccess,
    own_middleware,
)
from local.gateway.server import PathPrefix
from local.paths import ROOT
from local.settings import InvalidSetting
from tests.local.server_fixture import LocalServer

VITE = "http://localhost:5173"
FOREIGN = "https://attacker.example"
HOST = "localhost:8000"
PUBLIC = {"/graphql", "/properties", "/users"}


def paths(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Yields a path of each HTTP route, also of mounted ones; path parameters are `x`."""
    for route in routes:
        if isinstance(route, Mount):
            yield from paths(route.routes)
        elif not isinstance(route, WebSocketRoute):
            assert isinstance(route, Route | PathPrefix)
            yield re.sub(r"\{.*?\}", "x", route.path)


def refused(server: LocalServer, method: str, headers: dict[str, str]) -> set[str]:
    """Returns the paths that refuse such a request because of its origin."""
    responses = {path: server.http.request(method, path, headers=headers) for path in paths(server.routes)}
    return {path for path, response in responses.items() if response.text == ORIGIN_REFUSED}


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [{"origin": FOREIGN}, {"origin": "null"}, {"origin": VITE}, {"sec-fetch-site": "cross-site"}],
    ids=lambda headers: next(iter(headers.values())),
)
def test_every_path_but_graphql_and_rest_refuses_other_origins(
    server: LocalServer, method: str, headers: dict[str, str]
) -> None:
    assert set(paths(server.routes)) - refused(server, method, headers) == PUBLIC


def test_a_refusal_is_a_403_that_names_the_remedy_and_has_no_cors_headers(server: LocalServer) -> None:
    response = server.http.post("/token", json={"user": "ada"}, headers={"origin": FOREIGN})
    assert response.status_code == 403
    assert "make run ORIGINS=http://localhost:5173" in response.text
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_refused_request_for_a_key_creates_none(server: LocalServer) -> None:
    keys = dict(server.keys.plans)
    assert server.http.post("/key", json={}, headers={"origin": FOREIGN}).status_code == 403
    assert server.keys.plans == keys


def test_the_own_origin_gets_a_token(server: LocalServer) -> None:
    response = server.http.post("/token", json={"user": "ada"}, headers={"origin": server.url})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == server.url


def test_every_path_but_graphql_and_rest_sends_the_security_headers(server: LocalServer) -> None:
    headers = {path: server.http.get(path).headers for path in paths(server.routes)}
    assert {path for path in headers if headers[path].items() >= SECURITY_HEADERS.items()} == headers.keys() - PUBLIC
    assert [path for path in PUBLIC if SECURITY_HEADERS.keys() & headers[path].keys()] == []


def test_no_page_has_a_script_or_a_handler_that_the_policy_blocks() -> None:
    pages = [page for pattern in ("*.html", "*/*.html") for page in (ROOT / "local").glob(f"*/static/{pattern}")]
    inline = re.compile(r"<script(?![^>]* src=)|\son\w+=|javascript:")
    assert len(pages) == 3
    assert [(str(page), match) for page in pages for match in inline.findall(page.read_text())] == []


def test_every_path_refuses_the_host_of_a_foreign_page(server: LocalServer) -> None:
    headers = {"host": server.host.replace("127.0.0.1", "rebound.example")}
    responses = [server.http.get(path, headers=headers) for path in paths(server.routes)]
    assert {(response.status_code, response.text) for response in responses} == {(421, HOST_REFUSED)}
    assert "make run HOSTS=homes.test" in HOST_REFUSED


@pytest.mark.parametrize("path", websocket.PATHS)
def test_a_websocket_refuses_the_host_of_a_foreign_page(server: LocalServer, path: str) -> None:
    host, port = server.host.split(":")
    with socket.create_connection((host, int(port))) as sock, pytest.raises(InvalidStatus) as refusal:
        connect(f"ws://rebound.example:{port}{path}", sock=sock)
    assert (refusal.value.response.status_code, refusal.value.response.body) == (421, HOST_REFUSED.encode())


HOSTS = {
    "localhost": True,
    "LOCALHOST:8000": True,
    "127.0.0.1:8000": True,
    "[::1]:8000": True,
    "10.0.2.2:8000": True,
    "homes.test:8000": True,
    "": False,
    "localhost:8000.attacker.example": False,
    "localhost.attacker.example:8000": False,
    "attacker.localhost:8000": False,
    "attacker.example": False,
    "192.168.1.7:8000": False,
    "::1": False,
}
ORIGINS = {
    ("http://localhost:8000", HOST): True,
    ("https://localhost:8000", HOST): True,
    ("http://127.0.0.1:8000", HOST): True,
    ("http://[::1]:8000", HOST): True,
    ("http://localhost:8000", "127.0.0.1:8000"): True,
    ("http://10.0.2.2:8000", "10.0.2.2:8000"): True,
    ("https://homes.test", "homes.test"): True,
    ("http://10.0.2.2:8000", HOST): False,
    ("http://localhost:8001", HOST): False,
    ("http://localhost", HOST): False,
    ("http://localhost:80000", HOST): False,
    ("http://attacker.localhost:8000", HOST): False,
    ("http://localhost:8000.attacker.example", HOST): False,
    ("ftp://localhost:8000", HOST): False,
    ("localhost:8000", HOST): False,
    ("null", HOST): False,
    ("", HOST): False,
    (VITE, HOST): True,
    ("capacitor://localhost", HOST): True,
    ("https://localhost:5173", HOST): False,
}


def test_a_host_is_a_loopback_name_the_emulator_or_in_hosts() -> None:
    access = BrowserAccess.from_environment({"HOSTS": "homes.test"})
    assert {host: access.allows_host(host) for host in HOSTS} == HOSTS


def test_an_origin_is_the_servers_own_or_in_origins() -> None:
    access = BrowserAccess.from_environment({"ORIGINS": f"{VITE}, capacitor://localhost"})
    assert {(origin, host): access.allows_origin(origin, host) for origin, host in ORIGINS} == ORIGINS


def respond(method: str, headers: dict[str, str]) -> httpx.Response:
    """Returns the response of `/info` on a server with Vite's origin in ORIGINS."""
    routes = [
        info_route(
            {"AWS_ENDPOINT_URL_DYNAMODB": "http://localhost:1", "AWS_ACCESS_KEY_ID": "key", "TABLE_NAME": "homes"}
        )
    ]
    access = BrowserAccess.from_environment({"ORIGINS": VITE})
    app = Starlette(routes=[Mount("", routes=routes, middleware=own_middleware(access))])

    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as client:
            return await client.request(method, "/info", headers=headers)

    return asyncio.run(answer())


def test_an_origin_in_origins_may_read_responses_also_after_a_preflight() -> None:
    response = respond("GET", {"origin": VITE, "sec-fetch-site": "same-site"})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, VITE)
    assert response.headers["vary"] == "Origin"
    preflight = {"origin": VITE, "access-control-request-method": "POST", "access-control-request-headers": "x-any"}
    response = respond("OPTIONS", preflight)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, VITE)
    assert response.headers["access-control-allow-headers"] == "x-any"


FETCHES = {  # Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest -> the status of a GET request without Origin
    ("none", "navigate", "document"): 200,
    ("same-origin", "cors", "empty"): 200,
    ("cross-site", "navigate", "document"): 200,
    ("cross-site", "navigate", "iframe"): 403,
    ("cross-site", "no-cors", "script"): 403,
    ("same-site", "no-cors", "image"): 403,
}


def test_without_an_origin_a_link_of_another_site_is_followed_and_nothing_else() -> None:
    names = ("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")
    statuses = {fetch: respond("GET", dict(zip(names, fetch, strict=True))).status_code for fetch in FETCHES}
    assert statuses == FETCHES
    assert respond("GET", {}).status_code == 200


HOSTS_FORM = "HOSTS must be host names without scheme and port, as in homes.test, separated by commas"
ORIGINS_FORM = "ORIGINS must be origins, as in http://localhost:5173, separated by commas"
INVALID_SETTINGS = {
    ("HOSTS", "http://homes.test"): f"{HOSTS_FORM}, not http://homes.test",
    ("HOSTS", "homes.test, homes.test:8000"): f"{HOSTS_FORM}, not homes.test:8000",
    ("HOSTS", "*"): f"{HOSTS_FORM}, not *",
    ("ORIGINS", "*"): f"{ORIGINS_FORM}, not *",
    ("ORIGINS", "localhost:5173"): f"{ORIGINS_FORM}, not localhost:5173",
    ("ORIGINS", "http://localhost:5173/"): f"{ORIGINS_FORM}, not http://localhost:5173/",
}


def message(variable: str, value: str) -> str:
    with pytest.raises(InvalidSetting) as error:
        BrowserAccess.from_environment({variable: value})
    return str(error.value)


def test_another_form_of_hosts_or_origins_is_an_error_that_names_the_value() -> None:
    assert {setting: message(*setting) for setting in INVALID_SETTINGS} == INVALID_SETTINGS


def test_origins_are_separated_by_commas_or_spaces() -> None:
    access = BrowserAccess.from_environment({"ORIGINS": " http://A.example, http://b.example  http://c.example,"})
    assert access.origins == {"http://a.example", "http://b.example", "http://c.example"}
