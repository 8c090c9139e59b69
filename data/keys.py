"""All keys and indexes of the table.

One partition has a property, its images and its history. HIST# sorts before IMG#, and IMG# before METADATA, so one
range has the property and its images without the history.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from data.records import ID, DateTime

METADATA = "METADATA"
PROFILE = "PROFILE"
IMAGE_PREFIX = "IMG#"
EVENT_PREFIX = "HIST#"
PROPERTY_PREFIX = "PROP#"
USER_PREFIX = "USER#"


class Key(NamedTuple):
    pk: str
    sk: str


@dataclass(frozen=True)
class Attribute:
    """A key attribute and its DynamoDB type."""

    name: str
    type: Literal["S", "N"] = "S"


@dataclass(frozen=True)
class Index:
    """A global secondary index. It contains only the items that have both of its key attributes."""

    name: str
    partition: Attribute
    sort: Attribute
    projection: Literal["ALL", "KEYS_ONLY"]


PARTITION = Attribute("pk")
SORT = Attribute("sk")
INVERSE = Index("inverse", Attribute("inverse_pk"), Attribute("inverse_sk"), "KEYS_ONLY")
BY_PRICE = Index("by_price", PARTITION, Attribute("list_price", "N"), "ALL")
INDEXES = (INVERSE, BY_PRICE)
TTL_ATTRIBUTE = "expires_at"


def property(id: ID) -> Key:
    return Key(f"{PROPERTY_PREFIX}{id}", METADATA)


def image(property_id: ID, id: ID) -> Key:
    return Key(f"{PROPERTY_PREFIX}{property_id}", f"{IMAGE_PREFIX}{id}")


def history_event(property_id: ID, at: DateTime, version: int) -> Key:
    return Key(f"{PROPERTY_PREFIX}{property_id}", f"{EVENT_PREFIX}{at}#{version:010d}")


def user(id: ID) -> Key:
    return Key(f"{USER_PREFIX}{id}", PROFILE)


def ownership(user_id: ID, property_id: ID) -> Key:
    return Key(f"{USER_PREFIX}{user_id}", f"{PROPERTY_PREFIX}{property_id}")


def zip_code(zip_code: str) -> str:
    return f"ZIP#{zip_code}"


def listing(zip_code: str, property_id: ID) -> Key:
    return Key(f"ZIP#{zip_code}", f"{PROPERTY_PREFIX}{property_id}")


def idempotency(user_id: ID, key: str) -> Key:
    return Key(f"IDEM#{user_id}#{key}", "CREATE")


def parse_id(key_part: str) -> ID:
    """Returns the id in a partition key or sort key of a property or a user."""
    return ID(key_part.partition("#")[2])


def inverse_attributes(key: Key) -> dict[str, str]:
    """Returns the attributes that add an item to the inverse index, where its sort key is the partition key."""
    return {INVERSE.partition.name: key.sk, INVERSE.sort.name: key.pk}
