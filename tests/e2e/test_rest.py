"""The recorded REST contract against the deployed API Gateway, with MiniStack's known differences."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import DeployedServer
from tests.e2e.deployment import STAGE, Deployment
from tests.e2e.differences import BODIES_ARE_NOT_VALIDATED, OWN_PREFLIGHT, OWN_REFUSALS, REST_DIFFERENCES
from tests.e2e.test_sign_up import confirmation_event
from tests.e2e.users import PoolUsers
from tests.local.ws_client import ON_PROPERTY_CHANGE, connect_client
from tests.rest import scene_player
from tests.rest.scene_player import Person, Player, Step

ROLES = {"owner": "ada", "other": "olga", "admin": "root"}
INVALID = {"error": "Invalid request body"}
TIMEOUT_SECONDS = 60


@pytest.fixture(scope="module")
def player(stage: Deployment, users: PoolUsers) -> Iterator[Player]:
    """Plays scenes against the deployed gateway; each of its users has a profile."""
    gateway = stage.account.client("apigateway")
    keys = {key["name"]: key["value"] for key in gateway.get_api_keys(includeValues=True)["items"]}
    host = f"{stage.outputs['RestEndpoint'].split('/')[2].partition('.')[0]}.execute-api.127.0.0.1"
    for person in ROLES.values():
        stage.invoke("post_confirmation", confirmation_event(users, person))
    persons = {role: Person(users.id(person), users.token(person)) for role, person in ROLES.items()}
    address = f"{stage.account.url}/{STAGE}"
    with httpx.Client(base_url=address, headers={"host": host}, timeout=60, trust_env=False) as http:
        prefix = f"homes-{STAGE}"
        yield Player(http, keys[f"{prefix}-government-first"], persons, keys[f"{prefix}-commercial-basic-first"])


@pytest.fixture(scope="module")
def step_differences(player: Player) -> Counter[str]:
    """The number of steps whose response differs from the recording, by difference."""
    differences: Counter[str] = Counter()
    for scene in scene_player.scenes():
        player.begin()
        for step in scene_player.steps(scene):
            try:
                player.step(step)
            except AssertionError as error:
                differences[known_difference(step, player.last) or f"{scene}: {error}"] += 1
    return differences


def known_difference(step: Step, response: httpx.Response) -> str | None:
    """The known difference that explains the response, or None."""
    if step["send"].startswith("OPTIONS "):
        return OWN_PREFLIGHT
    body = response.json()
    if step.get("answer") == INVALID and response.status_code == 400 and body.keys() == {"error"}:
        return BODIES_ARE_NOT_VALIDATED
    gateway_statuses = {401: (401, 403), 403: (403,), 404: (403,), 405: (403,), 429: (429,)}.get(step["status"], ())
    return OWN_REFUSALS if response.status_code in gateway_statuses and body.keys() <= {"message", "Message"} else None


def test_responses_are_as_recorded_except_for_known_differences(step_differences: Counter[str]) -> None:
    assert step_differences == REST_DIFFERENCES


def test_a_write_over_rest_reaches_graphql_and_its_subscribers(player: Player, deployed_server: DeployedServer) -> None:
    player.begin()
    property_ = {"address": "9 Elm Street", "price": 1, "userId": "$owner"}
    player.step({"send": "POST /properties", "json": property_, "status": 201, "keep": {"home": "property.id"}})
    id = player.variables["home"]
    with connect_client(deployed_server, "olga") as subscriber:
        subscriber.subscribe(ON_PROPERTY_CHANGE, id=id)
        player.step({"send": f"PUT /properties/{id}", "json": {"price": 2}, "status": 200})
        change = subscriber.receive_change(TIMEOUT_SECONDS)
        while change["version"] < 2:
            change = subscriber.receive_change(TIMEOUT_SECONDS)
    assert change == {"propertyId": id, "kind": "PRICE_CHANGED", "version": 2, "price": 2}
    response = deployed_server.execute("query($id: ID!) { property(id: $id) { version price } }", id=id)
    assert response.data == {"property": {"version": 2, "price": 2}}


def test_a_write_over_graphql_is_visible_over_rest(player: Player, deployed_server: DeployedServer) -> None:
    data = deployed_server.execute(
        'mutation { createProperty(input: {address: "10 Elm Street", price: 3}) { id } }'
    ).data
    id = data["createProperty"]["id"]
    player.step({"send": f"GET /properties/{id}", "status": 200, "told": {"etag": '"1"'}})
