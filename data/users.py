"""The users. A profile has the count of the user's properties; each create and delete updates it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from data import keys, serialization
from data.dynamodb import table
from data.dynamodb.requests import Condition, Item, Query, Update
from data.errors import TryAgain, UserNotFound
from data.records import ID, DateTime, User


def by_id(id: ID) -> User | None:
    """Returns the current profile, or None. Cost: one consistent GetItem."""
    item = table.get(keys.user(id), consistent=True)
    return from_item(item) if item else None


def by_ids(ids: Sequence[ID]) -> list[User | None]:
    """Returns the user with each id, or None, in the order of `ids`. Cost: one BatchGetItem for every 100 ids."""
    items = table.get_many(map(keys.user, ids))
    return [from_item(items[key]) if (key := keys.user(id)) in items else None for id in ids]


def update(profile: User, changes: Mapping[str, str | None]) -> User:
    """Sets `name` or `email` of a profile, or removes the e-mail (None). Creates the profile if it does not exist.

    Cost: one transaction and one consistent GetItem.
    """
    table.write([upsert_profile(profile, changes)])
    return by_id(profile.id) or profile


def new_profile(profile: User, at: DateTime) -> User:
    """Returns a profile without properties, created at `at`."""
    return replace(profile, property_count=0, created_at=at)


def increment_property_count_or_create(owner: User) -> Update:
    """Returns the write that adds one to the count of `owner`, and creates the profile if it does not exist."""
    return upsert_profile(owner, {}, count_delta=1)


def increment_property_count(owner_id: ID) -> Update:
    """Returns the write that adds one to the count of a user. It fails with UserNotFound if there is no profile."""
    if_exists = Condition("attribute_exists(#pk)", lambda _: UserNotFound(owner_id))
    return Update(keys.user(owner_id), "ADD #property_count :one", {"one": 1}, if_exists)


def decrement_property_count(owner_id: ID) -> Update:
    return Update(keys.user(owner_id), "ADD #property_count :one", {"one": -1})


def ownership_query(id: ID, ascending: bool = True) -> Query:
    """Returns the query of a user's ownership items, sorted by property id."""
    return Query(keys.user(id).pk, keys.PROPERTY_PREFIX, f"{keys.PROPERTY_PREFIX}~", ascending=ascending)


def count_properties(id: ID) -> int:
    """Returns the number of a user's ownership items. Cost: one consistent Query for each megabyte."""
    return sum(1 for _ in table.query_all(ownership_query(id), consistent=True))


def repair_property_count(profile: User) -> None:
    """Sets the property count of a user to the number of ownership items. Creates the profile if it does not exist.

    Cost: one GetItem, one Query and one transaction; the same again if the count changes meanwhile. Raises TryAgain.
    """
    for _ in table.retry_attempts():
        stored_count = (table.get(keys.user(profile.id), consistent=True) or {}).get("property_count")
        actual_count = count_properties(profile.id)
        if stored_count == actual_count:
            return
        if_count_unchanged = Condition("attribute_not_exists(#property_count)", lambda _: CountChanged())
        if stored_count is not None:
            if_count_unchanged = Condition("#property_count = :was", lambda _: CountChanged(), {"was": stored_count})
        with suppress(CountChanged):
            table.write(
                [replace(upsert_profile(profile, {}, actual_count - (stored_count or 0)), condition=if_count_unchanged)]
            )
            return
    raise TryAgain


class CountChanged(Exception):
    """The stored count changed while the properties were counted."""


def upsert_profile(profile: User, changes: Mapping[str, str | None], count_delta: int = 0) -> Update:
    """Returns the write that adds `count_delta` to the count, sets `changes`, and sets other attributes if not stored.

    A removed attribute is stored as null, so `profile` does not restore it.
    """
    initial_values = {
        name: value
        for name, value in serialization.to_item_attributes(profile).items()
        if name not in {"property_count", *changes}
    }
    assignments = {name: f":{name}" for name in changes} | {
        name: f"if_not_exists(#{name}, :{name})" for name in initial_values
    }
    expression = (
        f"SET {', '.join(f'#{name} = {value}' for name, value in assignments.items())} ADD #property_count :one"
    )
    return Update(keys.user(profile.id), expression, {**initial_values, **changes, "one": count_delta})


def from_item(item: Mapping[str, Any]) -> User:
    return serialization.from_plain(User, item)


def to_item(user: User) -> Item:
    return keys.user(user.id)._asdict() | serialization.to_item_attributes(user)
