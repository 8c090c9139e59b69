"""Verifies the table: each property's ownership item, listing and images, and each user's property count.

It reads the whole table, so it is for operators (`make verify`) and never for a request. It runs without locks: every
suspect is read again individually before it is reported, and a repair is conditional on that read (it raises an
ApiError if the item changed).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby, islice
from typing import TypeVar

from data import images, keys, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Action, Condition, ConditionCheck, Delete, Item, Put
from data.errors import TryAgain
from data.keys import INVERSE, Key
from data.records import ID, Image, Property, User

A = TypeVar("A")

BATCH_SIZE = 100


@dataclass(frozen=True)
class Inconsistency:
    """An item that is missing or wrong: its key, a description, and the function that repairs it."""

    key: Key
    description: str
    repair: Callable[[], None]


def find_inconsistencies(on_progress: Callable[[int], object] = lambda items: None) -> Iterator[Inconsistency]:
    """Yields each inconsistency once. Calls `on_progress` with the number of items read since its last call.

    Cost: a scan of the table and of the inverse index, a BatchGetItem for every 50 properties and for every 50 related
    items, and a few requests for each suspect property or user.
    """
    reported: set[Key] = set()
    for inconsistency in chain(check_index(), check_table(on_progress)):
        if inconsistency.key not in reported:
            reported.add(inconsistency.key)
            yield inconsistency


def check_index() -> Iterator[Inconsistency]:
    for entries in batches(table.scan(INVERSE)):
        yield from check_related_items(list(map(key_of, entries)))


def check_table(on_progress: Callable[[int], object]) -> Iterator[Inconsistency]:
    for partition_batch in batches(partitions(table.scan(), on_progress)):
        ownership_items = [
            item for partition in partition_batch for item in partition if item["sk"].startswith(keys.PROPERTY_PREFIX)
        ]
        yield from check_related_items([key_of(item) for item in ownership_items if not is_indexed(item)])
        yield from check_all(check_property, find_suspect_properties(partition_batch))
        yield from check_all(check_user, find_suspect_users(partition_batch))


def partitions(items: Iterator[Item], on_progress: Callable[[int], object]) -> Iterator[list[Item]]:
    """Yields the items of each partition, without history events and without listings that the inverse index has."""

    def is_relevant(item: Item) -> bool:
        on_progress(1)
        is_listing = item["sk"].startswith(keys.PROPERTY_PREFIX) and not item["pk"].startswith(keys.USER_PREFIX)
        return not item["sk"].startswith(keys.EVENT_PREFIX) and not (is_listing and is_indexed(item))

    for _, partition in groupby(filter(is_relevant, items), key=lambda item: item["pk"]):
        yield list(partition)


def is_indexed(item: Item) -> bool:
    return keys.inverse_attributes(key_of(item)).items() <= item.items()


def find_suspect_properties(partitions: Sequence[list[Item]]) -> list[ID]:
    """Returns the properties whose list of images, ownership item or listing differs from the stored items."""
    property_partitions = [items for items in partitions if items[0]["pk"].startswith(keys.PROPERTY_PREFIX)]
    expected_by_id = {keys.parse_id(items[0]["pk"]): expected_items_by_key(items) for items in property_partitions}
    existing = table.get_many(key for expected in expected_by_id.values() for key in expected or ())
    return [
        id
        for id, expected in expected_by_id.items()
        if expected is None or any(existing.get(key) != item for key, item in expected.items())
    ]


def expected_items_by_key(items: Sequence[Item]) -> dict[Key, Item] | None:
    """Returns the expected related items by the items of a partition; None if these contradict each other."""
    if items[-1]["sk"] != keys.METADATA:
        return None
    property_ = properties.from_item(items[-1])
    images_by_id = {item["id"]: images.from_item(item) for item in items[:-1]}
    return expected_items(property_) if with_actual_images(property_, images_by_id) == property_ else None


def find_suspect_users(partitions: Sequence[list[Item]]) -> list[ID]:
    """Returns the users whose count differs from the number of ownership items in their partition."""
    profiles = [(items[0], len(items) - 1) for items in partitions if items[0]["sk"] == keys.PROFILE]
    return [
        ID(profile["id"]) for profile, property_count in profiles if profile.get("property_count", 0) != property_count
    ]


def check_property(id: ID, extra_keys: Sequence[Key] = ()) -> list[Inconsistency]:
    """Returns the inconsistencies of a property and of `extra_keys`. Cost: two Queries and a BatchGetItem."""
    property_, images_by_id = properties.with_all_images(id)
    if property_ is None:
        return [orphan(keys.image(id, image_id)) for image_id in images_by_id]
    corrected = with_actual_images(property_, images_by_id)
    expected = expected_items(corrected)
    existing = table.get_many([*expected, *properties.related_keys(id), *extra_keys], consistent=True)
    if_unchanged = properties.if_version_matches(property_)
    first_action: Action = (
        ConditionCheck(keys.property(id), if_unchanged)
        if corrected == property_
        else Put(properties.to_item(corrected), if_unchanged)
    )
    inconsistencies = (
        []
        if corrected == property_
        else [Inconsistency(keys.property(id), "does not list its images", transaction(first_action))]
    )
    inconsistencies += [
        Inconsistency(
            key,
            "is missing" if key not in existing else "differs from the property",
            transaction(first_action, Put(item)),
        )
        for key, item in expected.items()
        if existing.get(key) != item
    ]
    return inconsistencies + [
        Inconsistency(key, "does not belong to this property", transaction(first_action, Delete(key)))
        for key in existing
        if key not in expected
    ]


def with_actual_images(property_: Property, images_by_id: Mapping[ID, Image]) -> Property:
    """Returns the property with the ids of exactly its stored images; unlisted images are last."""
    listed_ids = [id for id in dict.fromkeys(property_.image_ids) if id in images_by_id]
    ids = tuple([*listed_ids, *(id for id in images_by_id if id not in listed_ids)])
    return replace(property_, image_ids=ids, cover_image_url=images_by_id[ids[0]].url if ids else None)


def expected_items(property_: Property) -> dict[Key, Item]:
    """Returns the items that a property needs outside its partition, by key."""
    listing = listings.listing_of(property_)
    items = [properties.ownership_item(property_), *([listings.to_item(listing)] if listing else [])]
    return {key_of(item): item for item in items}


def check_user(id: ID) -> list[Inconsistency]:
    """Returns the inconsistency of a user's count, if there is one. Cost: one GetItem and one Query."""
    user = users.by_id(id)
    property_count = users.count_properties(id)
    if user is None or user.property_count == property_count:
        return []
    description = f"counts {user.property_count} properties but owns {property_count}"
    return [Inconsistency(keys.user(id), description, partial(users.repair_property_count, user))]


