"""Homes that come with a past, several to a transaction: each arrives whole, and counted, or not at all.

A home's first event tells for good that it has arrived, for events outlive their home: so nothing is written twice, or
over what somebody did since, or back after somebody deleted it, however often the same homes are added.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from data import images, keys, listings, properties, table, users
from data.errors import TryAgain
from data.keys import Key
from data.records import Property, User
from data.requests import Action, Item, Put, When

MOST_ACTIONS = 100  # TransactWriteItems


class Found(Enum):
    """How a home was found when it was to be added: only one that was new is written."""

    NEW = "new"
    THERE = "there"
    DELETED = "deleted"


class JustArrived(Exception):
    """Somebody else added one of the homes since they were looked for."""


ABSENT = When("attribute_not_exists(#pk)", lambda _: JustArrived())


@dataclass(frozen=True)
class Arrival:
    """A home as it stands now, its pictures with it; its history, oldest first; and what its owner's profile starts as."""

    home: Property
    events: Sequence[Item]
    owner: User

    @property
    def first_event(self) -> Key:
        return Key(self.events[0]["pk"], self.events[0]["sk"])

    def actions(self) -> list[Action]:
        return [
            Put(self.events[0], ABSENT),
            Put(properties.to_item(self.home), ABSENT),
            Put(properties.edge(self.home)),
            *listings.moved(None, listings.card(self.home)),
            *(Put(images.to_item(image)) for image in self.home.images or ()),
        ]


def packs(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """The same homes in the same order, in lists that each fit into one transaction."""
    pack: list[Arrival] = []
    size = 0
    for arrival in arrivals:
        more = len(arrival.actions()) + 1  # its owner's count
        if size + more > MOST_ACTIONS:
            yield pack
            pack, size = [], 0
        pack.append(arrival)
        size += more
    if pack:
        yield pack


def add(pack: Sequence[Arrival]) -> list[Found]:
    """How each home of a pack was found. Those that were new are there now, their owners' counts raised.

    One BatchGetItem, and one TransactWriteItems for all that is new but the events after the first: they go ahead in
    BatchWriteItems, since they may be any number. Raises TryAgain.
    """
    for _ in table.patience():
        found = look_for(pack)
        new = [arrival for arrival, how in zip(pack, found, strict=True) if how is Found.NEW]
        if not new:
            return found
        table.put_many([event for arrival in new for event in arrival.events[1:]])
        try:
            table.write([action for arrival in new for action in arrival.actions()] + counted(new))
            return found
        except JustArrived:
            continue
    raise TryAgain


def look_for(pack: Sequence[Arrival]) -> list[Found]:
    there = table.get_many(
        (key for arrival in pack for key in (keys.property(arrival.home.id), arrival.first_event)), consistent=True
    )
    return [how(arrival, there) for arrival in pack]


def how(arrival: Arrival, there: Iterable[Key]) -> Found:
    if keys.property(arrival.home.id) in there:
        return Found.THERE
    return Found.DELETED if arrival.first_event in there else Found.NEW


def counted(new: Sequence[Arrival]) -> list[Action]:
    """One write for each owner, whose profile it makes where there is none."""
    owners = {arrival.owner.id: arrival.owner for arrival in new}
    homes = Counter(arrival.owner.id for arrival in new)
    return [users.profile_update(owner, {}, one=homes[id]) for id, owner in owners.items()]
