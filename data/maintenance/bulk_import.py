"""Homes that come with a past, many at once, by BatchWriteItem: put where they are not, and never over what is there.

Batches know no conditions, so the order is what keeps a load that is cut off, or run again, from harm: first all that
stands about a home, then the home, last its first event. So a home that is there is whole, and one that is gone while
its event is there was deleted by somebody. Two loads of the same homes at once are one too many: the later could undo
what somebody did to a home in between.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum

from data import images, keys, listings, properties
from data.dynamodb import table
from data.dynamodb.requests import Item
from data.keys import Key
from data.records import Property

AT_ONCE = 50  # homes whose being there is asked in one BatchGetItem


class Found(Enum):
    """How a home was found when it was to be added: only one that was new is written."""

    NEW = "new"
    THERE = "there"
    DELETED = "deleted"


@dataclass(frozen=True)
class Arrival:
    """A home as it stands now, with its pictures, and its history, oldest first."""

    home: Property
    events: Sequence[Item]

    @property
    def first_event(self) -> Key:
        return Key(self.events[0]["pk"], self.events[0]["sk"])

    def surroundings(self) -> list[Item]:
        """All that stands about the home, but its first event."""
        card = listings.card(self.home)
        return [
            *map(images.to_item, self.home.images or ()),
            properties.edge(self.home),
            *([listings.to_item(card)] if card else []),
            *self.events[1:],
        ]


def add(arrivals: Sequence[Arrival]) -> list[Found]:
    """How each home was found; those that were new are there now, not yet counted to their owners.

    One BatchGetItem for every 50 homes, one BatchWriteItem for every 25 items. Raises TryAgain.
    """
    there = table.get_many([key for one in arrivals for key in (keys.property(one.home.id), one.first_event)], True)
    found = [how(one, there.keys()) for one in arrivals]
    new = [one for one, state in zip(arrivals, found, strict=True) if state is Found.NEW]
    table.put_many([item for one in new for item in one.surroundings()])
    table.put_many([properties.to_item(one.home) for one in new])
    untold = [one for one, state in zip(arrivals, found, strict=True) if state is Found.THERE]
    table.put_many([one.events[0] for one in [*new, *untold] if one.first_event not in there])
    return found


def how(arrival: Arrival, there: Set[Key]) -> Found:
    if keys.property(arrival.home.id) in there:
        return Found.THERE
    return Found.DELETED if arrival.first_event in there else Found.NEW
