"""The configuration of a deployed stage for apps, in the format of Amplify's libraries: `amplify_outputs.json`.

https://docs.amplify.aws/react/reference/amplify_outputs/
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSION = "1.4"
CLIENT_SUFFIX = "Client"


def amplify(outputs: Mapping[str, str], client: str = "Web") -> dict[str, Any]:
    """The stack's outputs in Amplify's format, for one of its clients. A stage with an external issuer has no `auth`.

    Amplify has no keys for the real-time URL and for the ids of several clients: both are in `custom`.
    """
    region = outputs["Region"]
    has_pool = "UserPool" in outputs
    data: dict[str, Any] = {
        "url": outputs["Endpoint"],
        "aws_region": region,
        "default_authorization_type": "AMAZON_COGNITO_USER_POOLS" if has_pool else "OPENID_CONNECT",
        "authorization_types": [],
    }
    ids = {name.removesuffix(CLIENT_SUFFIX).lower(): id for name, id in outputs.items() if name.endswith(CLIENT_SUFFIX)}
    custom = {"realtime_url": outputs["RealtimeEndpoint"], "user_pool_client_ids": ids}
    if not has_pool:
        return {"version": VERSION, "data": data, "custom": custom}
    auth = {
        "aws_region": region,
        "user_pool_id": outputs["UserPool"],
        "user_pool_client_id": outputs[f"{client}{CLIENT_SUFFIX}"],
        "username_attributes": ["email"],
        "user_verification_types": ["email"],
        "oauth": oauth_config(outputs),
    }
    return {"version": VERSION, "auth": auth, "data": data, "custom": custom}


def oauth_config(outputs: Mapping[str, str]) -> dict[str, Any]:
    """The `oauth` section of the web app: authorization code flow with PKCE."""
    return {
        "identity_providers": [],
        "domain": outputs["SignIn"],
        "scopes": outputs["Scopes"].split(),
        "redirect_sign_in_uri": [outputs["WebApp"]],
        "redirect_sign_out_uri": [outputs["WebApp"]],
        "response_type": "code",
    }


def main(outputs_file: Path, amplify_file: Path) -> None:
    """Converts the file that `cdk deploy --outputs-file` wrote for one stack into Amplify's file."""
    (outputs,) = json.loads(outputs_file.read_text()).values()
    amplify_file.write_text(json.dumps(amplify(outputs), indent=2) + "\n")
    print(f"{outputs['Endpoint']}\n{outputs['RealtimeEndpoint']}\nFor apps: {amplify_file}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
