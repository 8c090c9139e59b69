"""The pages `/trace` and `/trace/{id}` in a browser."""

import json
from dataclasses import replace

import pytest

from resolvers.field_config import Batch
from resolvers.wiring import FIELD_BY_PATH
from tests.browser.chromium import Page
from tests.browser.conftest import OpenPage
from tests.local import dataset
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
    assert (figures(page)["invocations"], figures(page)["DynamoDB requests"]) == ("4", "4")


def test_the_position_and_width_of_a_bar_show_its_time(browsed_server: LocalServer, open_page: OpenPage) -> None:
    response = browsed_server.execute(NESTED)
    page = open_page(f"/trace/{response.trace['id']}")
    page.texts(".invocation")
    first, last = response.trace["resolvers"][0], response.trace["ms"]
    shares = """(([bar, track]) => [(bar.x - track.x) / track.width, bar.width / track.width])
        ((bar => [bar, bar.parentElement].map(element => element.getBoundingClientRect()))
        (document.querySelector('.track .bar.lambda')))"""
    assert page.js(shares) == pytest.approx([first["start"] / last, first["ms"] / last], abs=0.01)


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
    page.wait("document.title === 'JustNow'")
    assert page.texts("main h1") == ["JustNow"]


def test_both_pages_fit_the_width_of_a_phone(browsed_server: LocalServer, open_page: OpenPage) -> None:
    trace = browsed_server.execute(NESTED, as_user="a-caller-with-a-long-name-" * 2).trace
    for page in (open_page("/trace", 390), open_page(f"/trace/{trace['id']}", 390)):
        page.wait("document.querySelector('.row, .name') !== null")
        assert page.js("document.documentElement.scrollWidth") == 390


def test_a_resolver_exception_is_a_traceback_below_its_failed_bar(
    browsed_server: LocalServer, open_page: OpenPage
) -> None:
    browsed_server.put_items([{"pk": "USER#broken", "sk": "PROFILE", "id": "broken"}])  # a profile without a name
    page = open_page(trace_path(browsed_server, '{ me { id } user(id: "broken") { name } }'))
    (traceback,) = page.texts(".traceback")
    assert traceback.startswith("Traceback (most recent call last):\n")
    assert traceback.splitlines()[-1] == "TypeError: User.__init__() missing 1 required keyword-only argument: 'name'"
    assert page.texts(".invocation:has(.traceback) .label b") == ["Query.user"]
    assert page.texts(".invocation .badge") == ["failed"]
    assert (len(page.js(BARS % "failed")), len(page.js(BARS % "lambda"))) == (1, 1)
    assert page.texts("p.finding b") == ["InternalError"]


def test_the_queries_of_a_batch_are_folded_into_one_row(browsed_server: LocalServer, open_page: OpenPage) -> None:
    query = (
        '{ listingsByZip(zipCode: "10001", first: 5) { nodes { property { history(first: 1) { nodes { id } } } } } }'
    )
    page = open_page(trace_path(browsed_server, query))
    assert page.texts(".call .label b") == ["Query", "BatchGetItem", "5 \N{MULTIPLICATION SIGN} Query"]
    assert page.texts(".call:last-child .label small")[0].startswith("one for each parent · 5 ranges → ")
    page.click(".call:last-child summary")
    assert len(page.texts(".call:last-child .calls .keys li")) == 5
    assert page.js("document.querySelectorAll('.finding').length") == 0


def test_an_invocation_shows_the_path_of_its_field(browsed_server: LocalServer, open_page: OpenPage) -> None:
    page = open_page(trace_path(browsed_server, NESTED))
    assert page.texts(".invocation .label small")[:2] == [
        "listings",
        "listingsByZip.nodes[].property · properties · batch of 5",
    ]


def test_a_trace_shows_the_response_and_links_to_its_json(browsed_server: LocalServer, open_page: OpenPage) -> None:
    path = trace_path(browsed_server, '{ user(id: "grace") { id } }')
    page = open_page(path)
    assert json.loads(page.texts("h2 + pre")[0]) == {"data": {"user": {"id": "grace"}}}
    assert page.js("document.querySelector('h1 + p a').getAttribute('href')") == f"{path}.json"


