"""Users of the stage's pool: the claims of their tokens, and their permissions."""

import json
from typing import Any

from local.aws import REGION
from tests.e2e.conftest import DeployedServer
from tests.e2e.deployment import Deployment
from tests.e2e.users import PoolUsers


def test_an_app_signs_up_and_in_by_srp_and_both_tokens_are_accepted(
    deployed_server: DeployedServer, users: PoolUsers
) -> None:
    me = {"id": users.claims("ada")["sub"]}
    for use in ("id", "access"):
        body = json.dumps({"query": "{ me { id } }"}).encode()
        assert deployed_server.send(body, {"authorization": users.token("ada", use)}).data == {"me": me}


def test_tokens_are_issued_for_the_web_client(users: PoolUsers, stage: Deployment) -> None:
    assert users.claims("ada")["aud"] == stage.outputs["WebClient"] != stage.outputs["IosClient"]


def test_a_token_with_a_changed_claim_is_unauthorized(deployed_server: DeployedServer, users: PoolUsers) -> None:
    header, _, signature = users.token("ada").split(".")
    payload = users.token("root").split(".")[1]
    response = deployed_server.send(b'{"query": "{ me { id } }"}', {"authorization": f"{header}.{payload}.{signature}"})
    assert (response.status, response.error_types) == (401, ["UnauthorizedException"])


def test_a_confirmed_user_has_a_profile_with_name_and_email(
    deployed_server: DeployedServer, stage: Deployment, users: PoolUsers
) -> None:
    """MiniStack does not invoke the pool's trigger: the test invokes it with the event that Cognito sends."""
    event = stage.invoke("post_confirmation", confirmation_event(users, "olga"))
    assert event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    olga = users.id("olga")
    profile = {"id": olga, "name": "Olga", "email": "olga@example.com", "propertyCount": 0}
    assert deployed_server.execute("{ me { id name email propertyCount } }", as_user="olga").data == {"me": profile}
    public_profile = {**profile, "email": None}
    response = deployed_server.execute(
        "query($id: ID!) { user(id: $id) { id name email propertyCount } }", as_user="ada", id=olga
    )
    assert response.data == {"user": public_profile}


def confirmation_event(users: PoolUsers, user: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html"""
    claims = users.claims(user)
    attributes = {name: claims[name] for name in ("sub", "email", "name")}
    return {
        "version": "1",
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "region": REGION,
        "userPoolId": users.stage.outputs["UserPool"],
        "userName": claims["cognito:username"],
        "request": {"userAttributes": {**attributes, "cognito:user_status": "CONFIRMED"}},
        "response": {},
    }


def test_only_an_admin_updates_the_property_of_another_user(deployed_server: DeployedServer) -> None:
    create = 'mutation { createProperty(input: {address: "1 Elm Street", price: 1}) { id version } }'
    property_id = deployed_server.execute(create, as_user="ada").data["createProperty"]["id"]
    update = "mutation($id: ID!) { updateProperty(id: $id, expectedVersion: 1, input: {price: 2}) { version } }"
    assert deployed_server.execute(update, as_user="olga", id=property_id).error_types == ["NotOwner"]
    assert deployed_server.execute("query($id: ID!) { property(id: $id) { version } }", id=property_id).data == {
        "property": {"version": 1}
    }
    assert deployed_server.execute(update, as_user="root", id=property_id).data == {"updateProperty": {"version": 2}}
