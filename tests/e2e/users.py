"""Users of the deployed stage, who sign up in its Cognito pool with Amplify, as an app does."""

import base64
import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Any

from infra import outputs
from local.ui import graphiql
from resolvers.field_config import ADMINS
from tests.clients.test_real_clients import FOLDER as CLIENTS
from tests.e2e.deployment import Deployment

PASSWORD = f"Aa1-{secrets.token_hex(8)}"
TIMEOUT_SECONDS = 120


class PoolUsers:
    """The users of a pool, by the local part of their e-mail address, with the tokens that Amplify got from Cognito."""

    def __init__(self, stage: Deployment, folder: Path) -> None:
        self.stage = stage
        self.file = folder / "amplify_outputs.json"
        self.file.write_text(json.dumps(outputs.amplify(stage.outputs)))
        self.tokens: dict[str, dict[str, str]] = {}
        graphiql.assets(CLIENTS)

    def sign_in(self, *users: str) -> None:
        """Signs the users in, and signs up new ones first; replaces their tokens."""
        variables = {"OUTPUTS": str(self.file), "COGNITO": self.stage.account.url, "PASSWORD": PASSWORD}
        environment = {**os.environ, **variables, "USERS": ",".join(users)}
        command = ["node", "sign_in.mjs"]
        process = subprocess.run(
            command, cwd=CLIENTS, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
        )
        assert process.returncode == 0, process.stderr
        self.tokens |= json.loads(process.stdout)

    def promote(self, user: str) -> None:
        """Adds a user to the admins; the next tokens have the group."""
        pool, username = self.stage.outputs["UserPool"], f"{user}@example.com"
        cognito = self.stage.account.client("cognito-idp")
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName=ADMINS)

    def token(self, user: str, use: str = "id") -> str:
        return self.tokens[user][use]

    def claims(self, user: str, use: str = "id") -> dict[str, Any]:
        """The claims of a token, unverified."""
        payload = self.token(user, use).split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims

    def id(self, user: str) -> str:
        return str(self.claims(user)["sub"])
