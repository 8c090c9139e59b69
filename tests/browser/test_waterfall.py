"""`/trace` and `/trace/{id}`: what happened, as a person sees it."""

from dataclasses import replace

import pytest

from resolvers.field_config import Batch
from resolvers.wiring import ROWS
from tests.browser.chromium import Page
from tests.browser.conftest import Opens
from tests.local.server_fixture import Desk

NESTED = """query Nested { listingsByZip(zipCode: "10001", first: 5) {
  nodes { address price property { owner { name } images { url } } }
} }"""
BARS = "[...document.querySelectorAll('.waterfall .track .bar.%s')].map(bar => bar.getBoundingClientRect().width)"


def traced(desk: Desk, query: str) -> str:
    """The path of the trace of a query, just run."""
    return f"/trace/{desk.ask(query).trace['id']}"


def figures(page: Page) -> dict[str, str]:
    return dict(zip(page.texts(".numbers dt"), page.texts(".numbers dd"), strict=True))


def test_a_page_of_homes_is_drawn_as_four_invocations_with_a_call_in_each(desk: Desk, opened: Opens) -> None:
    page = opened(traced(desk, NESTED))
    assert page.texts(".invocation .label b")[:2] == ["Query.listingsByZip", "Listing.property"]
    assert page.texts(".call .label b") == ["Query", "BatchGetItem", "BatchGetItem", "BatchGetItem"]
    assert (len(page.js(BARS % "lambda")), len(page.js(BARS % "dynamodb"))) == (4, 4)
    assert min(page.js(BARS % "lambda")) >= 3
    assert (figures(page)["invocations"], figures(page)["DynamoDB calls"]) == ("4", "4")


def test_a_bar_stands_where_its_time_is(desk: Desk, opened: Opens) -> None:
    answer = desk.ask(NESTED)
    page = opened(f"/trace/{answer.trace['id']}")
    page.texts(".invocation")
    first, last = answer.trace["resolvers"][0], answer.trace["ms"]
    shares = """(([bar, track]) => [(bar.x - track.x) / track.width, bar.width / track.width])
        ((bar => [bar, bar.parentElement].map(one => one.getBoundingClientRect()))
        (document.querySelector('.track .bar.lambda')))"""
    assert page.js(shares) == pytest.approx([first["began"] / last, first["ms"] / last], abs=0.01)


def test_n_plus_1_is_said_and_marked_where_it_happens(
    desk: Desk, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = replace(ROWS["Property.owner"], batch=Batch(1, by="owner_id"))
    monkeypatch.setitem(desk.appsync.api.fields, ("Property", "owner"), one_by_one)
    page = opened(traced(desk, NESTED))
    said = "Property.owner was invoked 5 times for 5 parents, each with a batch of one."
    assert page.texts(".finding")[0] == f"N+1 {said}"
    assert page.texts(".invocation .badge").count("N+1") == 5


def test_a_call_opens_to_its_keys(desk: Desk, opened: Opens) -> None:
    page = opened(traced(desk, '{ user(id: "grace") { name } }'))
    assert page.texts(".call .label small") == ["1 key → 1 item · 1 RU"]
    page.click(".call summary")
    assert page.texts(".call .keys li") == ["USER#grace / PROFILE"]


def test_an_answer_out_of_the_cache_is_drawn(desk: Desk, opened: Opens) -> None:
    desk.ask(NESTED)
    page = opened(traced(desk, NESTED))
    assert page.texts(".hit .label b") == ["Query.listingsByZip"]
    assert figures(page)["cache hits"] == "1"


def test_the_bill_adds_up(desk: Desk, opened: Opens) -> None:
    page = opened(traced(desk, "{ nothing }"))
    assert page.texts("tbody td:last-child") == ["$4.00", "$0.00", "$0.00", "$0.00", "$0.00"]
    assert page.texts("tfoot td:last-child") == ["$4.00"]
    assert figures(page)["a million such"] == "$4.00"


def test_errors_are_shown(desk: Desk, opened: Opens) -> None:
    page = opened(traced(desk, 'mutation { deleteProperty(id: "nope", expectedVersion: 1) }'))
    assert page.texts(".finding b") == ["PropertyNotFound"]


def test_the_list_follows_what_happens(desk: Desk, opened: Opens) -> None:
    page = opened("/trace")
    page.wait("document.querySelector('main h1') !== null")
    path = traced(desk, "query JustNow { me { id } }")
    page.click(f"a[href='{path}']")
    assert page.texts("main h1") == ["JustNow"]


def test_a_phone_shows_both_without_scrolling_sideways(desk: Desk, opened: Opens) -> None:
    path = traced(desk, NESTED)
    for page in (opened("/trace", 390), opened(path, 390)):
        page.wait("document.querySelector('main h1') !== null")
        assert page.js("document.documentElement.scrollWidth") == 390
