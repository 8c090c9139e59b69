"""Plays each scene at the local server. Together the scenes cover every status of every operation."""

import pytest

from local.gateway import openapi
from local.gateway.openapi import OpenApiOperation
from tests.rest import scene_player
from tests.rest.scene_player import Player

# The statuses, besides 500, that a single request cannot provoke: they need concurrent writes of the same property.
UNPROVOKED = {("updateProperty", 409), ("deleteProperty", 409)}
CONTRACT = openapi.read()


@pytest.mark.parametrize("scene", scene_player.scenes())
def test_a_scene_gets_the_recorded_responses(plays: Player, scene: str) -> None:
    plays.play(scene)


def requested() -> set[tuple[str, int]]:
    """Returns the operation and the expected status of each step of all scenes."""
    steps = [step for scene in scene_player.scenes() for step in scene_player.steps(scene)]
    steps_by_operation = [(operation(step["send"]), step["status"]) for step in steps]
    return {(operation_id.id, status) for operation_id, status in steps_by_operation if operation_id}


def operation(send: str) -> OpenApiOperation | None:
    method, _, path = send.partition(" ")
    for resource in CONTRACT.resources:
        if resource.match(path.partition("?")[0]) is not None:
            return resource.operations.get(method)
    return None


def promised() -> set[tuple[str, int]]:
    """Returns each operation of the contract with each of its statuses."""
    operations = [operation for resource in CONTRACT.resources for operation in resource.operations.values()]
    return {(operation.id, int(status)) for operation in operations for status in operation.statuses}


def test_the_scenes_cover_every_status_of_every_operation() -> None:
    assert promised() - requested() == UNPROVOKED | {(id, 500) for id, _ in promised()}


def test_an_unexpected_response_fails_the_scene(plays: Player) -> None:
    with pytest.raises(AssertionError, match=r"GET /properties/x: 404 "):
        plays.step({"send": "GET /properties/x", "status": 200})
    with pytest.raises(AssertionError, match=r"Not found"):
        plays.step({"send": "GET /properties/x", "status": 404, "answer": {"error": "Not found", "more": 1}})
    with pytest.raises(AssertionError, match=r"no-store"):
        plays.step({"send": "GET /properties/x", "status": 404, "told": {"cache-control": "public"}})
