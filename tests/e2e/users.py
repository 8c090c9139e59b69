"""Who uses the deployed stage: people who sign up in its Cognito pool, by Amplify, as an app has them do."""

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
from tests.clients.test_real_clients import HERE as CLIENTS
from tests.e2e.deployment import Deployment

PASSWORD = f"Aa1-{secrets.token_hex(8)}"
SECONDS = 120


class People:
    """The people of a pool, by the local part of their address, each with tokens as Cognito gave them to Amplify."""

    def __init__(self, stage: Deployment, folder: Path) -> None:
        self.stage = stage
        self.file = folder / "amplify_outputs.json"
        self.file.write_text(json.dumps(outputs.amplify(stage.outputs)))
        self.tokens: dict[str, dict[str, str]] = {}
        graphiql.assets(CLIENTS)

    def sign_in(self, *people: str) -> None:
        """Signs in those who are there, and up and in those who are not; their tokens say what is true by then."""
        told = {"OUTPUTS": str(self.file), "COGNITO": self.stage.account.url, "PASSWORD": PASSWORD}
        environment = {**os.environ, **told, "PEOPLE": ",".join(people)}
        command = ["node", "signing_in.mjs"]
        done = subprocess.run(command, cwd=CLIENTS, env=environment, capture_output=True, text=True, timeout=SECONDS)
        assert done.returncode == 0, done.stderr
        self.tokens |= json.loads(done.stdout)

    def promote(self, person: str) -> None:
        """Makes somebody an admin, whose next tokens tell it."""
        pool, username = self.stage.outputs["UserPool"], f"{person}@example.com"
        cognito = self.stage.account.client("cognito-idp")
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName=ADMINS)

    def token(self, person: str, use: str = "id") -> str:
        return self.tokens[person][use]

    def claims(self, person: str, use: str = "id") -> dict[str, Any]:
        """What a token says, unproven."""
        said = self.token(person, use).split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        return claims

    def id(self, person: str) -> str:
        return str(self.claims(person)["sub"])