def check_related_items(related_keys: Sequence[Key]) -> Iterator[Inconsistency]:
    """Yields ownership and listing items without a matching property, and owners without a profile."""
    property_keys = {related_key: keys.property(keys.parse_id(related_key.sk)) for related_key in related_keys}
    owner_keys = {
        related_key: keys.user(keys.parse_id(related_key.pk))
        for related_key in related_keys
        if related_key.pk.startswith(keys.USER_PREFIX)
    }
    existing = table.get_many([*property_keys.values(), *owner_keys.values()], consistent=True)
    for related_key, property_key in property_keys.items():
        if property_key not in existing:
            yield from (
                [orphan(related_key)] if table.get(related_key, consistent=True) else []
            )  # the index is eventually consistent
        elif related_key not in expected_items(properties.from_item(existing[property_key])):
            yield from check_property(keys.parse_id(property_key.pk), [related_key])
        elif (owner_key := owner_keys.get(related_key)) and owner_key not in existing:
            id = keys.parse_id(owner_key.pk)
            yield Inconsistency(owner_key, "is missing", partial(users.repair_property_count, User(id=id, name=id)))


def orphan(key: Key) -> Inconsistency:
    property_key = keys.property(keys.parse_id(key.pk if key.pk.startswith(keys.PROPERTY_PREFIX) else key.sk))
    return Inconsistency(
        key, "belongs to a deleted property", transaction(ConditionCheck(property_key, IF_ABSENT), Delete(key))
    )


IF_ABSENT = Condition("attribute_not_exists(#pk)", lambda _: TryAgain())


def transaction(*actions: Action) -> Callable[[], None]:
    """Returns a function that performs one transaction and recounts each owner whose ownership items it writes."""
    return partial(write_and_recount, actions)


def write_and_recount(actions: Sequence[Action]) -> None:
    table.write(actions)
    written_keys = [key_of(action.item) if isinstance(action, Put) else action.key for action in actions]
    for key in written_keys:
        if key.pk.startswith(keys.USER_PREFIX) and (owner := users.by_id(keys.parse_id(key.pk))):
            users.repair_property_count(owner)


def check_all(check: Callable[[ID], list[Inconsistency]], ids: Sequence[ID]) -> Iterator[Inconsistency]:
    return chain.from_iterable(table.map_concurrent(check, ids))


def batches(items: Iterable[A]) -> Iterator[list[A]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch


def key_of(item: Item) -> Key:
    return Key(item["pk"], item["sk"])
