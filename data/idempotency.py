"""Idempotency keys. The transaction that creates a property also stores the key, so both happen or neither does."""

from dataclasses import dataclass

from data import clock, keys
from data.dynamodb.requests import Condition, Item, Put
from data.records import ID, Property

IDEMPOTENCY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class IdempotencyKey:
    """An idempotency key of a user, with the hash of the input: repeated creates with it create one property."""

    user_id: ID
    key: str
    input_hash: str


class IdempotencyKeyUsed(Exception):
    """The idempotency key was used within 24 hours."""

    def __init__(self, item: Item) -> None:
        super().__init__(item["property_id"])
        self.id = ID(item["property_id"])
        self.input_hash: str = item["input_hash"]


def put_key(key: IdempotencyKey, property_: Property) -> Put:
    """Returns the write that stores an idempotency key for 24 hours.

    An expired key counts as absent, even before DynamoDB deletes it. Fails with IdempotencyKeyUsed.
    """
    seconds = clock.epoch_seconds(property_.created_at)
    item = keys.idempotency(key.user_id, key.key)._asdict() | {
        "property_id": property_.id,
        "input_hash": key.input_hash,
        keys.TTL_ATTRIBUTE: seconds + IDEMPOTENCY_SECONDS,
    }
    if_unused_or_expired = f"attribute_not_exists(#pk) OR #{keys.TTL_ATTRIBUTE} <= :now"
    return Put(
        item, Condition(if_unused_or_expired, lambda existing: IdempotencyKeyUsed(existing or item), {"now": seconds})
    )
