"""The released operations of the apps, executed with the deployed functions and table."""

from itertools import groupby

import pytest

from conformance.client import ApiClient
from conformance.operations import check_operations, released_operations
from conformance.sample_properties import SampleProperties
from resolvers.wiring import FIELDS
from tests.e2e.conftest import DeployedServer

OPERATIONS = [operation for operation in released_operations() if operation.kind != "subscription"]
CLIENTS = {client: list(group) for client, group in groupby(OPERATIONS, key=lambda operation: operation.client)}
SUCCESS = "success"


@pytest.fixture(scope="module")
def results(deployed_server: DeployedServer) -> dict[str, dict[str, str]]:
    """The result of each operation of each client; the properties that they used are deleted."""
    sample_properties = SampleProperties(ApiClient(f"{deployed_server.url}/graphql", deployed_server.token("ada")))
    caller = deployed_server.execute("{ me { id name } }", as_user="ada").data["me"]
    results = {
        client: {
            finding.name: SUCCESS if finding.matches else finding.response.error_summary
            for finding in check_operations(sample_properties, operations, caller)
        }
        for client, operations in CLIENTS.items()
    }
    assert sample_properties.delete_all() == []
    return results


@pytest.mark.parametrize("client", CLIENTS)
def test_every_query_and_mutation_of_a_version_succeeds(client: str, results: dict[str, dict[str, str]]) -> None:
    assert results[client] == {operation.name: SUCCESS for operation in CLIENTS[client]}


def test_the_operations_call_every_function_of_the_api(
    results: dict[str, dict[str, str]], deployed_server: DeployedServer
) -> None:
    assert results
    assert set(deployed_server.functions.calls) == {field.function for field in FIELDS if not field.none_data_source}
