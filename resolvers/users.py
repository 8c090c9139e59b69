"""Resolvers of users. An e-mail address is visible to its user and to admins only."""

from dataclasses import dataclass
from typing import Annotated

from data import clock, users
from data.records import ID, UNSET, Email, EmailAddress, Name, Unset, User, UserId
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller


@dataclass(frozen=True, kw_only=True)
class UpdateMeInput:
    """Changes of the caller's profile. Omitted fields keep their value; null clears the e-mail address."""

    name: Name | Unset = UNSET
    email: EmailAddress | None | Unset = UNSET


def by_id(id: UserId) -> User | None:
    """The user with this id; null if there is none."""
    return users.by_id(id)


def by_ids(ids: list[ID], /) -> list[User | None]:
    """The user; null if the user has no profile."""
    return users.by_ids(ids)


def me(caller: Caller) -> User | None:
    """The caller's profile; its values come from the token until a profile is stored."""
    return users.by_id(caller.id) or caller.profile()


def emails(profiles: list[User], /, caller: Caller) -> list[Email | None]:
    """The e-mail address. Visible to the user and to admins; null for other callers."""
    return [user.email if caller.may_act_for(user.id) else None for user in profiles]


def update_me(input: Annotated[UpdateMeInput, "The fields to change, at least one"], caller: Caller) -> User | None:
    """Changes the caller's profile, or creates it from the token."""
    return users.update(users.new_profile(caller.profile(), clock.now()), encoding.provided_fields(input))
