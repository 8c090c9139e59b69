"""Every key and index of the table, and nothing else.

One partition holds a home, its pictures and its history: HIST# sorts before IMG#, IMG# before METADATA, so a home
and its pictures are one range that leaves the history unread.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from data.records import ID, DateTime

METADATA = "METADATA"
PROFILE = "PROFILE"
IMAGES = "IMG#"
EVENTS = "HIST#"
PROPERTIES = "PROP#"
USERS = "USER#"


class Key(NamedTuple):
    pk: str
    sk: str


@dataclass(frozen=True)
class Attribute:
    """An attribute that a key is made of, and DynamoDB's letter for its type."""

    name: str
    type: Literal["S", "N"] = "S"


@dataclass(frozen=True)
class Index:
    """A global secondary index. Items without its attributes are not in it."""

    name: str
    partition: Attribute
    sort: Attribute
    projection: Literal["ALL", "KEYS_ONLY"]


PARTITION = Attribute("pk")
SORT = Attribute("sk")
INVERSE = Index("inverse", Attribute("inverse_pk"), Attribute("inverse_sk"), "KEYS_ONLY")
BY_PRICE = Index("by_price", PARTITION, Attribute("list_price", "N"), "ALL")
INDEXES = (INVERSE, BY_PRICE)
EXPIRES = "expires_at"


def property(id: ID) -> Key:
    return Key(f"{PROPERTIES}{id}", METADATA)


def image(property_id: ID, id: ID) -> Key:
    return Key(f"{PROPERTIES}{property_id}", f"{IMAGES}{id}")


def event(property_id: ID, at: DateTime, version: int) -> Key:
    return Key(f"{PROPERTIES}{property_id}", f"{EVENTS}{at}#{version:010d}")


def user(id: ID) -> Key:
    return Key(f"{USERS}{id}", PROFILE)


def ownership(user_id: ID, property_id: ID) -> Key:
    return Key(f"{USERS}{user_id}", f"{PROPERTIES}{property_id}")


def zip_code(zip_code: str) -> str:
    return f"ZIP#{zip_code}"


def listing(zip_code: str, property_id: ID) -> Key:
    return Key(f"ZIP#{zip_code}", f"{PROPERTIES}{property_id}")


def idempotency(user_id: ID, key: str) -> Key:
    return Key(f"IDEM#{user_id}#{key}", "CREATE")


def id_in(part: str) -> ID:
    """The id in a part of a key that names a home or a user."""
    return ID(part.partition("#")[2])


def inverse(key: Key) -> dict[str, str]:
    """The attributes that put an edge into the inverse index: its sort key finds its partition key."""
    return {INVERSE.partition.name: key.sk, INVERSE.sort.name: key.pk}
