"""The pages `/trace` and `/trace/{id}` in a browser."""

from dataclasses import replace

import pytest

from resolvers.field_config import Batch
from resolvers.wiring import FIELD_BY_PATH
from tests.browser.chromium import Page
from tests.browser.conftest import OpenPage
from tests.local.server_fixture import LocalServer

NESTED = """query Nested { listingsByZip(zipCode: "10001", first: 5) {
  nodes { address price property { owner { name } images { url } } }
} }"""
BARS = "[...document.querySelectorAll('.waterfall .track .bar.%s')].map(bar => bar.getBoundingClientRect().width)"


def trace_path(browsed_server: LocalServer, query: str) -> str:
    """Runs a query and returns the path of its trace."""
    return f"/trace/{browsed_server.execute(query).trace['id']}"


def figures(page: Page) -> dict[str, str]:
    return dict(zip(page.texts(".numbers dt"), page.texts(".numbers dd"), strict=True))


def test_a_nested_page_is_drawn_as_four_invocations_with_one_call_each(
    browsed_server: LocalServer, open_page: OpenPage
) -> None:
    page = open_page(trace_path(browsed_server, NESTED))
    assert page.texts(".invocation .label b")[:2] == ["Query.listingsByZip", "Listing.property"]
    assert page.texts(".call .label b") == ["Query", "BatchGetItem", "BatchGetItem", "BatchGetItem"]
    assert (len(page.js(BARS % "lambda")), len(page.js(BARS % "dynamodb"))) == (4, 4)
    assert min(page.js(BARS % "lambda")) >= 3
    assert (figures(page)["invocations"], figures(page)["DynamoDB calls"]) == ("4", "4")


def test_the_position_and_width_of_a_bar_show_its_time(browsed_server: LocalServer, open_page: OpenPage) -> None:
    answer = browsed_server.execute(NESTED)
    page = open_page(f"/trace/{answer.trace['id']}")
    page.texts(".invocation")
    first, last = answer.trace["resolvers"][0], answer.trace["ms"]
    shares = """(([bar, track]) => [(bar.x - track.x) / track.width, bar.width / track.width])
        ((bar => [bar, bar.parentElement].map(one => one.getBoundingClientRect()))
        (document.querySelector('.track .bar.lambda')))"""
    assert page.js(shares) == pytest.approx([first["began"] / last, first["ms"] / last], abs=0.01)


def test_n_plus_1_has_a_sentence_and_a_badge_at_each_invocation(
    browsed_server: LocalServer, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = replace(FIELD_BY_PATH["Property.owner"], batch=Batch(1, by="owner_id"))
    monkeypatch.setitem(browsed_server.appsync.api.fields, ("Property", "owner"), one_by_one)
    page = open_page(trace_path(browsed_server, NESTED))
    sentence = "Property.owner was invoked 5 times for 5 parents, each with a batch of one."
    assert page.texts(".finding")[0] == f"N+1 {sentence}"
    assert page.texts(".invocation .badge").count("N+1") == 5


def test_a_click_on_a_call_shows_its_keys(browsed_server: LocalServer, open_page: OpenPage) -> None:
    page = open_page(trace_path(browsed_server, '{ user(id: "grace") { name } }'))
    assert page.texts(".call .label small") == ["1 key → 1 item · 1 RU"]
    page.click(".call summary")
    assert page.texts(".call .keys li") == ["USER#grace / PROFILE"]


def test_a_cache_hit_is_drawn(browsed_server: LocalServer, open_page: OpenPage) -> None:
    browsed_server.execute(NESTED)
    page = open_page(trace_path(browsed_server, NESTED))
    assert page.texts(".hit .label b") == ["Query.listingsByZip"]
    assert figures(page)["cache hits"] == "1"


def test_the_bill_has_a_line_per_price_and_their_sum(browsed_server: LocalServer, open_page: OpenPage) -> None:
    page = open_page(trace_path(browsed_server, "{ nothing }"))
    assert page.texts("tbody td:last-child") == ["$4.00", "$0.00", "$0.00", "$0.00", "$0.00"]
    assert page.texts("tfoot td:last-child") == ["$4.00"]
    assert figures(page)["per million requests"] == "$4.00"


def test_the_page_shows_errors(browsed_server: LocalServer, open_page: OpenPage) -> None:
    page = open_page(trace_path(browsed_server, 'mutation { deleteProperty(id: "nope", expectedVersion: 1) }'))
    assert page.texts(".finding b") == ["PropertyNotFound"]


def test_the_list_shows_new_requests_without_a_reload(browsed_server: LocalServer, open_page: OpenPage) -> None:
    page = open_page("/trace")
    page.wait("document.querySelector('main h1') !== null")
    path = trace_path(browsed_server, "query JustNow { me { id } }")
    page.click(f"a[href='{path}']")
    assert page.texts("main h1") == ["JustNow"]


def test_both_pages_fit_the_width_of_a_phone(browsed_server: LocalServer, open_page: OpenPage) -> None:
    path = trace_path(browsed_server, NESTED)
    for page in (open_page("/trace", 390), open_page(path, 390)):
        page.wait("document.querySelector('main h1') !== null")
        assert page.js("document.documentElement.scrollWidth") == 390
