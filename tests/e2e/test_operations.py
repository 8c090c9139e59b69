"""What the apps ask, answered by the deployed packages out of the deployed table."""

from itertools import groupby

import pytest

from conformance import operations
from conformance.client import Api
from conformance.sample_properties import Homes
from resolvers.wiring import FIELDS
from tests.e2e.conftest import Desk

SHIPPED = [one for one in operations.shipped() if one.kind != "subscription"]
CLIENTS = {client: list(asked) for client, asked in groupby(SHIPPED, key=lambda one: one.client)}
ANSWERED = "answered"


@pytest.fixture(scope="module")
def answers(desk: Desk) -> dict[str, dict[str, str]]:
    """How each operation of each client was answered; the homes that they were about are gone again."""
    homes = Homes(Api(f"{desk.url}/graphql", desk.token("ada")))
    me = desk.ask("{ me { id name } }", as_="ada").data["me"]
    found = {
        client: {one.name: ANSWERED if one.same else one.desk for one in operations.ask(homes, asked, me)}
        for client, asked in CLIENTS.items()
    }
    assert homes.remove() == []
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_every_query_and_mutation_of_a_version_is_answered(client: str, answers: dict[str, dict[str, str]]) -> None:
    assert answers[client] == {one.name: ANSWERED for one in CLIENTS[client]}


def test_they_reach_every_function_that_the_api_has(answers: dict[str, dict[str, str]], desk: Desk) -> None:
    assert answers
    assert set(desk.functions.called) == {row.function for row in FIELDS if not row.local}
