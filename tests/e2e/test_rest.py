"""The recorded REST contract at API Gateway as deployed: answered as recorded, but for what is known to differ."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import Desk
from tests.e2e.deployment import STAGE, Deployment
from tests.e2e.differences import BODIES_ARE_NOT_VALIDATED, OWN_PREFLIGHT, OWN_REFUSALS, REST
from tests.e2e.test_sign_up import confirmation
from tests.e2e.users import People
from tests.local.ws_client import ON_HOME, connected
from tests.rest import scene_player
from tests.rest.scene_player import Person, Player, Step

ROLES = {"owner": "ada", "other": "olga", "admin": "root"}
INVALID = {"error": "Invalid request body"}
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def player(stage: Deployment, people: People) -> Iterator[Player]:
    """Plays scenes at the deployed gateway; each of its people has a profile."""
    gateway = stage.account.client("apigateway")
    keys = {one["name"]: one["value"] for one in gateway.get_api_keys(includeValues=True)["items"]}
    host = f"{stage.outputs['RestEndpoint'].split('/')[2].partition('.')[0]}.execute-api.127.0.0.1"
    for person in ROLES.values():
        stage.invoke("post_confirmation", confirmation(people, person))
    asked = {role: Person(people.id(person), people.token(person)) for role, person in ROLES.items()}
    address = f"{stage.account.url}/{STAGE}"
    with httpx.Client(base_url=address, headers={"host": host}, timeout=60, trust_env=False) as http:
        named = f"homes-{STAGE}"
        yield Player(http, keys[f"{named}-government-first"], asked, keys[f"{named}-commercial-basic-first"])


@pytest.fixture(scope="module")
def differing(player: Player) -> Counter[str]:
    """How many steps of all scenes are answered otherwise than was recorded, by what differs."""
    found: Counter[str] = Counter()
    for scene in scene_player.scenes():
        player.begin()
        for step in scene_player.steps(scene):
            try:
                player.step(step)
            except AssertionError as error:
                found[difference(step, player.last) or f"{scene}: {error}"] += 1
    return found


def difference(step: Step, answer: httpx.Response) -> str | None:
    """What is known to differ, where that is what does."""
    if step["send"].startswith("OPTIONS "):
        return OWN_PREFLIGHT
    told = answer.json()
    if step.get("answer") == INVALID and answer.status_code == 400 and told.keys() == {"error"}:
        return BODIES_ARE_NOT_VALIDATED
    refused = {401: (401, 403), 403: (403,), 404: (403,), 405: (403,), 429: (429,)}.get(step["status"], ())
    return OWN_REFUSALS if answer.status_code in refused and told.keys() <= {"message", "Message"} else None


def test_the_contract_is_answered_as_recorded_but_for_what_is_known_to_differ(differing: Counter[str]) -> None:
    assert differing == REST


def test_a_write_over_rest_is_seen_by_graphql_and_by_those_who_follow(player: Player, desk: Desk) -> None:
    player.begin()
    home = {"address": "9 Elm Street", "price": 1, "userId": "$owner"}
    player.step({"send": "POST /properties", "json": home, "status": 201, "keep": {"home": "property.id"}})
    id = player.kept["home"]
    with connected(desk, "olga") as followed:
        followed.follow(ON_HOME, id=id)
        player.step({"send": f"PUT /properties/{id}", "json": {"price": 2}, "status": 200})
        change = followed.change(PATIENCE_SECONDS)
        while change["version"] < 2:
            change = followed.change(PATIENCE_SECONDS)
    assert change == {"propertyId": id, "kind": "PRICE_CHANGED", "version": 2, "price": 2}
    asked = desk.ask("query($id: ID!) { property(id: $id) { version price } }", id=id)
    assert asked.data == {"property": {"version": 2, "price": 2}}


def test_a_write_over_graphql_is_seen_by_rest(player: Player, desk: Desk) -> None:
    made = desk.ask('mutation { createProperty(input: {address: "10 Elm Street", price: 3}) { id } }').data
    id = made["createProperty"]["id"]
    player.step({"send": f"GET /properties/{id}", "status": 200, "told": {"etag": '"1"'}})
