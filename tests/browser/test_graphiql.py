"""GraphiQL at `/`: whoever is picked is who asks, and the trace of what was asked is a click away."""

import json
from typing import Any

import pytest

from tests.browser.chromium import Page
from tests.browser.conftest import Opens
from tests.local import dataset

EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
RESULT = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"
ME = "{ me { id name } }"
PUBLISH = """mutation { publishPropertyChange(input: {
  propertyId: "x", kind: CREATED, version: 7, at: "2026-01-01T00:00:00Z", changes: []
}) { version } }"""


@pytest.fixture
def graphiql(opened: Opens) -> Page:
    return opened("/")


def run(page: Page, query: str) -> dict[str, Any]:
    """What the page shows as the answer to a query that is run by its button."""
    page.wait(f"{EDITOR}.setValue({json.dumps(query)}), {EDITOR}.getValue() === {json.dumps(query)}")
    before = page.js(RESULT)
    page.click(".graphiql-execute-button")
    shown = page.wait(f"{RESULT} !== {json.dumps(before)} && {RESULT}")
    answer: dict[str, Any] = json.loads(shown)
    return answer


def picked(page: Page, user: str, groups: str = "") -> Page:
    page.fill("#user", user)
    page.fill("#groups", groups)
    return page


def test_whoever_is_named_is_me(graphiql: Page) -> None:
    assert run(graphiql, ME) == {"data": {"me": {"id": "ada", "name": "Ada"}}}
    assert run(picked(graphiql, "grace"), ME) == {"data": {"me": {"id": "grace", "name": "Grace"}}}


def test_a_group_lets_one_do_what_another_may_not(graphiql: Page) -> None:
    home = dataset.ALL[1]
    input = f'id: "{home.id}", input: {{price: 7}}, expectedVersion: {home.version}'
    update = f"mutation {{ updateProperty({input}) {{ id }} }}"
    refused = run(picked(graphiql, "mallory"), update)
    assert [error["errorType"] for error in refused["errors"]] == ["NotTheOwner"]
    assert run(picked(graphiql, "mallory", "admins"), update)["data"] == {"updateProperty": {"id": home.id}}


def test_an_oidc_user_asks_as_one(graphiql: Page) -> None:
    graphiql.choose("#kind", "oidc")
    assert run(graphiql, ME)["data"]["me"]["id"] == "ada"
    graphiql.open(graphiql.js("document.querySelector('#trace').href"))
    assert graphiql.texts("h1 + p")[0].endswith(" · ada (oidc)")


def test_iam_publishes_what_no_user_may(graphiql: Page) -> None:
    assert [error["errorType"] for error in run(graphiql, PUBLISH)["errors"]] == ["Unauthorized"]
    graphiql.choose("#kind", "iam")
    assert run(graphiql, PUBLISH)["data"] == {"publishPropertyChange": {"version": 7}}


def test_for_iam_there_is_no_user_to_name(graphiql: Page) -> None:
    named = "document.querySelector('#user').checkVisibility()"
    assert graphiql.wait(named)
    graphiql.choose("#kind", "iam")
    assert not graphiql.js(named)


def test_the_trace_of_the_query_just_run_is_a_click_away(graphiql: Page) -> None:
    assert graphiql.texts("#trace") == ["all traces"]
    run(graphiql, "query Whose { me { id } }")
    assert graphiql.texts("#trace") == ["open its trace"]
    graphiql.js("document.querySelector('#trace').removeAttribute('target')")
    graphiql.click("#trace")
    assert graphiql.texts("main h1") == ["Whose"]


def test_what_it_cost_is_shown_with_the_answer_where_that_is_wanted(graphiql: Page) -> None:
    assert "extensions" not in run(graphiql, ME)
    graphiql.click("#cost")
    assert [one["field"] for one in run(graphiql, ME)["extensions"]["trace"]["resolvers"]] == ["Query.me"]


def test_a_phone_shows_it_without_scrolling_sideways(opened: Opens) -> None:
    page = opened("/", 390)
    assert run(page, ME)["data"]["me"]["id"] == "ada"
    assert page.js("document.documentElement.scrollWidth") == 390
