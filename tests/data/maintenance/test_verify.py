"""`make verify` reports each inconsistency, and its repair changes nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from data import images, keys, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Action, Delete, Item
from data.errors import ApiError
from data.keys import Key
from data.maintenance import verify
from data.records import ID, User
from tests.local import dataset

PROPERTY = dataset.PROPERTIES[5]  # it has 5 images and is listed in its ZIP code
LISTING_ITEM = listings.to_item(listings.listing_of(PROPERTY) or listings.from_item({}))
OWNERSHIP_ITEM = properties.ownership_item(PROPERTY)

ItemsByKey = dict[Key, Item]


def key_of(item: Item) -> Key:
    return Key(item["pk"], item["sk"])


def read_table() -> ItemsByKey:
    return {key_of(item): item for item in table.scan()}


@pytest.fixture
def consistent_table(table: str) -> ItemsByKey:
    """The items of a consistent table."""
    put_items(*dataset.table_items(), users.to_item(User(id=ID("edsger"), name="Edsger", property_count=7)))
    return read_table()


def put_items(*items: Item) -> None:
    table.put_many(items)


def delete_items(*keys: Key) -> None:
    actions: list[Action] = [Delete(key) for key in keys]
    table.write(actions)


def inconsistencies() -> list[tuple[Key, str]]:
    return [(inconsistency.key, inconsistency.description) for inconsistency in verify.find_inconsistencies()]


def test_a_consistent_table_has_no_inconsistencies(consistent_table: ItemsByKey) -> None:
    assert inconsistencies() == []


def test_the_progress_counts_each_item(consistent_table: ItemsByKey) -> None:
    progress: list[int] = []
    assert list(verify.find_inconsistencies(progress.append)) == []
    assert sum(progress) == len(consistent_table)


DAMAGES: dict[str, tuple[Callable[[], None], Key, str]] = {
    "a missing listing": (lambda: delete_items(key_of(LISTING_ITEM)), key_of(LISTING_ITEM), "is missing"),
    "a listing with another price": (
        lambda: put_items(LISTING_ITEM | {"price": 1}),
        key_of(LISTING_ITEM),
        "differs from the property",
    ),
    "a listing outside the index by price": (
        lambda: put_items({name: value for name, value in LISTING_ITEM.items() if name != "list_price"}),
        key_of(LISTING_ITEM),
        "differs from the property",
    ),
    "a listing in a second ZIP code": (
        lambda: put_items(
            LISTING_ITEM
            | keys.listing("99999", PROPERTY.id)._asdict()
            | keys.inverse_attributes(keys.listing("99999", PROPERTY.id))
        ),
        keys.listing("99999", PROPERTY.id),
        "does not belong to this property",
    ),
    "a missing ownership item": (lambda: delete_items(key_of(OWNERSHIP_ITEM)), key_of(OWNERSHIP_ITEM), "is missing"),
    "an ownership item outside the inverse index": (
        lambda: put_items(key_of(OWNERSHIP_ITEM)._asdict()),
        key_of(OWNERSHIP_ITEM),
        "differs from the property",
    ),
    "a cover that is not the first image": (
        lambda: put_items(properties.to_item(replace(PROPERTY, cover_image_url=None))),
        keys.property(PROPERTY.id),
        "does not list its images",
    ),
    "a listed image that does not exist": (
        lambda: put_items(properties.to_item(replace(PROPERTY, image_ids=(*PROPERTY.image_ids, ID("gone"))))),
        keys.property(PROPERTY.id),
        "does not list its images",
    ),
    "an image that is not listed": (
        lambda: put_items(properties.to_item(replace(PROPERTY, image_ids=PROPERTY.image_ids[:4]))),
        keys.property(PROPERTY.id),
        "does not list its images",
    ),
    "a wrong count": (
        lambda: put_items(users.to_item(User(id=ID("edsger"), name="Edsger", property_count=9))),
        keys.user(ID("edsger")),
        "counts 9 properties but owns 7",
    ),
}


@pytest.mark.parametrize(("damage", "key", "description"), DAMAGES.values(), ids=DAMAGES)
def test_an_inconsistency_is_reported_and_repaired(
    consistent_table: ItemsByKey, damage: Callable[[], None], key: Key, description: str
) -> None:
    damage()
    (inconsistency,) = [inconsistency for inconsistency in verify.find_inconsistencies() if inconsistency.key == key]
    assert inconsistency.description == description
    inconsistency.repair()
    assert read_table() == consistent_table
    assert inconsistencies() == []


def test_orphaned_ownership_and_listing_items_are_deleted(consistent_table: ItemsByKey) -> None:
    orphan_keys = keys.ownership(ID("ada"), ID("gone")), keys.listing("99999", ID("gone"))
    put_items(*(key._asdict() | keys.inverse_attributes(key) for key in orphan_keys))
    orphans = [inconsistency for inconsistency in verify.find_inconsistencies() if inconsistency.key in orphan_keys]
    assert [inconsistency.description for inconsistency in orphans] == ["belongs to a deleted property"] * 2
    for inconsistency in orphans:
        inconsistency.repair()
    assert read_table() == consistent_table


def test_an_image_without_its_property_is_reported_and_deleted(consistent_table: ItemsByKey) -> None:
    orphan = keys.image(ID("deleted"), ID("p1"))
    put_items(images.to_item(dataset.make_image(ID("deleted"), ID("p1"))))
    (inconsistency,) = verify.find_inconsistencies()
    assert (inconsistency.key, inconsistency.description) == (orphan, "belongs to a deleted property")
    inconsistency.repair()
    assert read_table() == consistent_table


def test_a_count_that_was_corrected_during_the_scan_is_not_reported(consistent_table: ItemsByKey) -> None:
    profile = keys.user(ID("edsger"))
    put_items(consistent_table[profile] | {"property_count": 9})
    assert list(verify.find_inconsistencies(lambda items: put_items(consistent_table[profile]))) == []


def test_an_owner_without_a_profile_gets_one_with_the_count_of_their_homes(consistent_table: ItemsByKey) -> None:
    delete_items(keys.user(ID("edsger")))
    orphans = list(verify.find_inconsistencies())
    assert {(inconsistency.key, inconsistency.description) for inconsistency in orphans} == {
        (keys.user(ID("edsger")), "is missing")
    }
    orphans[0].repair()
    assert users.by_id(ID("edsger")) == User(id=ID("edsger"), name="edsger", property_count=7)


def test_a_repair_of_a_changed_property_fails_without_a_write(consistent_table: ItemsByKey) -> None:
    put_items(LISTING_ITEM | {"price": 1})
    (inconsistency,) = verify.find_inconsistencies()
    properties.update(PROPERTY, {"price": 5.0}, PROPERTY.version, ID("ada"))
    before = read_table()
    with pytest.raises(ApiError):
        inconsistency.repair()
    assert read_table() == before
    assert inconsistencies() == []
