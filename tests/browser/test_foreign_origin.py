"""A page of another origin in a browser: it gets nothing from the local server and changes nothing there."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from local import server
from local.auth.issuer import Issuer
from local.browser_access import BrowserAccess, own_middleware
from tests.browser.chromium import PATIENCE, Chromium, Page
from tests.browser.conftest import OpenPage
from tests.local.server_fixture import LocalServer, run_uvicorn
from tests.local.ws_client import encode_base64url

CREATE = 'mutation { createProperty(input: {address: "9 Elm St", zipCode: "10003", price: 1}) { id version } }'
DELETE = """(async () => {
  const json = { "content-type": "application/json" };
  const admin = JSON.stringify({ user: "mallory", groups: "admins" });
  const response = await fetch("%(url)s/token", { method: "POST", headers: json, body: admin });
  const headers = { ...json, authorization: (await response.json()).access_token };
  const body = JSON.stringify({ query: 'mutation { deleteProperty(id: "%(id)s", expectedVersion: %(version)s) }' });
  return (await fetch("%(url)s/graphql", { method: "POST", headers, body })).json();
})().catch(String)"""
READ = "fetch('%s').then(response => response.text(), String)"
SIGN_IN = """fetch("%s/token", {
  method: "POST", headers: { "content-type": "application/json" }, body: '{"user": "ada"}',
}).then(response => response.json()).then(content => content.token_type, String)"""
POST = "fetch('%s', { mode: 'no-cors', method: 'POST', body: 'user=ada' }).then(response => response.type)"
LOAD = """new Promise(resolve => {
  const element = Object.assign(document.createElement("%s"), { src: "%s" });
  for (const type of ["load", "error"]) element.addEventListener(type, () => resolve(type));
  document.body.append(element);
})"""
SUBMIT = """new Promise(resolve => {
  const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
  const form = Object.assign(document.createElement("form"), { action: "%s", method: "POST", target: "answer" });
  document.body.append(frame, form);
  frame.addEventListener("load", () => resolve(String(frame.contentDocument)));
  form.submit();
})"""
CONNECT = """new Promise(resolve => {
  const socket = new WebSocket("%s", ["graphql-ws", "header-%s"]);
  socket.addEventListener("open", () => socket.send('{"type": "connection_init"}'));
  socket.addEventListener("message", message => resolve(JSON.parse(message.data).type));
})"""


@pytest.fixture(params=["localhost", "attacker.localhost"])
def foreign_page(browser: Chromium, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A blank page of another port of this machine, or of another host and port."""
    site = Starlette(routes=[Route("/", lambda _: HTMLResponse("<!doctype html><title>blank</title><body>"))])
    with server.bind(0) as listener, run_uvicorn(uvicorn.Config(site, log_level="warning"), listener):
        page = browser.page()
        page.do("Network.enable")
        page.open(f"http://{request.param}:{listener.getsockname()[1]}/")
        page.wait("document.title === 'blank'")
        yield page
        page.close()


@pytest.fixture
def property_(browsed_server: LocalServer) -> dict[str, Any]:
    """The URL of the server, and the id and version of a new property."""
    return {"url": browsed_server.url, **browsed_server.execute(CREATE).data["createProperty"]}


def version(browsed_server: LocalServer, id: str) -> int | None:
    """Returns the version of a property, or None if it does not exist."""
    data = browsed_server.execute("query($id: ID!) { property(id: $id) { version } }", id=id).data
    return int(data["property"]["version"]) if data["property"] else None


def statuses(page: Page, url: str) -> dict[tuple[str, str], int]:
    """Returns the status of each response that the browser got from a server, also of those hidden from the page."""
    page.js("0")
    events = [event for event in page.browser.events if event.get("sessionId") == page.session]
    codes = {
        event["params"]["requestId"]: event["params"]["statusCode"]
        for event in events
        if event["method"] == "Network.responseReceivedExtraInfo"
    }
    requests = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return {
        (params["request"]["method"], urlsplit(params["request"]["url"]).path): codes[params["requestId"]]
        for params in requests
        if params["request"]["url"].startswith(url) and params["requestId"] in codes
    }


