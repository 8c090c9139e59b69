"""Who asks, from what AppSync says of the token.

The user's id is the token's `sub`, or the claim that USER_ID_CLAIM names. One that is not of our form (an issuer's
`auth0|12`, an e-mail address) is mapped, always alike: `x-` and the first 62 hexadecimal digits of its SHA-256. So is
one that looks as if it had been mapped already, or its user could pass for another. The groups of a Cognito user are
Cognito's claim; those of any other user the same or, where GROUPS_CLAIM names one, that.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.errors import InvalidInput, PropertyNotFound
from data.records import ID, Email, EmailAddress, Name, Property, User
from data.serialization import loader, same
from resolvers.field_config import ADMINS
from resolvers.runtime.errors import NotSignedIn, NotTheOwner

COGNITO_GROUPS = "cognito:groups"
ID_FORM = re.compile(r"(?!x-[0-9a-f]{62}\Z)[a-zA-Z0-9-]{1,64}")
LONGEST_NAME = 100
MOST_GROUPS = 4_096  # characters


@dataclass(frozen=True)
class Caller:
    """A signed-in user, with what the token says of them."""

    id: ID
    groups: frozenset[str] = frozenset()
    name: str | None = None
    email: Email | None = None

    @property
    def is_admin(self) -> bool:
        return ADMINS in self.groups

    def may_act_for(self, user_id: ID) -> bool:
        return self.id == user_id or self.is_admin

    def own(self, home: Property | None, id: ID) -> Property:
        """The home with this id, where the caller may change it. Raises PropertyNotFound, NotTheOwner."""
        if home is None:
            raise PropertyNotFound(id)
        if not self.may_act_for(home.owner_id):
            raise NotTheOwner(id)
        return home

    def profile(self) -> User:
        """What the caller's profile starts as: named by the claims, or by the id where they hold no name."""
        return User(id=self.id, name=self.name or self.id, email=self.email)


def from_identity(identity: Mapping[str, Any] | None) -> Caller:
    """The caller of a Cognito or OIDC identity. Raises NotSignedIn for any other.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    claims: Mapping[str, Any] = (identity or {}).get("claims") or {}
    subject = claims.get(os.environ.get("USER_ID_CLAIM", "sub"))
    if not isinstance(subject, str) or not subject:
        raise NotSignedIn
    name = claims.get("name")
    return Caller(
        id=user_id(subject),
        groups=groups_in(claims, groups_claim(identity or {})),
        name=within_bounds(Name, name[:LONGEST_NAME] if isinstance(name, str) else None),
        email=within_bounds(EmailAddress, claims.get("email")),
    )


def context(caller: Caller) -> dict[str, str]:
    """A caller as the authorizer hands them to the REST function: texts only, for API Gateway takes nothing else.

    Of many groups only as many as fit in 4,096 characters, ADMINS first.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    """
    groups = sorted(caller.groups, key=lambda group: (group != ADMINS, group))
    while len(json.dumps(groups)) > MOST_GROUPS:
        groups.pop()
    told = {"userId": caller.id, "groups": json.dumps(groups), "name": caller.name, "email": caller.email}
    return {name: value for name, value in told.items() if value is not None}


def from_context(told: Mapping[str, Any]) -> Caller:
    """The caller whom the authorizer told of. Raises NotSignedIn where it told of nobody."""
    if "userId" not in told:
        raise NotSignedIn
    groups = frozenset(json.loads(told.get("groups") or "[]"))
    return Caller(ID(told["userId"]), groups, told.get("name"), told.get("email"))


def groups_claim(identity: Mapping[str, Any]) -> str:
    """Where a token names the groups. Only a Cognito identity has `groups` of its own, by which it is known here."""
    return COGNITO_GROUPS if "groups" in identity else os.environ.get("GROUPS_CLAIM", COGNITO_GROUPS)


def groups_in(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups that a token names, in a list or, where it is one, as a text."""
    named = claims.get(claim)
    listed = named if isinstance(named, list) else [named]
    return frozenset(group for group in listed if isinstance(group, str))


def within_bounds(kind: Any, claim: Any) -> Any:
    """A claim that our bounds allow; None for any other, as if the token did not have it."""
    try:
        return loader(kind, same, checked=True)(claim, "claim")
    except InvalidInput:
        return None


def user_id(subject: str) -> ID:
    """The id of a user whom the issuer calls `subject`."""
    if ID_FORM.fullmatch(subject):
        return ID(subject)
    digest = hashlib.sha256(subject.encode(errors="surrogatepass")).hexdigest()
    return ID(f"x-{digest[:62]}")
