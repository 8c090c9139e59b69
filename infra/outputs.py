"""What an app needs to know of a deployed stage, as Amplify's libraries read it: `amplify_outputs.json`.

https://docs.amplify.aws/react/reference/amplify_outputs/
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

VERSION = "1.4"


def amplify(outputs: Mapping[str, str], client: str = "Web") -> dict[str, Any]:
    """The outputs of a stack in Amplify's words, for one of its clients. A stage with another issuer has no `auth`."""
    region = outputs["Region"]
    pooled = "UserPool" in outputs
    data: dict[str, Any] = {
        "url": outputs["Endpoint"],
        "aws_region": region,
        "default_authorization_type": "AMAZON_COGNITO_USER_POOLS" if pooled else "OPENID_CONNECT",
        "authorization_types": [],
    }
    if not pooled:
        return {"version": VERSION, "data": data}
    auth = {
        "aws_region": region,
        "user_pool_id": outputs["UserPool"],
        "user_pool_client_id": outputs[f"{client}Client"],
        "username_attributes": ["email"],
        "user_verification_types": ["email"],
    }
    return {"version": VERSION, "auth": auth, "data": data}


def main(told: Path, wanted: Path) -> None:
    """Reads the file that `cdk deploy --outputs-file` wrote, of one stack, and writes the other beside it."""
    (outputs,) = json.loads(told.read_text()).values()
    wanted.write_text(json.dumps(amplify(outputs), indent=2) + "\n")
    print(f"{outputs['Endpoint']}\n{outputs['RealtimeEndpoint']}\nFor apps: {wanted}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
