"""What `make verify` finds untrue, and that mending puts just that right."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from data import images, keys, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Action, Delete, Item
from data.errors import Refusal
from data.keys import Key
from data.maintenance import verify
from data.records import ID, User
from tests.local import dataset

HOME = dataset.ALL[5]  # 5 pictures, and a card in its ZIP
CARD = listings.to_item(listings.card(HOME) or listings.from_item({}))
EDGE = properties.edge(HOME)

Table = dict[Key, Item]


def key_of(item: Item) -> Key:
    return Key(item["pk"], item["sk"])


def dump() -> Table:
    return {key_of(item): item for item in table.scan()}


@pytest.fixture
def true_table(table: str) -> Table:
    """All that a table holds in which everything is true."""
    put(*dataset.items(), users.to_item(User(id=ID("edsger"), name="Edsger", property_count=7)))
    return dump()


def put(*items: Item) -> None:
    table.put_many(items)


def remove(*keys: Key) -> None:
    actions: list[Action] = [Delete(key) for key in keys]
    table.write(actions)


def found() -> list[tuple[Key, str]]:
    return [(untruth.key, untruth.what) for untruth in verify.untruths()]


def test_a_true_table_is_found_true(true_table: Table) -> None:
    assert found() == []


def test_it_tells_how_many_items_it_has_looked_at(true_table: Table) -> None:
    looked: list[int] = []
    assert list(verify.untruths(looked.append)) == []
    assert sum(looked) == len(true_table)


UNTRUE: dict[str, tuple[Callable[[], None], Key, str]] = {
    "a card that is missing": (lambda: remove(key_of(CARD)), key_of(CARD), "is missing"),
    "a card with another price": (lambda: put(CARD | {"price": 1}), key_of(CARD), "is not what the home says"),
    "a card outside the index by price": (
        lambda: put({name: value for name, value in CARD.items() if name != "list_price"}),
        key_of(CARD),
        "is not what the home says",
    ),
    "a card in a second ZIP": (
        lambda: put(CARD | keys.listing("99999", HOME.id)._asdict() | keys.inverse(keys.listing("99999", HOME.id))),
        keys.listing("99999", HOME.id),
        "is no place of this home",
    ),
    "an edge that is missing": (lambda: remove(key_of(EDGE)), key_of(EDGE), "is missing"),
    "an edge outside the inverse index": (
        lambda: put(key_of(EDGE)._asdict()),
        key_of(EDGE),
        "is not what the home says",
    ),
    "a cover that is not the first picture's": (
        lambda: put(properties.to_item(replace(HOME, cover_image_url=None))),
        keys.property(HOME.id),
        "does not name its pictures",
    ),
    "a picture that the home names and has not": (
        lambda: put(properties.to_item(replace(HOME, image_ids=(*HOME.image_ids, ID("gone"))))),
        keys.property(HOME.id),
        "does not name its pictures",
    ),
    "a picture that the home does not name": (
        lambda: put(properties.to_item(replace(HOME, image_ids=HOME.image_ids[:4]))),
        keys.property(HOME.id),
        "does not name its pictures",
    ),
    "a count that is wrong": (
        lambda: put(users.to_item(User(id=ID("edsger"), name="Edsger", property_count=9))),
        keys.user(ID("edsger")),
        "counts 9 homes and has 7",
    ),
}


@pytest.mark.parametrize(("spoil", "key", "what"), UNTRUE.values(), ids=UNTRUE)
def test_an_untruth_is_named_and_mended_and_nothing_else_changes(
    true_table: Table, spoil: Callable[[], None], key: Key, what: str
) -> None:
    spoil()
    (untruth,) = [one for one in verify.untruths() if one.key == key]
    assert untruth.what == what
    untruth.mend()
    assert dump() == true_table
    assert found() == []


def test_an_edge_and_a_card_of_a_home_that_is_gone_are_taken_away(true_table: Table) -> None:
    at = keys.ownership(ID("ada"), ID("gone")), keys.listing("99999", ID("gone"))
    put(*(key._asdict() | keys.inverse(key) for key in at))
    untruths = [one for one in verify.untruths() if one.key in at]
    assert [one.what for one in untruths] == ["is of a home that is gone"] * 2
    for untruth in untruths:
        untruth.mend()
    assert dump() == true_table


def test_an_image_without_its_property_is_reported_and_deleted(true_table: Table) -> None:
    orphan = keys.image(ID("deleted"), ID("p1"))
    put(images.to_item(dataset.picture(ID("deleted"), ID("p1"))))
    (untruth,) = verify.untruths()
    assert (untruth.key, untruth.what) == (orphan, "is of a home that is gone")
    untruth.mend()
    assert dump() == true_table


def test_a_count_that_was_corrected_during_the_scan_is_not_reported(true_table: Table) -> None:
    profile = keys.user(ID("edsger"))
    put(true_table[profile] | {"property_count": 9})
    assert list(verify.untruths(lambda items: put(true_table[profile]))) == []


def test_an_owner_without_a_profile_gets_one_with_the_count_of_their_homes(true_table: Table) -> None:
    remove(keys.user(ID("edsger")))
    untruths = list(verify.untruths())
    assert {(one.key, one.what) for one in untruths} == {(keys.user(ID("edsger")), "is missing")}
    untruths[0].mend()
    assert users.by_id(ID("edsger")) == User(id=ID("edsger"), name="edsger", property_count=7)


def test_a_home_that_somebody_writes_meanwhile_is_left_to_the_next_run(true_table: Table) -> None:
    put(CARD | {"price": 1})
    (untruth,) = verify.untruths()
    properties.update(HOME, {"price": 5.0}, HOME.version, ID("ada"))
    before = dump()
    with pytest.raises(Refusal):
        untruth.mend()
    assert dump() == before
    assert found() == []
