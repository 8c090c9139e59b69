"""What the apps ask, answered by the deployed packages out of the deployed table."""

from itertools import groupby

import pytest

from conformance.client import ApiClient
from conformance.operations import check_operations, released_operations
from conformance.sample_properties import SampleProperties
from resolvers.wiring import FIELDS
from tests.e2e.conftest import Desk

OPERATIONS = [operation for operation in released_operations() if operation.kind != "subscription"]
CLIENTS = {client: list(group) for client, group in groupby(OPERATIONS, key=lambda operation: operation.client)}
SUCCESS = "success"


@pytest.fixture(scope="module")
def results(desk: Desk) -> dict[str, dict[str, str]]:
    """The result of each operation of each client; the properties that they used are deleted."""
    samples = SampleProperties(ApiClient(f"{desk.url}/graphql", desk.token("ada")))
    caller = desk.ask("{ me { id name } }", as_="ada").data["me"]
    results = {
        client: {
            finding.name: SUCCESS if finding.matches else finding.response.error_summary
            for finding in check_operations(samples, operations, caller)
        }
        for client, operations in CLIENTS.items()
    }
    assert samples.delete_all() == []
    return results


@pytest.mark.parametrize("client", CLIENTS)
def test_every_query_and_mutation_of_a_version_succeeds(client: str, results: dict[str, dict[str, str]]) -> None:
    assert results[client] == {operation.name: SUCCESS for operation in CLIENTS[client]}


def test_they_reach_every_function_that_the_api_has(results: dict[str, dict[str, str]], desk: Desk) -> None:
    assert results
    assert set(desk.functions.called) == {row.function for row in FIELDS if not row.local}
