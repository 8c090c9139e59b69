"""Subscriptions in GraphiQL: the page `/` speaks AppSync's real-time protocol."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local.auth.issuer import Issuer
from tests.browser.chromium import Chromium, Page
from tests.browser.conftest import OpenPage
from tests.browser.graphiql_page import EXECUTE, STATUS, run, select_caller, subscribe, wait_for_response, write
from tests.local import server_fixture
from tests.local.misbehaving_clients import subscription_count, wait_until
from tests.local.server_fixture import LocalServer
from tests.shared_processes import SharedProcesses

ON_ZIP_CHANGE = 'subscription { onZipChange(zipCode: "60601") { kind version listing { address price } } }'
CREATE = 'mutation { createProperty(input: {address: "9 Wacker Dr", price: 5, zipCode: "60601"}) { id } }'
CHANGE = {"kind": "CREATED", "version": 1, "listing": {"address": "9 Wacker Dr", "price": 5}}


@pytest.fixture
def graphiql(open_page: OpenPage) -> Page:
    return open_page("/")


@pytest.fixture
def server_stack(page_packages: None, shared_processes: SharedProcesses) -> Iterator[tuple[ExitStack, LocalServer]]:
    """A local server of the test's own, which ends when the stack is closed."""
    with ExitStack() as stack:
        yield stack, stack.enter_context(server_fixture.run_server(shared_processes))


def test_a_subscription_shows_a_change_that_another_client_makes(browsed_server: LocalServer, graphiql: Page) -> None:
    subscribe(graphiql, ON_ZIP_CHANGE)
    browsed_server.execute(CREATE, as_user="grace")
    assert wait_for_response(graphiql, "") == {"data": {"onZipChange": CHANGE}}
    assert graphiql.js(STATUS) == "Subscribed, 1 change"


def test_an_oidc_user_can_subscribe(browsed_server: LocalServer, graphiql: Page) -> None:
    graphiql.choose("#kind", "oidc")
    subscribe(graphiql, ON_ZIP_CHANGE)
    browsed_server.execute(CREATE)
    assert wait_for_response(graphiql, "") == {"data": {"onZipChange": CHANGE}}


def test_the_stop_button_unsubscribes(browsed_server: LocalServer, graphiql: Page) -> None:
    assert wait_until(lambda: subscription_count(browsed_server) == 0)  # the page of another test may be closing
    subscribe(graphiql, ON_ZIP_CHANGE)
    assert subscription_count(browsed_server) == 1
    graphiql.click(EXECUTE)
    assert graphiql.wait(f"{STATUS} === ''")
    assert wait_until(lambda: subscription_count(browsed_server) == 0)


def test_an_invalid_subscription_shows_the_errors_of_the_server(graphiql: Page) -> None:
    write(graphiql, "subscription { onZipChange { kind } }")
    graphiql.click(EXECUTE)
    (error,) = wait_for_response(graphiql, "")["errors"]
    message = "Validation error of type MissingFieldArgument: Missing field argument zipCode @ 'onZipChange'"
    assert error == {
        "message": message,
        "path": None,
        "locations": [{"line": 1, "column": 16, "sourceName": None}],
    }


def test_a_caller_who_may_not_subscribe_gets_the_error_of_the_server(graphiql: Page) -> None:
    select_caller(graphiql, "iam")
    write(graphiql, ON_ZIP_CHANGE)
    graphiql.click(EXECUTE)
    assert [error["errorType"] for error in wait_for_response(graphiql, "")["errors"]] == ["Unauthorized"]


def test_a_token_that_the_server_rejects_is_replaced(
    browser: Chromium, server_stack: tuple[ExitStack, LocalServer]
) -> None:
    _, server = server_stack
    page = browser.page()
    page.open(server.url)
    assert run(page, "{ me { id } }") == {"data": {"me": {"id": "ada"}}}
    replace_key(server)
    assert run(page, "{ me { name } }") == {"data": {"me": {"name": "Ada Lovelace"}}}
    replace_key(server)
    subscribe(page, ON_ZIP_CHANGE)
    page.close()


def replace_key(server: LocalServer) -> None:
    """Makes the server reject all tokens that it has issued, as a restart without a data folder does."""
    issuer = Issuer(server.url)
    server.issuer.private_key, server.issuer.jwk = issuer.private_key, issuer.jwk


def test_the_loss_of_the_connection_is_shown(browser: Chromium, server_stack: tuple[ExitStack, LocalServer]) -> None:
    stack, server = server_stack
    page = browser.page()
    page.open(server.url)
    subscribe(page, ON_ZIP_CHANGE)
    stack.close()
    (error,) = wait_for_response(page, "")["errors"]
    message = "The real-time connection is lost: closed with code 1012. Run the subscription again."
    assert error == {"message": message}
    assert page.js(STATUS) == ""
    page.close()