def test_a_foreign_page_gets_no_token_and_deletes_no_property(
    browsed_server: LocalServer, foreign_page: Page, property_: dict[str, Any]
) -> None:
    assert foreign_page.js(DELETE % property_) == "TypeError: Failed to fetch"
    assert version(browsed_server, property_["id"]) == property_["version"]


def test_a_page_of_the_server_itself_deletes_the_property(
    browsed_server: LocalServer, open_page: OpenPage, property_: dict[str, Any]
) -> None:
    page = open_page("/trace")
    page.texts("h1")
    assert page.js(DELETE % property_)["data"] == {"deleteProperty": property_["id"]}
    assert version(browsed_server, property_["id"]) is None


def test_each_request_of_a_foreign_page_is_refused(browsed_server: LocalServer, foreign_page: Page) -> None:
    url, keys = browsed_server.url, dict(browsed_server.keys.plans)
    assert foreign_page.js(READ % f"{url}/info") == "TypeError: Failed to fetch"
    assert foreign_page.js(POST % f"{url}/token") == "opaque"
    assert foreign_page.js(POST % f"{url}/sign") == "opaque"
    assert foreign_page.js(LOAD % ("script", f"{url}/trace.json")) == "error"
    assert foreign_page.js(LOAD % ("img", f"{url}/.well-known/jwks.json")) == "error"
    assert foreign_page.js(LOAD % ("iframe", f"{url}/docs")) == "load"  # of the browser's own page about the refusal
    assert foreign_page.js(SUBMIT % f"{url}/key") == "null"
    expected = {
        ("GET", "/info"): 403,
        ("POST", "/token"): 403,
        ("POST", "/sign"): 403,
        ("GET", "/trace.json"): 403,
        ("GET", "/.well-known/jwks.json"): 403,
        ("GET", "/docs"): 403,
        ("POST", "/key"): 403,
    }
    deadline = time.monotonic() + PATIENCE
    while statuses(foreign_page, url) != expected and time.monotonic() < deadline:
        pass  # the browser reports a response after its page has seen it
    assert statuses(foreign_page, url) == expected
    assert browsed_server.keys.plans == keys


def test_a_page_whose_origin_is_in_origins_gets_a_token(foreign_page: Page) -> None:
    access = BrowserAccess.from_environment({"ORIGINS": foreign_page.js("location.origin")})
    with server.bind(0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = Starlette(routes=[Mount("", routes=Issuer(url).routes(), middleware=own_middleware(access))])
        with run_uvicorn(uvicorn.Config(app, log_level="warning"), listener):
            assert foreign_page.js(SIGN_IN % url) == "Bearer"


def connect(page: Page, host: str, token: str) -> str:
    """Opens a WebSocket with a token from a page; returns the type of the first message."""
    credentials = encode_base64url({"host": host, "Authorization": token})
    return str(page.js(CONNECT % (f"ws://{host}/graphql/realtime", credentials)))


def test_a_foreign_page_with_a_token_of_its_own_gets_no_subscription(
    browsed_server: LocalServer, foreign_page: Page
) -> None:
    token = Issuer(browsed_server.url).token("ada")
    assert connect(foreign_page, browsed_server.host, token) == "connection_error"


def test_the_security_policy_lets_a_page_of_the_server_open_a_websocket(
    browsed_server: LocalServer, open_page: OpenPage
) -> None:
    page = open_page("/trace")
    page.texts("h1")
    assert connect(page, browsed_server.host, browsed_server.token("ada")) == "connection_ack"


def test_a_link_of_a_foreign_page_opens_a_page_of_the_server(browsed_server: LocalServer, foreign_page: Page) -> None:
    foreign_page.js(f"location.href = '{browsed_server.url}/trace'")
    assert foreign_page.texts("h1") == ["Requests"]
