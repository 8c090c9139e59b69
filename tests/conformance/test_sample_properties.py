"""Sample properties are deleted, and no other property is; an operation gets values for its variables."""

from pathlib import Path

import pytest

from conformance.client import ApiClient, ConformanceError
from conformance.operations import released_operations, variable_values
from conformance.sample_properties import CREATE, SampleProperties
from tests.local.server_fixture import LocalServer


def samples_of(server: LocalServer, user: str) -> SampleProperties:
    return SampleProperties(ApiClient(f"{server.url}/graphql", server.token(user)))


def test_a_property_whose_create_got_no_response_is_deleted_and_no_other(server: LocalServer) -> None:
    samples = samples_of(server, "lou")
    server.execute(CREATE, as_user="lou", input=samples.create_input)
    own = server.execute(CREATE, as_user="lou", input={"address": "1 Elm Street", "price": 1}).data["createProperty"]
    assert samples.delete_all() == []
    remaining = server.execute("{ me { properties { nodes { id } } } }", as_user="lou").data["me"]["properties"][
        "nodes"
    ]
    assert remaining == [own]


def test_properties_that_cannot_be_deleted_are_returned(server: LocalServer) -> None:
    owner, stranger = samples_of(server, "max"), samples_of(server, "eve")
    id = owner.create().id
    stranger.ids.add(id)
    assert stranger.delete_all() == [id]
    assert owner.delete_all() == []


def test_an_operation_with_a_variable_without_a_value_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "web" / "2.0"
    folder.mkdir(parents=True)
    (folder / "a.graphql").write_text("query New($size: Int!) { me { friends(size: $size) { id } } }")
    (operation,) = released_operations(tmp_path)
    with pytest.raises(ConformanceError, match=r"^web/2.0 New: there is no value for 'size'$"):
        variable_values(operation, {"id": "h1"})
