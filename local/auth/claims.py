"""What the desk's tokens say: as Cognito's do, or as those of any other OpenID Connect issuer."""

import os
from collections.abc import Sequence
from typing import Any

KINDS = COGNITO, OIDC = "cognito", "oidc"
USES = ID, ACCESS = "id", "access"
CLIENT_ID = "desk"
SCOPE = "openid"

Claims = dict[str, Any]


def shaped(kind: str, use: str, user: str, groups: Sequence[str]) -> Claims:
    """What is said of the client and of the user's groups; a claim with nothing to say is None.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    named = list(groups) or None
    if kind == OIDC:
        return {"aud": CLIENT_ID, "azp": CLIENT_ID, groups_claim(): named}
    client = {"aud": CLIENT_ID, "cognito:username": user} if use == ID else {"client_id": CLIENT_ID, "username": user}
    return {"token_use": use, **client, "cognito:groups": named}


def person(use: str, name: str | None, email: str | None) -> Claims:
    """What is said of the user: an ID token's business, not an access token's."""
    return {"name": name, "email": email} if use == ID else {"scope": SCOPE}


def groups_claim() -> str:
    """Where OpenID Connect tokens name the user's groups: in GROUPS_CLAIM, which the functions read, or `groups`."""
    return os.environ.get("GROUPS_CLAIM", "groups")
