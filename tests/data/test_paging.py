"""A cursor leads on from where it was given out, in that very list, and nowhere else."""

import base64
import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example
from hypothesis import given as whatever
from hypothesis import strategies as st

from data import history, listings, paging, properties
from data.dynamodb.requests import Item, Query
from data.errors import BadCursor
from data.records import ListingFilter, ListingSort
from tests.data import actions, factories
from tests.proxy import Proxy

NEWEST, PRICE_ASC, PRICE_DESC = ListingSort.NEWEST, ListingSort.PRICE_ASC, ListingSort.PRICE_DESC
ANY = ListingFilter()
BY_PRICE = listings.asked(factories.ZIP, ListingFilter(min_price=10.0, max_price=90.0), PRICE_ASC)
BY_AGE = listings.asked(factories.ZIP, ANY, NEWEST)
HERE: Item = {"pk": "ZIP#98001", "sk": f"PROP#{factories.home_id(1)}", "list_price": 20}

Read = Callable[[str | None], Any]
LISTS: dict[str, Read] = {
    "a ZIP": lambda after: listings.by_zip("98001", ANY, NEWEST, 1, after),
    "another ZIP": lambda after: listings.by_zip("98002", ANY, NEWEST, 1, after),
    "another order": lambda after: listings.by_zip("98001", ANY, PRICE_ASC, 1, after),
    "the opposite order": lambda after: listings.by_zip("98001", ANY, PRICE_DESC, 1, after),
    "a filter": lambda after: listings.by_zip("98001", ListingFilter(min_bedrooms=1), NEWEST, 1, after),
    "another filter": lambda after: listings.by_zip("98001", ListingFilter(min_bedrooms=2), NEWEST, 1, after),
    "price bounds": lambda after: listings.by_zip("98001", ListingFilter(max_price=9e5), PRICE_ASC, 1, after),
    "a history": lambda after: history.of_property(factories.home_id(0), 1, after),
    "another's history": lambda after: history.of_property(factories.home_id(1), 1, after),
    "a user's homes": lambda after: properties.of_users([factories.ADA], 1, after)[0],
    "another's homes": lambda after: properties.of_users([factories.GRACE], 1, after)[0],
}


def sealed(position: Item, asked: Query) -> str:
    return paging.sealed(position, paging.digest(asked))


def a_cursor(members: Any, asked: Query = BY_PRICE) -> str:
    """A cursor of this position, made as ours are made, whatever the position is."""
    return a_cursor_of(json.dumps(members, separators=(",", ":")), asked)


def a_cursor_of(text: str, asked: Query = BY_PRICE) -> str:
    return base64.urlsafe_b64encode(paging.VERSION + paging.digest(asked) + text.encode()).decode().rstrip("=")


@pytest.fixture
def cursors(table: str) -> dict[str, str]:
    """A cursor of each list: behind the first of two."""
    for n in range(8):
        owner = factories.ADA if n % 2 else factories.GRACE
        actions.changed(factories.a_home(n, bedrooms=3, owner_id=owner, zip_code=f"9800{1 + n // 4}"), price=1.0)
    return {name: read(None).page_info.end_cursor for name, read in LISTS.items()}


def test_a_cursor_leads_on_in_its_own_list(cursors: dict[str, str]) -> None:
    for name, read in LISTS.items():
        assert len(read(cursors[name]).nodes) == 1
        assert read(cursors[name]).nodes != read(None).nodes


def test_a_cursor_of_another_list_is_refused_before_any_request(cursors: dict[str, str], proxy: Proxy) -> None:
    for read, cursor in [(LISTS[name], cursors[other]) for name, other in permutations(LISTS, 2)]:
        with pytest.raises(BadCursor):
            read(cursor)
    assert proxy.seen == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "====",
        "null",
        "x" * 1_000,
        "🏠" * 20,
        "\x00",
        "a b",
        "MQ",
        sealed(HERE, BY_AGE)[:-1],
        sealed(HERE, BY_AGE)[:-6],
        sealed(HERE, BY_AGE)[:14],
        sealed(HERE, BY_AGE)[1:],
        sealed(HERE, BY_AGE) + "=",
        sealed(HERE, BY_AGE) + "A",
        " " + sealed(HERE, BY_AGE),
        "2" + sealed(HERE, BY_AGE)[1:],
    ],
)
def test_what_is_no_cursor_is_refused_before_any_request(proxy: Proxy, text: str) -> None:
    with pytest.raises(BadCursor, match="not a cursor of this list"):
        listings.by_zip(factories.ZIP, ANY, NEWEST, 20, text)
    assert proxy.seen == []


