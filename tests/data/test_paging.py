"""A cursor continues exactly the list for which it was issued."""

import base64
import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data import history, listings, paging, properties
from data.dynamodb.requests import Item, Query
from data.errors import InvalidCursor
from data.records import ListingFilter, ListingSort
from tests.data import actions, factories
from tests.proxy import FaultProxy

NEWEST, PRICE_ASC, PRICE_DESC = ListingSort.NEWEST, ListingSort.PRICE_ASC, ListingSort.PRICE_DESC
NO_FILTER = ListingFilter()
BY_PRICE = listings.build_query(factories.ZIP, ListingFilter(min_price=10.0, max_price=90.0), PRICE_ASC)
BY_AGE = listings.build_query(factories.ZIP, NO_FILTER, NEWEST)
POSITION: Item = {"pk": "ZIP#98001", "sk": f"PROP#{factories.property_id(1)}", "list_price": 20}

Read = Callable[[str | None], Any]
LISTS: dict[str, Read] = {
    "a ZIP": lambda after: listings.by_zip("98001", NO_FILTER, NEWEST, 1, after),
    "another ZIP": lambda after: listings.by_zip("98002", NO_FILTER, NEWEST, 1, after),
    "another order": lambda after: listings.by_zip("98001", NO_FILTER, PRICE_ASC, 1, after),
    "the opposite order": lambda after: listings.by_zip("98001", NO_FILTER, PRICE_DESC, 1, after),
    "a filter": lambda after: listings.by_zip("98001", ListingFilter(min_bedrooms=1), NEWEST, 1, after),
    "another filter": lambda after: listings.by_zip("98001", ListingFilter(min_bedrooms=2), NEWEST, 1, after),
    "price bounds": lambda after: listings.by_zip("98001", ListingFilter(max_price=9e5), PRICE_ASC, 1, after),
    "a history": lambda after: history.of_property(factories.property_id(0), 1, after),
    "another property's history": lambda after: history.of_property(factories.property_id(1), 1, after),
    "a user's properties": lambda after: properties.of_users([factories.ADA], 1, after)[0],
    "another user's properties": lambda after: properties.of_users([factories.GRACE], 1, after)[0],
}


def encode(position: Item, query: Query) -> str:
    return paging.encode_cursor(position, paging.query_digest(query))


def forge_cursor(members: Any, query: Query = BY_PRICE) -> str:
    """Returns a cursor with the correct digest for any position, valid or not."""
    return forge_cursor_from_text(json.dumps(members, separators=(",", ":")), query)


def forge_cursor_from_text(text: str, query: Query = BY_PRICE) -> str:
    return base64.urlsafe_b64encode(paging.VERSION + paging.query_digest(query) + text.encode()).decode().rstrip("=")


@pytest.fixture
def cursors(table: str) -> dict[str, str]:
    """A cursor of each list, after the first of its two items."""
    for n in range(8):
        owner = factories.ADA if n % 2 else factories.GRACE
        actions.change_property(
            factories.create_property(n, bedrooms=3, owner_id=owner, zip_code=f"9800{1 + n // 4}"), price=1.0
        )
    return {name: read(None).page_info.end_cursor for name, read in LISTS.items()}


def test_a_cursor_continues_its_own_list(cursors: dict[str, str]) -> None:
    for name, read in LISTS.items():
        assert len(read(cursors[name]).nodes) == 1
        assert read(cursors[name]).nodes != read(None).nodes


def test_a_cursor_of_another_list_is_rejected_before_any_request(cursors: dict[str, str], proxy: FaultProxy) -> None:
    for read, cursor in [(LISTS[name], cursors[other]) for name, other in permutations(LISTS, 2)]:
        with pytest.raises(InvalidCursor):
            read(cursor)
    assert proxy.operations == []


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
        encode(POSITION, BY_AGE)[:-1],
        encode(POSITION, BY_AGE)[:-6],
        encode(POSITION, BY_AGE)[:14],
        encode(POSITION, BY_AGE)[1:],
        encode(POSITION, BY_AGE) + "=",
        encode(POSITION, BY_AGE) + "A",
        " " + encode(POSITION, BY_AGE),
        "2" + encode(POSITION, BY_AGE)[1:],
    ],
)
def test_an_invalid_cursor_is_rejected_before_any_request(proxy: FaultProxy, text: str) -> None:
    with pytest.raises(InvalidCursor, match="not a cursor of this list"):
        listings.by_zip(factories.ZIP, NO_FILTER, NEWEST, 20, text)
    assert proxy.operations == []


@pytest.mark.parametrize(
    "members",
    [
        [9.99, POSITION["sk"]],
        [90.01, POSITION["sk"]],
        [-1, POSITION["sk"]],
        [float("nan"), POSITION["sk"]],
        [float("inf"), POSITION["sk"]],
        [-float("inf"), POSITION["sk"]],
        [10**300, POSITION["sk"]],
        [True, POSITION["sk"]],
        ["20", POSITION["sk"]],
        [None, POSITION["sk"]],
        [[20], POSITION["sk"]],
        [20, ""],
        [20, None],
        [20, 20],
        [20, {"S": "PROP#1"}],
        [20, "PROP#é"],
        [20, "PROP#\n"],
        [20, "x" * 129],
        [20],
        [20, POSITION["sk"], POSITION["sk"]],
        {"list_price": 20, "sk": POSITION["sk"]},
        20,
        None,
        "ab",
        json.loads("[" * 150 + "]" * 150),
    ],
)
def test_a_forged_position_out_of_range_is_rejected(members: Any) -> None:
    with pytest.raises(InvalidCursor):
        paging.decode_cursor(forge_cursor(members), BY_PRICE)


