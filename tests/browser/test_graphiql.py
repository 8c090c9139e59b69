"""The page `/` in a browser: GraphiQL acts as the selected caller and links to the trace of each request."""

import pytest

from tests.browser.chromium import Chromium, Page
from tests.browser.conftest import OpenPage
from tests.browser.graphiql_page import (
    EDITOR,
    EXECUTE,
    RESULT,
    STATUS,
    TABS,
    VARIABLES,
    execute,
    press_control_enter,
    run,
    select_caller,
    select_tab,
    select_user,
    wait_for_response,
    wait_until_parsed,
)
from tests.local import dataset
from tests.local.server_fixture import LocalServer

ME = "{ me { id name } }"
PUBLISH = """mutation { publishPropertyChange(input: {
  propertyId: "x", kind: CREATED, version: 7, at: "2026-01-01T00:00:00Z", changes: []
}) { version } }"""


@pytest.fixture
def graphiql(open_page: OpenPage) -> Page:
    return open_page("/")


def test_me_is_the_selected_sample_user(graphiql: Page) -> None:
    assert run(graphiql, ME) == {"data": {"me": {"id": "ada", "name": "Ada"}}}
    select_caller(graphiql, "grace")
    assert run(graphiql, ME) == {"data": {"me": {"id": "grace", "name": "Grace"}}}


def test_an_admin_may_do_what_is_forbidden_to_other_users(graphiql: Page) -> None:
    home = dataset.PROPERTIES[1]
    input = f'id: "{home.id}", input: {{price: 7}}, expectedVersion: {home.version}'
    update = f"mutation {{ updateProperty({input}) {{ id }} }}"
    select_user(graphiql, "mallory")
    assert [error["errorType"] for error in run(graphiql, update)["errors"]] == ["NotOwner"]
    select_user(graphiql, "mallory", admin=True)
    assert run(graphiql, update)["data"] == {"updateProperty": {"id": home.id}}


def test_an_oidc_user_is_authenticated_by_oidc(graphiql: Page) -> None:
    graphiql.choose("#kind", "oidc")
    assert run(graphiql, ME)["data"]["me"]["id"] == "ada"
    graphiql.open(graphiql.js("document.querySelector('#trace').href"))
    assert graphiql.texts("h1 + p")[0].endswith(" · ada (oidc)")


def test_only_iam_may_publish_a_change(graphiql: Page) -> None:
    assert [error["errorType"] for error in run(graphiql, PUBLISH)["errors"]] == ["Unauthorized"]
    select_caller(graphiql, "iam")
    assert run(graphiql, PUBLISH)["data"] == {"publishPropertyChange": {"version": 7}}


def test_the_fields_that_do_not_apply_to_the_caller_are_hidden(graphiql: Page) -> None:
    graphiql.wait("document.querySelector('#caller').value === 'ada'")
    visible = "['user', 'kind', 'admin', 'cost'].filter(id => document.getElementById(id).checkVisibility())"
    assert graphiql.js(visible) == ["kind", "admin", "cost"]
    select_caller(graphiql, "another")
    assert graphiql.js(visible) == ["user", "kind", "admin", "cost"]
    assert graphiql.js("document.activeElement.id") == "user"
    select_caller(graphiql, "iam")
    assert graphiql.js(visible) == ["cost"]


def test_the_error_without_a_user_names_the_field(browser: Chromium, browsed_server: LocalServer) -> None:
    page = browser.page()  # not by `open_page`, because Chromium logs the status 400
    page.open(browsed_server.url)
    select_user(page, "")
    assert run(page, ME) == {"errors": [{"message": "No credentials: user is missing"}]}
    page.close()


def test_the_page_links_to_the_trace_of_the_latest_request(graphiql: Page) -> None:
    run(graphiql, "query Whose { me { id } }")
    assert graphiql.texts("nav a") == ["Traces", "REST", "Schema", "Latest trace"]
    graphiql.js("document.querySelector('#trace').removeAttribute('target')")
    graphiql.click("#trace")
    assert graphiql.texts("main h1") == ["Whose"]


def test_show_cost_adds_the_trace_to_the_response(graphiql: Page) -> None:
    assert "extensions" not in run(graphiql, ME)
    graphiql.click("#cost")
    assert [entry["field"] for entry in run(graphiql, ME)["extensions"]["trace"]["resolvers"]] == ["Query.me"]


def test_each_example_runs_without_an_edit(graphiql: Page) -> None:
    examples = ["ListingsOfAZip", "PageOfListings", "AddProperty", "ChangesOfAZip"]
    assert graphiql.texts(TABS) == examples
    for operation in examples[:-1]:
        select_tab(graphiql, operation)
        assert list(execute(graphiql)) == ["data"], operation
    select_tab(graphiql, examples[-1])
    graphiql.click(EXECUTE)
    assert graphiql.wait(f"{STATUS} === 'Subscribed, no change yet'")


def test_ctrl_enter_runs_the_operation_that_the_address_names(open_page: OpenPage) -> None:
    query = "query Id($id: ID!) { user(id: $id) { id } } query Name($id: ID!) { user(id: $id) { name } }"
    parameters = f'query={query}&variables={{"id": "grace"}}&operationName=Name'.replace(" ", "%20")
    page = open_page(f"/?{parameters}")
    wait_until_parsed(page)
    page.wait(f"{EDITOR}.operationName === 'Name'")
    assert page.js(f"{EDITOR}.getValue()") == query
    press_control_enter(page)
    assert wait_for_response(page, "") == {"data": {"user": {"name": "Grace"}}}


def test_the_address_follows_the_active_tab_and_opens_it_again(graphiql: Page) -> None:
    select_tab(graphiql, "PageOfListings")
    query, variables = graphiql.js(f"[{EDITOR}.getValue(), {VARIABLES}]")
    parameters = "Object.fromEntries(new URLSearchParams(location.search))"
    expected = {"query": query, "variables": variables, "operationName": "PageOfListings"}
    graphiql.wait("new URLSearchParams(location.search).get('operationName') === 'PageOfListings'")
    assert graphiql.js(parameters) == expected
    graphiql.js("localStorage.clear(), location.reload()")
    wait_until_parsed(graphiql)
    assert graphiql.js(f"[{EDITOR}.getValue(), {VARIABLES}]") == [query, variables]
    assert graphiql.texts(f"{TABS}[aria-selected=true], .graphiql-tab-active {TABS}") == ["PageOfListings"]


def test_the_page_fits_the_width_of_a_phone(open_page: OpenPage) -> None:
    page = open_page("/", 390)
    assert run(page, ME)["data"]["me"]["id"] == "ada"
    assert page.js("document.documentElement.scrollWidth") == 390
    assert page.js(f"{RESULT}.length > 0 && document.querySelector('.result-window').clientHeight > 100")


def test_the_dialogs_satisfy_the_security_policy_of_the_page(graphiql: Page) -> None:
    """`open_page` asserts that the console has no violation."""
    for label in ("Open short keys dialog", "Open settings dialog"):
        graphiql.click(f"button[aria-label='{label}']")
        graphiql.texts(".graphiql-dialog")
        graphiql.click(".graphiql-dialog-close")
        graphiql.wait("!document.querySelector('.graphiql-dialog')")