@pytest.mark.parametrize(
    "members",
    [
        [9.99, HERE["sk"]],
        [90.01, HERE["sk"]],
        [-1, HERE["sk"]],
        [float("nan"), HERE["sk"]],
        [float("inf"), HERE["sk"]],
        [-float("inf"), HERE["sk"]],
        [10**300, HERE["sk"]],
        [True, HERE["sk"]],
        ["20", HERE["sk"]],
        [None, HERE["sk"]],
        [[20], HERE["sk"]],
        [20, ""],
        [20, None],
        [20, 20],
        [20, {"S": "PROP#1"}],
        [20, "PROP#é"],
        [20, "PROP#\n"],
        [20, "x" * 129],
        [20],
        [20, HERE["sk"], HERE["sk"]],
        {"list_price": 20, "sk": HERE["sk"]},
        20,
        None,
        "ab",
        json.loads("[" * 150 + "]" * 150),
    ],
)
def test_a_forged_position_that_is_out_of_range_or_no_position_is_refused(members: Any) -> None:
    with pytest.raises(BadCursor):
        paging.opened(a_cursor(members), BY_PRICE)


@pytest.mark.parametrize("text", ['[20, "A"]', '[20.00,"A"]', '[2e1,"A"]', '[20,"\\u0041"]', ' [20,"A"]', '[20,"A"]\n'])
def test_a_forged_position_in_another_spelling_is_refused(text: str) -> None:
    assert paging.opened(a_cursor([20, "A"]), BY_PRICE)["list_price"] == 20
    with pytest.raises(BadCursor):
        paging.opened(a_cursor_of(text), BY_PRICE)


@pytest.mark.parametrize("depth", [100, 10_000, 1_000_000])
def test_a_forged_position_that_is_nested_however_deep_is_refused(depth: int) -> None:
    with pytest.raises(BadCursor):
        paging.opened(a_cursor_of("[" * depth), BY_PRICE)


@pytest.mark.parametrize("sk", ["METADATA", "PROP", "PROP#~~", "Z", " "])
def test_a_forged_position_cannot_leave_the_range(sk: str) -> None:
    with pytest.raises(BadCursor):
        paging.opened(a_cursor([sk], BY_AGE), BY_AGE)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("price", [10, 90.0, 10.005, 89.99999999999999, 20])
def test_a_forged_position_inside_the_range_reads_the_same_list(price: float) -> None:
    factories.cards(
        [factories.a_card(0, price=95.0), factories.a_card(1, price=90.0), factories.a_card(2, zip_code="98002")]
    )
    page = listings.by_zip(
        factories.ZIP, ListingFilter(min_price=10.0, max_price=90.0), PRICE_ASC, 20, a_cursor([price, "A"])
    )
    assert {card.price for card in page.nodes} <= {90.0}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("price", [0, 0.0, -0.0, 1e-200, 5e-324, 1e12])
def test_a_forged_price_at_the_edge_of_what_dynamodb_holds_is_no_fault(price: float) -> None:
    asked = listings.asked(factories.ZIP, ANY, PRICE_DESC)
    page = listings.by_zip(factories.ZIP, ANY, PRICE_DESC, 20, a_cursor([price, "A"], asked))
    assert page.nodes == ()


def test_a_cursor_leads_to_the_position_it_was_made_of() -> None:
    assert paging.opened(sealed(HERE, BY_PRICE), BY_PRICE) == HERE


def test_a_cursor_does_not_name_its_partition() -> None:
    cursor = sealed(HERE, BY_PRICE)
    assert b"98001" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_a_cursor_fits_into_an_address() -> None:
    assert sealed(HERE | {"list_price": 999_999_999_999.99}, BY_PRICE).replace("-", "").replace("_", "").isalnum()


@whatever(st.text())
@example("MQ==")
def test_no_text_at_all_is_a_cursor(text: str) -> None:
    for asked in (BY_PRICE, BY_AGE):
        with pytest.raises(BadCursor):
            paging.opened(text, asked)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(HERE["sk"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@whatever(st.lists(JSON, min_size=2, max_size=2) | JSON)
def test_whatever_is_forged_is_refused_or_a_position_in_the_range(members: Any) -> None:
    try:
        start = paging.opened(a_cursor(members), BY_PRICE)
    except BadCursor:
        return
    assert (start["pk"], set(start)) == ("ZIP#98001", {"pk", "sk", "list_price"})
    assert 10 <= start["list_price"] <= 90


@whatever(st.integers(0), st.sampled_from("ABCXYZabcxyz0189-_=+/ é"))
def test_a_cursor_with_one_character_changed_is_refused_or_a_position_in_its_list(n: int, character: str) -> None:
    cursor = sealed(HERE, BY_PRICE)
    n %= len(cursor)
    changed = cursor[:n] + character + cursor[n + 1 :]
    try:
        start = paging.opened(changed, BY_PRICE)
    except BadCursor:
        return
    assert start["pk"] == "ZIP#98001"
    assert 10 <= start["list_price"] <= 90


@whatever(st.integers(0, 40), st.sampled_from("ABCXYZabcxyz0189-_"))
def test_a_cursor_damaged_in_what_it_is_bound_to_is_refused(n: int, character: str) -> None:
    cursor = sealed(HERE, BY_PRICE)
    n %= (len(paging.VERSION) + paging.DIGEST) * 8 // 6
    if cursor[n] != character:
        with pytest.raises(BadCursor):
            paging.opened(cursor[:n] + character + cursor[n + 1 :], BY_PRICE)
