"""Whether the table says the same thing everywhere: each home's edge, card and pictures, each user's count of homes.

It reads everything, so it is for operators (`make verify`) and never for a request. Nothing is locked meanwhile, so
what does not look right at first is looked at once more, by itself and as it stands then. A mend happens only where
that has not changed since, else it raises a Refusal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby, islice
from typing import TypeVar

from data import images, keys, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Action, Check, Delete, Item, Put, When
from data.errors import TryAgain
from data.keys import INVERSE, Key
from data.records import ID, Image, Property, User

A = TypeVar("A")

AT_ONCE = 100


@dataclass(frozen=True)
class Untruth:
    """Something that is not so: where, in words, and what makes it so."""

    key: Key
    what: str
    mend: Callable[[], None]


def untruths(read: Callable[[int], object] = lambda items: None) -> Iterator[Untruth]:
    """All that is untrue, each thing once; `read` is told how many more items of the table were looked at.

    A scan of the table, one of its inverse index, and a BatchGetItem for every 50 homes and every 50 edges or cards;
    besides, a few requests for each home or user that looks wrong.
    """
    told: set[Key] = set()
    for untruth in chain(of_index(), of_table(read)):
        if untruth.key not in told:
            told.add(untruth.key)
            yield untruth


def of_index() -> Iterator[Untruth]:
    for entries in batches(table.scan(INVERSE)):
        yield from of_places(list(map(key_of, entries)))


def of_table(read: Callable[[int], object]) -> Iterator[Untruth]:
    for partitions in batches(in_partitions(table.scan(), read)):
        edges = [item for partition in partitions for item in partition if item["sk"].startswith(keys.PROPERTIES)]
        yield from of_places([key_of(edge) for edge in edges if not is_indexed(edge)])
        yield from of_each(of_home, suspect_homes(partitions))
        yield from of_each(of_user, suspect_users(partitions))


def in_partitions(items: Iterator[Item], read: Callable[[int], object]) -> Iterator[list[Item]]:
    """The items as they stand together, but for history, and for cards that the inverse index leads to."""

    def of_interest(item: Item) -> bool:
        read(1)
        is_card = item["sk"].startswith(keys.PROPERTIES) and not item["pk"].startswith(keys.USERS)
        return not item["sk"].startswith(keys.EVENTS) and not (is_card and is_indexed(item))

    for _, partition in groupby(filter(of_interest, items), key=lambda item: item["pk"]):
        yield list(partition)


def is_indexed(edge: Item) -> bool:
    return keys.inverse(key_of(edge)).items() <= edge.items()


def suspect_homes(partitions: Sequence[list[Item]]) -> list[ID]:
    """The homes that do not name just the pictures beside them, or whose edge or card is not as they say."""
    of_homes = [items for items in partitions if items[0]["pk"].startswith(keys.PROPERTIES)]
    places = {keys.id_in(items[0]["pk"]): places_by(items) for items in of_homes}
    there = table.get_many(key for must in places.values() for key in must or ())
    return [
        id for id, must in places.items() if must is None or any(there.get(key) != item for key, item in must.items())
    ]


def places_by(items: Sequence[Item]) -> dict[Key, Item] | None:
    """Where a home must appear by the items of its partition; None where these do not agree among themselves."""
    if items[-1]["sk"] != keys.METADATA:
        return None
    home = properties.from_item(items[-1])
    found = {item["id"]: images.from_item(item) for item in items[:-1]}
    return about(home) if with_its_pictures(home, found) == home else None


def suspect_users(partitions: Sequence[list[Item]]) -> list[ID]:
    """The users whose count is not that of the edges beside it."""
    profiles = [(items[0], len(items) - 1) for items in partitions if items[0]["sk"] == keys.PROFILE]
    return [ID(profile["id"]) for profile, homes in profiles if profile.get("property_count", 0) != homes]


def of_home(id: ID, also: Sequence[Key] = ()) -> list[Untruth]:
    """What is untrue of a home as it stands now, also at these places of it: two Queries and a BatchGetItem."""
    home, pictures = properties.with_all_images(id)
    if home is None:
        return [gone(keys.image(id, picture)) for picture in pictures]
    true = with_its_pictures(home, pictures)
    must = about(true)
    there = table.get_many([*must, *properties.appearances(id), *also], consistent=True)
    guard = properties.unchanged(home)
    first: Action = Check(keys.property(id), guard) if true == home else Put(properties.to_item(true), guard)
    wrong = [] if true == home else [Untruth(keys.property(id), "does not name its pictures", writes(first))]
    wrong += [
        Untruth(key, "is missing" if key not in there else "is not what the home says", writes(first, Put(item)))
        for key, item in must.items()
        if there.get(key) != item
    ]
    return wrong + [
        Untruth(key, "is no place of this home", writes(first, Delete(key))) for key in there if key not in must
    ]


def with_its_pictures(home: Property, found: Mapping[ID, Image]) -> Property:
    """The home as it must be: naming just the pictures that it has, those it did not name behind the others."""
    named = [id for id in dict.fromkeys(home.image_ids) if id in found]
    ids = tuple([*named, *(id for id in found if id not in named)])
    return replace(home, image_ids=ids, cover_image_url=found[ids[0]].url if ids else None)


def about(home: Property) -> dict[Key, Item]:
    """What must stand in the table about a home besides its own partition."""
    card = listings.card(home)
    items = [properties.edge(home), *([listings.to_item(card)] if card else [])]
    return {key_of(item): item for item in items}


def of_user(id: ID) -> list[Untruth]:
    """Whether a user's count is that of their homes: one GetItem and one Query."""
    user = users.by_id(id)
    homes = users.count_homes(id)
    if user is None or user.property_count == homes:
        return []
    what = f"counts {user.property_count} homes and has {homes}"
    return [Untruth(keys.user(id), what, partial(users.recount, user))]


