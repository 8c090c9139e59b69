"""The exact text of each key: a stored item can only be read with the same key."""

import pytest

from data import keys
from data.keys import BY_PRICE, INDEXES, INVERSE, Key
from data.records import ID
from tests.data import factories

P1, ADA = ID("p1"), ID("ada")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (keys.property(P1), ("PROP#p1", "METADATA")),
        (keys.image(P1, ID("i1")), ("PROP#p1", "IMG#i1")),
        (keys.history_event(P1, factories.timestamp(0), 3), ("PROP#p1", "HIST#2026-01-01T00:00:00.000Z#0000000003")),
        (keys.user(ADA), ("USER#ada", "PROFILE")),
        (keys.ownership(ADA, P1), ("USER#ada", "PROP#p1")),
        (keys.listing("98001", P1), ("ZIP#98001", "PROP#p1")),
        (keys.idempotency(ADA, "key-1"), ("IDEM#ada#key-1", "CREATE")),
    ],
)
def test_a_key_has_this_text(key: Key, expected: tuple[str, str]) -> None:
    assert tuple(key) == expected


def test_the_listings_of_a_zip_are_one_partition() -> None:
    assert keys.zip_code("98001") == keys.listing("98001", P1).pk


def test_the_inverse_attributes_swap_the_key() -> None:
    assert keys.inverse_attributes(keys.ownership(ADA, P1)) == {"inverse_pk": "PROP#p1", "inverse_sk": "USER#ada"}


def test_history_sorts_before_images_and_images_before_the_property() -> None:
    newest, image, property_ = (
        keys.history_event(P1, factories.timestamp(0), 10**10 - 1),
        keys.image(P1, ID("-")),
        keys.property(P1),
    )
    assert newest.sk < keys.IMAGE_PREFIX < image.sk < property_.sk
    assert keys.image(P1, ID("z" * 64)).sk < property_.sk


def test_events_with_one_timestamp_sort_by_version() -> None:
    sort_keys = [
        keys.history_event(P1, factories.timestamp(0), version).sk for version in (1, 9, 10, 99, 100, 2_147_483_647)
    ]
    assert sort_keys == sorted(sort_keys)
    assert {len(sk) for sk in sort_keys} == {40}


def test_idempotency_keys_of_two_users_never_collide() -> None:
    assert keys.idempotency(ID("a"), "b#c") != keys.idempotency(ID("a-b"), "c")


def test_the_table_has_two_indexes() -> None:
    assert INDEXES == (INVERSE, BY_PRICE)
    assert [(index.name, index.partition.name, index.sort.name, index.sort.type) for index in INDEXES] == [
        ("inverse", "inverse_pk", "inverse_sk", "S"),
        ("by_price", "pk", "list_price", "N"),
    ]
    assert [index.projection for index in INDEXES] == ["KEYS_ONLY", "ALL"]
