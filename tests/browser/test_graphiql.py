"""The page `/` in a browser: GraphiQL acts as the chosen caller and links to the trace of each request."""

import json
from typing import Any

import pytest

from tests.browser.chromium import Page
from tests.browser.conftest import OpenPage
from tests.local import dataset

EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
RESULT = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"
ME = "{ me { id name } }"
PUBLISH = """mutation { publishPropertyChange(input: {
  propertyId: "x", kind: CREATED, version: 7, at: "2026-01-01T00:00:00Z", changes: []
}) { version } }"""


@pytest.fixture
def graphiql(open_page: OpenPage) -> Page:
    return open_page("/")


def run(page: Page, query: str) -> dict[str, Any]:
    """Runs a query with the page's button, and returns the response that the page shows."""
    page.wait(f"{EDITOR}.setValue({json.dumps(query)}), {EDITOR}.getValue() === {json.dumps(query)}")
    before = page.js(RESULT)
    page.click(".graphiql-execute-button")
    result = page.wait(f"{RESULT} !== {json.dumps(before)} && {RESULT}")
    answer: dict[str, Any] = json.loads(result)
    return answer


def choose_user(page: Page, user: str, groups: str = "") -> Page:
    page.fill("#user", user)
    page.fill("#groups", groups)
    return page


def test_me_is_the_chosen_user(graphiql: Page) -> None:
    assert run(graphiql, ME) == {"data": {"me": {"id": "ada", "name": "Ada"}}}
    assert run(choose_user(graphiql, "grace"), ME) == {"data": {"me": {"id": "grace", "name": "Grace"}}}


def test_the_group_admins_allows_what_is_forbidden_without_it(graphiql: Page) -> None:
    home = dataset.PROPERTIES[1]
    input = f'id: "{home.id}", input: {{price: 7}}, expectedVersion: {home.version}'
    update = f"mutation {{ updateProperty({input}) {{ id }} }}"
    response = run(choose_user(graphiql, "mallory"), update)
    assert [error["errorType"] for error in response["errors"]] == ["NotOwner"]
    assert run(choose_user(graphiql, "mallory", "admins"), update)["data"] == {"updateProperty": {"id": home.id}}


def test_an_oidc_user_is_authenticated_by_oidc(graphiql: Page) -> None:
    graphiql.choose("#kind", "oidc")
    assert run(graphiql, ME)["data"]["me"]["id"] == "ada"
    graphiql.open(graphiql.js("document.querySelector('#trace').href"))
    assert graphiql.texts("h1 + p")[0].endswith(" · ada (oidc)")


def test_only_iam_may_publish_a_change(graphiql: Page) -> None:
    assert [error["errorType"] for error in run(graphiql, PUBLISH)["errors"]] == ["Unauthorized"]
    graphiql.choose("#kind", "iam")
    assert run(graphiql, PUBLISH)["data"] == {"publishPropertyChange": {"version": 7}}


def test_the_user_field_is_hidden_for_iam(graphiql: Page) -> None:
    user_field_is_visible = "document.querySelector('#user').checkVisibility()"
    assert graphiql.wait(user_field_is_visible)
    graphiql.choose("#kind", "iam")
    assert not graphiql.js(user_field_is_visible)


def test_the_page_links_to_the_trace_of_the_latest_request(graphiql: Page) -> None:
    assert graphiql.texts("#trace") == ["all traces"]
    run(graphiql, "query Whose { me { id } }")
    assert graphiql.texts("#trace") == ["open its trace"]
    graphiql.js("document.querySelector('#trace').removeAttribute('target')")
    graphiql.click("#trace")
    assert graphiql.texts("main h1") == ["Whose"]


def test_show_cost_adds_the_trace_to_the_response(graphiql: Page) -> None:
    assert "extensions" not in run(graphiql, ME)
    graphiql.click("#cost")
    assert [entry["field"] for entry in run(graphiql, ME)["extensions"]["trace"]["resolvers"]] == ["Query.me"]


def test_the_page_fits_the_width_of_a_phone(open_page: OpenPage) -> None:
    page = open_page("/", 390)
    assert run(page, ME)["data"]["me"]["id"] == "ada"
    assert page.js("document.documentElement.scrollWidth") == 390


def test_the_dialogs_satisfy_the_security_policy_of_the_page(graphiql: Page) -> None:
    """`open_page` asserts that the console has no violation."""
    for label in ("Open short keys dialog", "Open settings dialog"):
        graphiql.click(f"button[aria-label='{label}']")
        graphiql.texts(".graphiql-dialog")
        graphiql.click(".graphiql-dialog-close")
        graphiql.wait("!document.querySelector('.graphiql-dialog')")
