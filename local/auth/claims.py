"""The claims of locally issued tokens: those of Cognito, or of another OpenID Connect issuer."""

import os
from collections.abc import Sequence
from typing import Any

KINDS = COGNITO, OIDC = "cognito", "oidc"
USES = ID, ACCESS = "id", "access"
CLIENT_ID = "local"
SCOPE = "openid"

Claims = dict[str, Any]


def token_claims(kind: str, use: str, user: str, groups: Sequence[str]) -> Claims:
    """Returns the claims of the client and of the user's groups. A claim without a value is None.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    """
    group_names = list(groups) or None
    if kind == OIDC:
        return {"aud": CLIENT_ID, "azp": CLIENT_ID, groups_claim(): group_names}
    client = {"aud": CLIENT_ID, "cognito:username": user} if use == ID else {"client_id": CLIENT_ID, "username": user}
    return {"token_use": use, **client, "cognito:groups": group_names}


def profile_claims(use: str, name: str | None, email: str | None) -> Claims:
    """Returns the claims of the user's profile for an ID token, and the scope for an access token."""
    return {"name": name, "email": email} if use == ID else {"scope": SCOPE}


def groups_claim() -> str:
    """Returns the claim of an OpenID Connect token that lists the user's groups: `groups`, or as GROUPS_CLAIM says."""
    return os.environ.get("GROUPS_CLAIM", "groups")
