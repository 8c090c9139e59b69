"""Drives the page `/`: GraphiQL's editors, its tabs and the selection of the caller."""

import json
from typing import Any

from tests.browser.chromium import Page

EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
VARIABLES = "document.querySelector('[aria-label=Variables] .CodeMirror').CodeMirror.getValue()"
RESULT = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"
STATUS = "document.querySelector('#status').textContent"
EXECUTE = ".graphiql-execute-button"
TABS = ".graphiql-tab-button"
CONTROL = 2  # the modifier key, in the DevTools protocol


def wait_until_parsed(page: Page) -> None:
    """Waits until GraphiQL has loaded the schema and parsed the text of the editor, which it does after a delay."""
    page.wait("document.querySelector('[aria-label^=Re-fetch]:enabled') !== null")
    page.wait(f"{EDITOR}.documentAST?.loc.source.body === {EDITOR}.getValue()")


def write(page: Page, query: str) -> None:
    page.wait(f"{EDITOR}.setValue({json.dumps(query)}), {EDITOR}.getValue() === {json.dumps(query)}")
    wait_until_parsed(page)


def execute(page: Page) -> dict[str, Any]:
    """Runs the operation with the page's button, and returns the response that the page shows."""
    before = page.js(RESULT)
    page.click(EXECUTE)
    return wait_for_response(page, before)


def wait_for_response(page: Page, before: str) -> dict[str, Any]:
    """Waits until the page shows another response than `before`, and returns it."""
    response: dict[str, Any] = json.loads(page.wait(f"{RESULT} !== {json.dumps(before)} && {RESULT}"))
    return response


def run(page: Page, query: str) -> dict[str, Any]:
    write(page, query)
    return execute(page)


def subscribe(page: Page, query: str) -> None:
    """Runs a subscription and waits until the server has acknowledged it."""
    write(page, query)
    page.click(EXECUTE)
    page.wait(f"{STATUS} === 'Subscribed, no change yet'")


def select_tab(page: Page, operation: str) -> None:
    index = page.texts(TABS).index(operation)
    page.click(f"#graphiql-session-tab-{index}")
    page.wait(f"{EDITOR}.getValue().includes({json.dumps(operation)})")
    wait_until_parsed(page)


def press_control_enter(page: Page) -> None:
    """Presses Ctrl-Enter in the query editor."""
    page.js(f"{EDITOR}.focus()")
    for type in ("rawKeyDown", "keyUp"):
        page.do("Input.dispatchKeyEvent", type=type, key="Enter", windowsVirtualKeyCode=13, modifiers=CONTROL)


def select_caller(page: Page, caller: str) -> None:
    """Selects a sample user by id, `another` user or `iam`, after the page has received the sample users."""
    page.wait("document.querySelector('#caller').length > 2")
    page.choose("#caller", caller)


def select_user(page: Page, user: str, admin: bool = False) -> None:
    """Selects another user than the sample users, and whether the user is an admin."""
    select_caller(page, "another")
    page.fill("#user", user)
    if page.js("document.querySelector('#admin').checked") != admin:
        page.click("#admin")
