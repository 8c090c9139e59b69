"""People of the stage's own pool: what Cognito's tokens say of them, and what they may."""

import json
from typing import Any

from local.aws import REGION
from tests.e2e.conftest import Desk
from tests.e2e.deployment import Deployment
from tests.e2e.users import People


def test_an_app_signs_up_and_in_by_srp_and_both_tokens_are_taken(desk: Desk, people: People) -> None:
    me = {"id": people.claims("ada")["sub"]}
    for use in ("id", "access"):
        body = json.dumps({"query": "{ me { id } }"}).encode()
        assert desk.send(body, {"authorization": people.token("ada", use)}).data == {"me": me}


def test_the_token_of_another_client_of_the_pool_is_not_asked_for(people: People, stage: Deployment) -> None:
    assert people.claims("ada")["aud"] == stage.outputs["WebClient"] != stage.outputs["IosClient"]


def test_a_token_with_a_changed_claim_is_nobodys(desk: Desk, people: People) -> None:
    header, _, signature = people.token("ada").split(".")
    said = people.token("root").split(".")[1]
    answer = desk.send(b'{"query": "{ me { id } }"}', {"authorization": f"{header}.{said}.{signature}"})
    assert (answer.status, answer.error_types) == (401, ["UnauthorizedException"])


def test_who_confirms_gets_a_profile_of_their_name_and_address(desk: Desk, stage: Deployment, people: People) -> None:
    """MiniStack does not call the pool's trigger: it is called here, with the event that Cognito would send."""
    answer = stage.invoke("post_confirmation", confirmation(people, "olga"))
    assert answer["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    olga = people.id("olga")
    profile = {"id": olga, "name": "Olga", "email": "olga@example.com", "propertyCount": 0}
    assert desk.ask("{ me { id name email propertyCount } }", as_="olga").data == {"me": profile}
    seen = {**profile, "email": None}
    asked = desk.ask("query($id: ID!) { user(id: $id) { id name email propertyCount } }", as_="ada", id=olga)
    assert asked.data == {"user": seen}


def confirmation(people: People, person: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html"""
    said = people.claims(person)
    attributes = {name: said[name] for name in ("sub", "email", "name")}
    return {
        "version": "1",
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "region": REGION,
        "userPoolId": people.stage.outputs["UserPool"],
        "userName": said["cognito:username"],
        "request": {"userAttributes": {**attributes, "cognito:user_status": "CONFIRMED"}},
        "response": {},
    }


def test_only_an_admin_of_the_pool_changes_what_is_anothers(desk: Desk) -> None:
    create = 'mutation { createProperty(input: {address: "1 Elm Street", price: 1}) { id version } }'
    home = desk.ask(create, as_="ada").data["createProperty"]["id"]
    update = "mutation($id: ID!) { updateProperty(id: $id, expectedVersion: 1, input: {price: 2}) { version } }"
    assert desk.ask(update, as_="olga", id=home).error_types == ["NotTheOwner"]
    assert desk.ask("query($id: ID!) { property(id: $id) { version } }", id=home).data == {"property": {"version": 1}}
    assert desk.ask(update, as_="root", id=home).data == {"updateProperty": {"version": 2}}
