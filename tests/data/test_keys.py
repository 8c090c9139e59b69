"""Every key of the table, letter by letter: what is written once is looked for under the same key for ever."""

import pytest

from data import keys
from data.keys import BY_PRICE, INDEXES, INVERSE, Key
from data.records import ID
from tests.data import factories

P1, ADA = ID("p1"), ID("ada")


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (keys.property(P1), ("PROP#p1", "METADATA")),
        (keys.image(P1, ID("i1")), ("PROP#p1", "IMG#i1")),
        (keys.event(P1, factories.at(0), 3), ("PROP#p1", "HIST#2026-01-01T00:00:00.000Z#0000000003")),
        (keys.user(ADA), ("USER#ada", "PROFILE")),
        (keys.ownership(ADA, P1), ("USER#ada", "PROP#p1")),
        (keys.listing("98001", P1), ("ZIP#98001", "PROP#p1")),
        (keys.idempotency(ADA, "key-1"), ("IDEM#ada#key-1", "CREATE")),
    ],
)
def test_a_key_is_written_so(key: Key, written: tuple[str, str]) -> None:
    assert tuple(key) == written


def test_the_cards_of_a_zip_are_one_partition() -> None:
    assert keys.zip_code("98001") == keys.listing("98001", P1).pk


def test_an_edge_is_found_by_its_sort_key() -> None:
    assert keys.inverse(keys.ownership(ADA, P1)) == {"inverse_pk": "PROP#p1", "inverse_sk": "USER#ada"}


def test_a_homes_history_sorts_before_its_pictures_and_they_before_the_home() -> None:
    newest, picture, home = keys.event(P1, factories.at(0), 10**10 - 1), keys.image(P1, ID("-")), keys.property(P1)
    assert newest.sk < keys.IMAGES < picture.sk < home.sk
    assert keys.image(P1, ID("z" * 64)).sk < home.sk


def test_events_of_one_moment_sort_by_version() -> None:
    sort_keys = [keys.event(P1, factories.at(0), version).sk for version in (1, 9, 10, 99, 100, 2_147_483_647)]
    assert sort_keys == sorted(sort_keys)
    assert {len(sk) for sk in sort_keys} == {40}


def test_two_idempotency_keys_of_two_users_never_meet() -> None:
    assert keys.idempotency(ID("a"), "b#c") != keys.idempotency(ID("a-b"), "c")


def test_the_table_has_two_indexes_of_three_that_it_may_have() -> None:
    assert INDEXES == (INVERSE, BY_PRICE)
    assert [(index.name, index.partition.name, index.sort.name, index.sort.type) for index in INDEXES] == [
        ("inverse", "inverse_pk", "inverse_sk", "S"),
        ("by_price", "pk", "list_price", "N"),
    ]
    assert [index.projection for index in INDEXES] == ["KEYS_ONLY", "ALL"]
