"""A real Chromium, driven over its DevTools protocol: https://chromedevtools.github.io/devtools-protocol/"""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATH = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --remote-debugging-port=0"
)
PATIENCE = 30  # seconds


class BrowserExited(Exception):
    """A wait reached its deadline, a command failed, or an expression raised an exception in the page."""


class Chromium:
    """The browser, controlled over one WebSocket connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.ids = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    def do(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Sends a command and returns its result; events that arrive before it are appended to `events`."""
        id = next(self.ids)
        of = {"sessionId": session} if session else {}
        self.connection.send(json.dumps({"id": id, "method": method, "params": params} | of))
        while (message := json.loads(self.connection.recv(PATIENCE))).get("id") != id:
            self.events.append(message)
        if "error" in message:
            raise BrowserExited(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def page(self, width: int = 1280, height: int = 800) -> "Page":
        """Opens a new tab of this size in a browser context of its own, which shares no state with other tabs."""
        context = self.do("Target.createBrowserContext")["browserContextId"]
        target = self.do("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        page = Page(self, self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log"):
            page.do(f"{domain}.enable")
        page.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        return page


class Page:
    """A tab. Methods that need an element wait until it exists, at most 30 seconds."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self.browser = browser
        self.session = session

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.do(method, self.session, **params)

    def open(self, url: str) -> None:
        self.do("Page.navigate", url=url)

    def js(self, expression: str) -> Any:
        """Returns the value of an expression; awaits a promise. Raises BrowserExited if the expression fails."""
        response = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in response:
            raise BrowserExited(response["exceptionDetails"]["exception"].get("description", "thrown"))
        return response["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Evaluates an expression until its value is truthy, and returns it. Raises BrowserExited after 30 seconds."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if value := self.js(expression):
                    return value
            except BrowserExited as error:
                last = str(error)
            else:
                last = "not true"
            time.sleep(0.05)
        raise BrowserExited(f"{expression}: {last}")

    def texts(self, selector: str) -> list[str]:
        """Waits until elements match a selector, and returns the texts of all of them."""
        script = f"[...document.querySelectorAll({json.dumps(selector)})].map(found => found.innerText)"
        texts: list[str] = self.wait(f"(texts => texts.length && texts)({script})")
        return texts

    def click(self, selector: str) -> None:
        """Clicks with the mouse in the middle of an element."""
        middle = "(box => [box.x + box.width / 2, box.y + box.height / 2])(found.getBoundingClientRect())"
        of = f"document.querySelector({json.dumps(selector)})"
        x, y = self.wait(f"(found => (found.scrollIntoView({{block: 'center'}}), {middle}))({of})")
        for type in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=type, x=x, y=y, button="left", clickCount=1)

    def fill(self, selector: str, text: str) -> None:
        """Replaces the text of an input field, as a keyboard does."""
        self.wait(f"(field => (field.focus(), field.select(), true))(document.querySelector({json.dumps(selector)}))")
        self.do("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        dispatch = "for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, {bubbles: true}))"
        change = f"field.value = {json.dumps(value)}, (() => {{ {dispatch} }})(), true"
        self.wait(f"(field => ({change}))(document.querySelector({json.dumps(selector)}))")

    def complaints(self) -> list[str]:
        """Returns the errors and warnings of the page's console and the uncaught exceptions of its scripts."""
        self.js("0")
        return [
            text for event in self.browser.events if event.get("sessionId") == self.session for text in complaint(event)
        ]

    def close(self) -> None:
        self.do("Page.close")

    def picture(self, file: Path) -> None:
        """Writes a screenshot of the entire page into a PNG file."""
        shot = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))


def complaint(event: dict[str, Any]) -> Iterator[str]:
    params = event.get("params", {})
    if event.get("method") == "Runtime.exceptionThrown":
        yield params["exceptionDetails"]["exception"].get("description", "thrown")
    if event.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
        yield f"{params['entry']['text']} {params['entry'].get('url', '')}"
    if event.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
        yield " ".join(str(argument.get("value")) for argument in params["args"])


@contextmanager
def running(profile: Path) -> Iterator[Chromium]:
    """Runs a browser with its own profile and terminates it on exit.

    The connection sends no pings: a ping uses this process's `random`, which Hypothesis reports as an error.
    """
    assert PATH
    command = [PATH, *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with connect(address(profile / "DevToolsActivePort"), max_size=None, ping_interval=None) as connection:
                yield Chromium(connection)
        finally:
            process.terminate()


def address(file: Path) -> str:
    """Waits until the browser has written a port and, on the next line, a path into `file`; returns the URL of both."""
    until = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text().count("\n") == 1):
        if time.monotonic() > until:
            raise BrowserExited("Chromium did not start")
        time.sleep(0.05)
    return "ws://127.0.0.1:{}{}".format(*file.read_text().splitlines())
