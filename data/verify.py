"""Whether the table says the same thing everywhere: each home's edge, card and pictures, each user's count of homes.

It reads everything, so it is for operators (`make verify`) and never for a request. Nothing is locked meanwhile: what
it finds was so when it looked, and a mend happens only where that has not changed since, else it raises a Refusal.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

from data import keys, listings, properties, table, users
from data.errors import TryAgain
from data.keys import INVERSE, Key
from data.records import ID, Image, Property, User
from data.requests import Action, Check, Delete, Item, Put, When

AT_ONCE = 200


@dataclass(frozen=True)
class Untruth:
    """Something that is not so: where, in words, and what makes it so."""

    key: Key
    what: str
    mend: Callable[[], None]


def untruths(read: Callable[[int], object] = lambda items: None) -> Iterator[Untruth]:
    """All that is untrue; `read` is told how many more items were looked at.

    A scan of the table and one of its inverse index; besides, three requests a home and two a user.
    """
    for items in batches(table.scan()):
        found = table.at_once(look, [item for item in items if item["sk"] in (keys.METADATA, keys.PROFILE)])
        yield from chain.from_iterable(found)
        read(len(items))
    for entries in batches(table.scan(INVERSE)):
        yield from orphans([Key(entry["pk"], entry["sk"]) for entry in entries])


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def look(item: Item) -> list[Untruth]:
    return of_home(ID(item["id"])) if item["sk"] == keys.METADATA else of_user(ID(item["id"]))


def of_home(id: ID) -> list[Untruth]:
    """What is untrue of a home as it stands now: two Queries and a BatchGetItem."""
    home, pictures = properties.with_all_images(id)
    if home is None:
        return []
    true = with_its_pictures(home, pictures)
    must = {Key(item["pk"], item["sk"]): item for item in about(true)}
    there = table.get_many([*must, *properties.appearances(id)], consistent=True)
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


def with_its_pictures(home: Property, found: dict[ID, Image]) -> Property:
    """The home as it must be: naming just the pictures that it has, those it did not name behind the others."""
    named = [id for id in dict.fromkeys(home.image_ids) if id in found]
    ids = tuple([*named, *(id for id in found if id not in named)])
    return replace(home, image_ids=ids, cover_image_url=found[ids[0]].url if ids else None)


def about(home: Property) -> list[Item]:
    """What must stand in the table about a home besides its own partition."""
    card = listings.card(home)
    return [properties.edge(home), *([listings.to_item(card)] if card else [])]


def of_user(id: ID) -> list[Untruth]:
    """Whether a user's count is that of their homes: one GetItem and one Query."""
    user = users.by_id(id)
    homes = users.count_homes(id)
    if user is None or user.property_count == homes:
        return []
    what = f"counts {user.property_count} homes and has {homes}"
    return [Untruth(keys.user(id), what, partial(users.recount, user))]


def orphans(edges: list[Key]) -> list[Untruth]:
    """Edges and cards of homes that are gone, and users who own homes without having a profile."""
    homes = {edge: keys.property(keys.id_in(edge.sk)) for edge in edges}
    owners = {edge: keys.user(keys.id_in(edge.pk)) for edge in edges if edge.pk.startswith(keys.USERS)}
    there = table.get_many([*homes.values(), *owners.values()], consistent=True)
    return [
        Untruth(edge, "is of a home that is gone", writes(Check(home, GONE), Delete(edge)))
        for edge, home in homes.items()
        if home not in there
    ] + [
        Untruth(owner, "is missing", partial(users.recount, User(id=id, name=id)))
        for edge, owner in owners.items()
        if owner not in there and homes[edge] in there and (id := keys.id_in(edge.pk))
    ]


GONE = When("attribute_not_exists(#pk)", lambda _: TryAgain())


def writes(*actions: Action) -> Callable[[], None]:
    return partial(table.write, actions)