@pytest.mark.parametrize("text", ['[20, "A"]', '[20.00,"A"]', '[2e1,"A"]', '[20,"\\u0041"]', ' [20,"A"]', '[20,"A"]\n'])
def test_a_forged_position_in_other_json_text_is_rejected(text: str) -> None:
    assert paging.decode_cursor(forge_cursor([20, "A"]), BY_PRICE)["list_price"] == 20
    with pytest.raises(InvalidCursor):
        paging.decode_cursor(forge_cursor_from_text(text), BY_PRICE)


@pytest.mark.parametrize("depth", [100, 10_000, 1_000_000])
def test_a_forged_position_of_any_depth_is_rejected(depth: int) -> None:
    with pytest.raises(InvalidCursor):
        paging.decode_cursor(forge_cursor_from_text("[" * depth), BY_PRICE)


@pytest.mark.parametrize("sk", ["METADATA", "PROP", "PROP#~~", "Z", " "])
def test_a_forged_position_cannot_leave_the_range(sk: str) -> None:
    with pytest.raises(InvalidCursor):
        paging.decode_cursor(forge_cursor([sk], BY_AGE), BY_AGE)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("price", [10, 90.0, 10.005, 89.99999999999999, 20])
def test_a_forged_position_inside_the_range_reads_the_same_list(price: float) -> None:
    factories.create_listings(
        [
            factories.unsaved_listing(0, price=95.0),
            factories.unsaved_listing(1, price=90.0),
            factories.unsaved_listing(2, zip_code="98002"),
        ]
    )
    page = listings.by_zip(
        factories.ZIP, ListingFilter(min_price=10.0, max_price=90.0), PRICE_ASC, 20, forge_cursor([price, "A"])
    )
    assert {listing.price for listing in page.nodes} <= {90.0}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("price", [0, 0.0, -0.0, 1e-200, 5e-324, 1e12])
def test_a_forged_price_at_the_limits_of_dynamodb_reads_an_empty_page(price: float) -> None:
    query = listings.build_query(factories.ZIP, NO_FILTER, PRICE_DESC)
    page = listings.by_zip(factories.ZIP, NO_FILTER, PRICE_DESC, 20, forge_cursor([price, "A"], query))
    assert page.nodes == ()


def test_a_cursor_decodes_to_its_position() -> None:
    assert paging.decode_cursor(encode(POSITION, BY_PRICE), BY_PRICE) == POSITION


def test_a_cursor_does_not_contain_its_partition() -> None:
    cursor = encode(POSITION, BY_PRICE)
    assert b"98001" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_a_cursor_needs_no_url_encoding() -> None:
    assert encode(POSITION | {"list_price": 999_999_999_999.99}, BY_PRICE).replace("-", "").replace("_", "").isalnum()


@given(st.text())
@example("MQ==")
def test_no_arbitrary_text_is_a_cursor(text: str) -> None:
    for query in (BY_PRICE, BY_AGE):
        with pytest.raises(InvalidCursor):
            paging.decode_cursor(text, query)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(POSITION["sk"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(st.lists(JSON, min_size=2, max_size=2) | JSON)
def test_a_forged_cursor_is_rejected_or_within_the_range(members: Any) -> None:
    try:
        start = paging.decode_cursor(forge_cursor(members), BY_PRICE)
    except InvalidCursor:
        return
    assert (start["pk"], set(start)) == ("ZIP#98001", {"pk", "sk", "list_price"})
    assert 10 <= start["list_price"] <= 90


@given(st.integers(0), st.sampled_from("ABCXYZabcxyz0189-_=+/ é"))
def test_a_changed_cursor_is_rejected_or_within_its_list(n: int, character: str) -> None:
    cursor = encode(POSITION, BY_PRICE)
    n %= len(cursor)
    damaged = cursor[:n] + character + cursor[n + 1 :]
    try:
        start = paging.decode_cursor(damaged, BY_PRICE)
    except InvalidCursor:
        return
    assert start["pk"] == "ZIP#98001"
    assert 10 <= start["list_price"] <= 90


@given(st.integers(0, 40), st.sampled_from("ABCXYZabcxyz0189-_"))
def test_a_cursor_with_a_damaged_digest_is_rejected(n: int, character: str) -> None:
    cursor = encode(POSITION, BY_PRICE)
    n %= (len(paging.VERSION) + paging.DIGEST_SIZE) * 8 // 6
    if cursor[n] != character:
        with pytest.raises(InvalidCursor):
            paging.decode_cursor(cursor[:n] + character + cursor[n + 1 :], BY_PRICE)
