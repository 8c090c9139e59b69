"""Each scene of the contract at the desk; together they ask every route for every status that a request can provoke."""

import pytest

from local.gateway import openapi
from local.gateway.openapi import Operation
from tests.rest import scene_player
from tests.rest.scene_player import Player

# What no plain request can provoke: something broken, and others who write the same home all the time.
UNPROVOKED = {("updateProperty", 409), ("deleteProperty", 409)}
CONTRACT = openapi.read()


@pytest.mark.parametrize("scene", scene_player.scenes())
def test_a_scene_is_answered_as_it_was_recorded(plays: Player, scene: str) -> None:
    plays.play(scene)


def asked() -> set[tuple[str, int]]:
    """The operations of all steps, each with the status that it is answered with."""
    steps = [step for scene in scene_player.scenes() for step in scene_player.steps(scene)]
    found = [(operation(step["send"]), step["status"]) for step in steps]
    return {(one.id, status) for one, status in found if one}


def operation(send: str) -> Operation | None:
    method, _, path = send.partition(" ")
    for resource in CONTRACT.resources:
        if resource.match(path.partition("?")[0]) is not None:
            return resource.operations.get(method)
    return None


def promised() -> set[tuple[str, int]]:
    """The operations of the contract, each with every status that it names."""
    operations = [one for resource in CONTRACT.resources for one in resource.operations.values()]
    return {(one.id, int(status)) for one in operations for status in one.statuses}


def test_every_route_is_asked_for_every_status() -> None:
    assert promised() - asked() == UNPROVOKED | {(id, 500) for id, _ in promised()}


def test_an_answer_that_is_another_is_told(plays: Player) -> None:
    with pytest.raises(AssertionError, match=r"GET /properties/x: 404 "):
        plays.step({"send": "GET /properties/x", "status": 200})
    with pytest.raises(AssertionError, match=r"Not found"):
        plays.step({"send": "GET /properties/x", "status": 404, "answer": {"error": "Not found", "more": 1}})
    with pytest.raises(AssertionError, match=r"no-store"):
        plays.step({"send": "GET /properties/x", "status": 404, "told": {"cache-control": "public"}})