def test_zoom_shows_half_of_the_request_until_the_whole_request_is_shown(
    browsed_server: LocalServer, open_page: OpenPage
) -> None:
    response = browsed_server.execute("{ me { id } }")
    page = open_page(f"/trace/{response.trace['id']}")
    page.texts(".invocation")
    widths = page.js(BARS % "lambda")
    page.click("[aria-label='Zoom in']")
    start, end = page.texts(".zoom output")[0].removesuffix(" ms").split("\N{EN DASH}")
    assert float(end) - float(start) == pytest.approx(response.trace["ms"] / 2, abs=0.2)
    page.click("[aria-label='Whole request']")
    assert page.texts(".zoom output") == [""]
    assert page.js(BARS % "lambda") == widths


def test_a_rest_request_is_drawn_with_its_dynamodb_requests(browsed_server: LocalServer, open_page: OpenPage) -> None:
    headers = {"x-api-key": browsed_server.keys.issue("government"), "authorization": browsed_server.token("ada")}
    browsed_server.gateway.clear_caches()
    response = browsed_server.http.get(f"/properties/{dataset.PROPERTIES[4].id}/images", headers=headers)
    page = open_page(f"/trace/{response.headers['x-amzn-requestid']}")
    assert page.texts(".invocation .label b") == ["authorizer", "GET /properties/{id}/images"]
    assert page.texts(".call .label b") == ["Query"]
    assert figures(page)["status"] == "200"


def test_the_filter_of_the_list_selects_by_text_errors_and_caller(
    browsed_server: LocalServer, open_page: OpenPage
) -> None:
    browsed_server.http.delete("/trace")
    browsed_server.execute("query First { me { id } }", as_user="grace")
    browsed_server.execute('mutation Second { deleteProperty(id: "nope", expectedVersion: 1) }')
    browsed_server.execute("{ __schema { queryType { name } } }")
    page = open_page("/trace")
    assert page.texts(".name b") == ["Second", "First"]
    page.fill("#text", "first")
    assert page.texts(".name b") == ["First"]
    page.fill("#text", "")
    page.click("#errors")
    assert page.texts(".name b") == ["Second"]
    page.click("#errors")
    page.choose("#caller", "grace (cognito)")
    assert page.texts(".name b") == ["First"]
    page.choose("#caller", "")
    page.click("#introspection")
    assert page.texts(".name b") == ["{ __schema { queryType { name } } }", "Second", "First"]
    assert page.js("location.search") == "?introspection=1"


def test_the_address_of_the_list_holds_the_filter(browsed_server: LocalServer, open_page: OpenPage) -> None:
    browsed_server.http.delete("/trace")
    browsed_server.execute("query First { me { id } }")
    browsed_server.execute("query Second { me { id } }")
    assert open_page("/trace?text=first").texts(".name b") == ["First"]


def test_the_bars_of_all_requests_share_one_axis(browsed_server: LocalServer, open_page: OpenPage) -> None:
    browsed_server.http.delete("/trace")
    durations = [browsed_server.execute("{ me { id } }").trace["ms"] for _ in range(2)][::-1]
    page = open_page("/trace")
    page.texts(".name b")
    widths = page.js("[...document.querySelectorAll('.list .total')].map(bar => bar.getBoundingClientRect().width)")
    assert widths[0] / widths[1] == pytest.approx(durations[0] / durations[1], rel=0.05)


def test_clear_empties_the_list(browsed_server: LocalServer, open_page: OpenPage) -> None:
    browsed_server.execute("{ me { id } }")
    page = open_page("/trace")
    page.texts(".name b")
    page.click("#clear")
    assert page.texts(".empty") == ["No requests yet: run a query in GraphiQL."]
    assert browsed_server.http.get("/trace.json").json() == []
