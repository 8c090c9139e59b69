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


class Gone(Exception):
    """What was waited for did not come, or an expression failed in the page."""


class Chromium:
    """The browser, over one connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.ids = itertools.count(1)
        self.heard: list[dict[str, Any]] = []

    def do(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """The answer to a command; what the browser tells meanwhile is kept in `heard`."""
        id = next(self.ids)
        of = {"sessionId": session} if session else {}
        self.connection.send(json.dumps({"id": id, "method": method, "params": params} | of))
        while (told := json.loads(self.connection.recv(PATIENCE))).get("id") != id:
            self.heard.append(told)
        if "error" in told:
            raise Gone(f"{method}: {told['error']['message']}")
        result: dict[str, Any] = told["result"]
        return result

    def page(self, width: int = 1280, height: int = 800) -> "Page":
        """A new tab of this size, that knows nothing of any other."""
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
    """A tab. What is looked for in it may take a while to be there."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self.browser = browser
        self.session = session

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.do(method, self.session, **params)

    def open(self, url: str) -> None:
        self.do("Page.navigate", url=url)

    def js(self, expression: str) -> Any:
        """The value of an expression, once it is one; promises are awaited. Raises Gone where it fails."""
        answer = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Gone(answer["exceptionDetails"]["exception"].get("description", "thrown"))
        return answer["result"].get("value")

    def wait(self, expression: str) -> Any:
        """The value of an expression as soon as there is one that is true. Raises Gone."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if value := self.js(expression):
                    return value
            except Gone as gone:
                last = str(gone)
            else:
                last = "not true"
            time.sleep(0.05)
        raise Gone(f"{expression}: {last}")

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that a selector finds, once it finds any."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].map(found => found.innerText)"
        texts: list[str] = self.wait(f"(texts => texts.length && texts)({found})")
        return texts

    def click(self, selector: str) -> None:
        """A click by the mouse in the middle of an element."""
        middle = "(box => [box.x + box.width / 2, box.y + box.height / 2])(found.getBoundingClientRect())"
        of = f"document.querySelector({json.dumps(selector)})"
        x, y = self.wait(f"(found => (found.scrollIntoView({{block: 'center'}}), {middle}))({of})")
        for type in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=type, x=x, y=y, button="left", clickCount=1)

    def fill(self, selector: str, text: str) -> None:
        """Writes into a field in place of what it holds, as keys do."""
        self.wait(f"(field => (field.focus(), field.select(), true))(document.querySelector({json.dumps(selector)}))")
        self.do("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        change = f"field.value = {json.dumps(value)}, field.dispatchEvent(new Event('change', {{bubbles: true}}))"
        self.wait(f"(field => ({change}))(document.querySelector({json.dumps(selector)}))")

    def complaints(self) -> list[str]:
        """What the page's console holds of errors and warnings, and what its scripts threw."""
        self.js("0")
        return [
            text for told in self.browser.heard if told.get("sessionId") == self.session for text in complaint(told)
        ]

    def close(self) -> None:
        self.do("Page.close")

    def picture(self, file: Path) -> None:
        """Writes all of the page, also what is below the fold, into a PNG."""
        shot = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))


def complaint(told: dict[str, Any]) -> Iterator[str]:
    params = told.get("params", {})
    if told.get("method") == "Runtime.exceptionThrown":
        yield params["exceptionDetails"]["exception"].get("description", "thrown")
    if told.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
        yield f"{params['entry']['text']} {params['entry'].get('url', '')}"
    if told.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
        yield " ".join(str(argument.get("value")) for argument in params["args"])


@contextmanager
def running(profile: Path) -> Iterator[Chromium]:
    """A browser with a profile of its own, which ends with this.

    It is not pinged: a ping draws from this process's `random`, which Hypothesis would hold against a strategy.
    """
    assert PATH
    command = [PATH, *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with connect(address(profile / "DevToolsActivePort"), max_size=None, ping_interval=None) as connection:
                yield Chromium(connection)
        finally:
            process.terminate()


def address(written: Path) -> str:
    """Where a browser listens, as it writes into this file once it does: a port, and a path on the next line."""
    until = time.monotonic() + PATIENCE
    while not (written.exists() and written.read_text().count("\n") == 1):
        if time.monotonic() > until:
            raise Gone("Chromium did not start")
        time.sleep(0.05)
    return "ws://127.0.0.1:{}{}".format(*written.read_text().splitlines())
