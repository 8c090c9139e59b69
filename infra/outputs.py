"""What an app needs to know of a deployed stage, as Amplify's libraries read it: `amplify_outputs.json`.

https://docs.amplify.aws/react/reference/amplify_outputs/
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSION = "1.4"
CLIENT = "Client"  # how the names of the outputs end that hold a client's id


def amplify(outputs: Mapping[str, str], client: str = "Web") -> dict[str, Any]:
    """The outputs of a stack in Amplify's words, for one of its clients. A stage with another issuer has no `auth`.

    Amplify has no words for where real time is, nor for the ids of several clients: those are in `custom`.
    """
    region = outputs["Region"]
    pooled = "UserPool" in outputs
    data: dict[str, Any] = {
        "url": outputs["Endpoint"],
        "aws_region": region,
        "default_authorization_type": "AMAZON_COGNITO_USER_POOLS" if pooled else "OPENID_CONNECT",
        "authorization_types": [],
    }
    ids = {name.removesuffix(CLIENT).lower(): id for name, id in outputs.items() if name.endswith(CLIENT)}
    custom = {"realtime_url": outputs["RealtimeEndpoint"], "user_pool_client_ids": ids}
    if not pooled:
        return {"version": VERSION, "data": data, "custom": custom}
    auth = {
        "aws_region": region,
        "user_pool_id": outputs["UserPool"],
        "user_pool_client_id": outputs[f"{client}{CLIENT}"],
        "username_attributes": ["email"],
        "user_verification_types": ["email"],
        "oauth": by_code(outputs),
    }
    return {"version": VERSION, "auth": auth, "data": data, "custom": custom}


def by_code(outputs: Mapping[str, str]) -> dict[str, Any]:
    """Where people of the web app sign in, and where a code is sent, which by PKCE nobody else can use."""
    return {
        "identity_providers": [],
        "domain": outputs["SignIn"],
        "scopes": outputs["Scopes"].split(),
        "redirect_sign_in_uri": [outputs["WebApp"]],
        "redirect_sign_out_uri": [outputs["WebApp"]],
        "response_type": "code",
    }


def main(told: Path, wanted: Path) -> None:
    """Reads the file that `cdk deploy --outputs-file` wrote, of one stack, and writes the other beside it."""
    (outputs,) = json.loads(told.read_text()).values()
    wanted.write_text(json.dumps(amplify(outputs), indent=2) + "\n")
    print(f"{outputs['Endpoint']}\n{outputs['RealtimeEndpoint']}\nFor apps: {wanted}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
