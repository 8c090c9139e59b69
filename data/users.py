"""Who owns homes. A profile carries the count of its homes, kept true by whatever makes or deletes one."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from data import keys, serialization
from data.dynamodb import table
from data.dynamodb.requests import Item, Query, Update, When
from data.errors import TryAgain, UserNotFound
from data.records import ID, DateTime, User


def by_id(id: ID) -> User | None:
    """The user as it stands now: one consistent GetItem."""
    item = table.get(keys.user(id), consistent=True)
    return from_item(item) if item else None


def by_ids(ids: Sequence[ID]) -> list[User | None]:
    """The user with each id, in the order of `ids`: one BatchGetItem for every 100 different ids."""
    found = table.get_many(map(keys.user, ids))
    return [from_item(found[key]) if (key := keys.user(id)) in found else None for id in ids]


def update(profile: User, changes: Mapping[str, str | None]) -> User:
    """Sets `name` or `email` of a profile, or takes the e-mail away (None); makes it where there is none yet.

    One transaction and one consistent GetItem.
    """
    table.write([profile_update(profile, changes)])
    return by_id(profile.id) or profile


def starting(profile: User, at: DateTime) -> User:
    """A profile as it starts: without homes, from now on."""
    return replace(profile, property_count=0, created_at=at)


def one_more(owner: User) -> Update:
    """Counts a new home of `owner`; makes the profile where it is the first."""
    return profile_update(owner, {}, one=1)


def one_more_of(owner_id: ID) -> Update:
    """Counts a new home of somebody who must have a profile. Refused with UserNotFound."""
    when = When("attribute_exists(#pk)", lambda _: UserNotFound(owner_id))
    return Update(keys.user(owner_id), "ADD #property_count :one", {"one": 1}, when)


def one_less(owner_id: ID) -> Update:
    return Update(keys.user(owner_id), "ADD #property_count :one", {"one": -1})


def owned(id: ID, forward: bool = True) -> Query:
    """The edges to a user's homes, by the homes' ids."""
    return Query(keys.user(id).pk, keys.PROPERTIES, f"{keys.PROPERTIES}~", forward=forward)


def count_homes(id: ID) -> int:
    """How many homes a user has, counted edge by edge: one consistent Query."""
    return sum(1 for _ in table.query_all(owned(id), consistent=True))


def recount(profile: User) -> None:
    """Sets the count of a user's homes to how many there are; makes the profile where there is none.

    One GetItem, one Query and one transaction, again while homes come or go. Raises TryAgain.
    """
    for _ in table.patience():
        was = (table.get(keys.user(profile.id), consistent=True) or {}).get("property_count")
        homes = count_homes(profile.id)
        if was == homes:
            return
        same = When("attribute_not_exists(#property_count)", lambda _: Recounted())
        if was is not None:
            same = When("#property_count = :was", lambda _: Recounted(), {"was": was})
        with suppress(Recounted):
            table.write([replace(profile_update(profile, {}, homes - (was or 0)), when=same)])
            return
    raise TryAgain


class Recounted(Exception):
    """The count changed while the homes were counted."""


def profile_update(profile: User, changes: Mapping[str, str | None], one: int = 0) -> Update:
    """Adds `one` to the count and sets what changes; the rest of `profile` is set only where it is not there yet.

    What was taken away is there, as a null: so it does not come back from `profile`.
    """
    starts = {
        name: value for name, value in serialization.item(profile).items() if name not in {"property_count", *changes}
    }
    sets = {name: f":{name}" for name in changes} | {name: f"if_not_exists(#{name}, :{name})" for name in starts}
    expression = f"SET {', '.join(f'#{name} = {to}' for name, to in sets.items())} ADD #property_count :one"
    return Update(keys.user(profile.id), expression, {**starts, **changes, "one": one})


def from_item(item: Mapping[str, Any]) -> User:
    return serialization.load(User, item)


def to_item(user: User) -> Item:
    return keys.user(user.id)._asdict() | serialization.item(user)