def of_places(edges: Sequence[Key]) -> Iterator[Untruth]:
    """Edges and cards where their home is not, or gone, and users who own homes without having a profile."""
    homes = {edge: keys.property(keys.id_in(edge.sk)) for edge in edges}
    owners = {edge: keys.user(keys.id_in(edge.pk)) for edge in edges if edge.pk.startswith(keys.USERS)}
    there = table.get_many([*homes.values(), *owners.values()], consistent=True)
    for edge, home in homes.items():
        if home not in there:
            yield from [gone(edge)] if table.get(edge, consistent=True) else []  # the index may be late to lose it
        elif edge not in about(properties.from_item(there[home])):
            yield from of_home(keys.id_in(home.pk), [edge])
        elif (owner := owners.get(edge)) and owner not in there:
            id = keys.id_in(owner.pk)
            yield Untruth(owner, "is missing", partial(users.recount, User(id=id, name=id)))


def gone(key: Key) -> Untruth:
    home = keys.property(keys.id_in(key.pk if key.pk.startswith(keys.PROPERTIES) else key.sk))
    return Untruth(key, "is of a home that is gone", writes(Check(home, GONE), Delete(key)))


GONE = When("attribute_not_exists(#pk)", lambda _: TryAgain())


def writes(*actions: Action) -> Callable[[], None]:
    """One transaction, and a new count for each owner whose edges are in it."""
    return partial(write, actions)


def write(actions: Sequence[Action]) -> None:
    table.write(actions)
    touched = [key_of(action.item) if isinstance(action, Put) else action.key for action in actions]
    for key in touched:
        if key.pk.startswith(keys.USERS) and (owner := users.by_id(keys.id_in(key.pk))):
            users.recount(owner)


def of_each(look: Callable[[ID], list[Untruth]], ids: Sequence[ID]) -> Iterator[Untruth]:
    return chain.from_iterable(table.at_once(look, ids))


def batches(whole: Iterable[A]) -> Iterator[list[A]]:
    rest = iter(whole)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def key_of(item: Item) -> Key:
    return Key(item["pk"], item["sk"])
