"""The people who own homes. An e-mail address is for its user and for admins."""

from dataclasses import dataclass

from data import clock, users
from data.records import ABSENT, ID, Absent, Email, EmailAddress, Id, Name, User
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller


@dataclass(frozen=True, kw_only=True)
class UpdateMeInput:
    """What to change of one's profile: what is left out stays, null clears the e-mail address."""

    name: Name | Absent = ABSENT
    email: EmailAddress | None | Absent = ABSENT


def by_id(id: Id) -> User | None:
    """The user with this id; null where there is none."""
    return users.by_id(id)


def by_ids(ids: list[ID], /) -> list[User | None]:
    """The user; null where there is no profile."""
    return users.by_ids(ids)


def me(caller: Caller) -> User | None:
    """The caller, by their profile or, before they have one, by their token."""
    return users.by_id(caller.id) or caller.profile()


def emails(people: list[User], /, caller: Caller) -> list[Email | None]:
    """Only for the user and for admins; null for anybody else."""
    return [user.email if caller.may_act_for(user.id) else None for user in people]


def update_me(input: UpdateMeInput, caller: Caller) -> User | None:
    """Changes the caller's profile, or makes it from their token."""
    return users.update(users.starting(caller.profile(), clock.now()), encoding.said(input))
