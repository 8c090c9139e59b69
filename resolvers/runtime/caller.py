"""The caller: the authenticated user of a request, from the identity that AppSync or the authorizer passes on.

The user's id is the token's claim `sub`, or the claim that USER_ID_CLAIM names. A value that is not a valid id (such as
`auth0|12` or an e-mail address) is mapped to `x-` and the first 62 hexadecimal digits of its SHA-256. A value that
already has the mapped form is mapped too; otherwise its user could impersonate another. The groups are the claim
`cognito:groups`; for users of other issuers GROUPS_CLAIM may name another claim.
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
from data.serialization import converter, identity
from resolvers.field_config import ADMINS
from resolvers.runtime.errors import NotOwner, Unauthenticated

COGNITO_GROUPS = "cognito:groups"
ID_PATTERN = re.compile(r"(?!x-[0-9a-f]{62}\Z)[a-zA-Z0-9-]{1,64}")
MAX_NAME_LENGTH = 100
MAX_GROUPS_LENGTH = 4_096  # characters


@dataclass(frozen=True)
class Caller:
    """An authenticated user and the claims of their token."""

    id: ID
    groups: frozenset[str] = frozenset()
    name: str | None = None
    email: Email | None = None

    @property
    def is_admin(self) -> bool:
        return ADMINS in self.groups

    def may_act_for(self, user_id: ID) -> bool:
        return self.id == user_id or self.is_admin

    def require_owner(self, property_: Property | None, id: ID) -> Property:
        """Returns the property if the caller may change it. Raises PropertyNotFound, NotOwner."""
        if property_ is None:
            raise PropertyNotFound(id)
        if not self.may_act_for(property_.owner_id):
            raise NotOwner(id)
        return property_

    def profile(self) -> User:
        """Returns the caller's initial profile; the id is the name if the token has none."""
        return User(id=self.id, name=self.name or self.id, email=self.email)


def from_identity(identity: Mapping[str, Any] | None) -> Caller:
    """Returns the caller of a Cognito or OIDC identity. Raises Unauthenticated for any other.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    claims: Mapping[str, Any] = (identity or {}).get("claims") or {}
    subject = claims.get(os.environ.get("USER_ID_CLAIM", "sub"))
    if not isinstance(subject, str) or not subject:
        raise Unauthenticated
    name = claims.get("name")
    return Caller(
        id=user_id(subject),
        groups=parse_groups(claims, groups_claim(identity or {})),
        name=validate_or_none(Name, name[:MAX_NAME_LENGTH] if isinstance(name, str) else None),
        email=validate_or_none(EmailAddress, claims.get("email")),
    )


def to_authorizer_context(caller: Caller) -> dict[str, str]:
    """Returns a caller as the authorizer's context for the REST function; API Gateway accepts only scalar values.

    The groups are cut at 4,096 characters of JSON, ADMINS first.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    """
    groups = sorted(caller.groups, key=lambda group: (group != ADMINS, group))
    while len(json.dumps(groups)) > MAX_GROUPS_LENGTH:
        groups.pop()
    values = {"userId": caller.id, "groups": json.dumps(groups), "name": caller.name, "email": caller.email}
    return {name: value for name, value in values.items() if value is not None}


def from_authorizer_context(context: Mapping[str, Any]) -> Caller:
    """Returns the caller in the authorizer's context. Raises Unauthenticated if it has no user."""
    if "userId" not in context:
        raise Unauthenticated
    groups = frozenset(json.loads(context.get("groups") or "[]"))
    return Caller(ID(context["userId"]), groups, context.get("name"), context.get("email"))


def groups_claim(identity: Mapping[str, Any]) -> str:
    """Returns the name of the claim with the groups. Only a Cognito identity has the member `groups`."""
    return COGNITO_GROUPS if "groups" in identity else os.environ.get("GROUPS_CLAIM", COGNITO_GROUPS)


def parse_groups(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Returns the groups in a claim that is a list or a single string."""
    value = claims.get(claim)
    values = value if isinstance(value, list) else [value]
    return frozenset(group for group in values if isinstance(group, str))


def validate_or_none(type_: Any, claim: Any) -> Any:
    """Returns a claim that satisfies the constraints of a type; None for any other, as if it were absent."""
    try:
        return converter(type_, identity, validate=True)(claim, "claim")
    except InvalidInput:
        return None


def user_id(subject: str) -> ID:
    """Returns the id of the user whose id at the issuer is `subject`."""
    if ID_PATTERN.fullmatch(subject):
        return ID(subject)
    digest = hashlib.sha256(subject.encode(errors="surrogatepass")).hexdigest()
    return ID(f"x-{digest[:62]}")
