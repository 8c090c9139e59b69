"""Every operation of every released app version returns data, with a value for each required variable."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    print_ast,
    separate_operations,
)

from data.records import ID, Property
from local.paths import ROOT
from tests.local import dataset
from tests.local.queries_by_field import unused_zip_codes
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import connect_client

RELEASES = sorted((ROOT / "clients").glob("*/*"))
VALUES: dict[str, Any] = {
    "sort": "PRICE_ASC",
    "first": 5,
    "expectedVersion": 1,
    "version": 1,
    "imageId": "p1",
    "picture": "p1",
    "imageIds": ["p2", "p1"],
    "order": ["p2", "p1"],
    "name": "Ada",
    "price": 5,
    "status": "PENDING",
    "url": "https://example.com/3",
}
INPUT_VALUES: dict[str, Any] = {
    "CreatePropertyInput!": {"address": "1 Elm Street", "price": 1},
    "UpdatePropertyInput!": {"price": 5},
    "AddImageInput!": {"url": "https://example.com/3"},
    "UpdateImageInput!": {"caption": "The porch"},
}
USER_OPERATIONS = ["web/1.0/OwnerPageQuery"]  # its `id` is a user's


def released_operations() -> dict[str, DocumentNode]:
    """Returns each operation with its fragments by `<app>/<version>/<operation name>`."""
    return {
        f"{release.parent.name}/{release.name}/{name}": document
        for release in RELEASES
        for name, document in separate_operations(parse(read_documents(release))).items()
    }


def read_documents(release: Path) -> str:
    return "\n".join(file.read_text() for file in sorted(release.glob("*.graphql")))


def operation_definition(document: DocumentNode) -> OperationDefinitionNode:
    definition = get_operation_ast(document)
    assert definition
    return definition


OPERATIONS = released_operations()
SUBSCRIPTIONS = [
    name
    for name, document in OPERATIONS.items()
    if operation_definition(document).operation is OperationType.SUBSCRIPTION
]


def put_property(server: LocalServer) -> Property:
    """Stores a new listed property of ada with two images and a history, in an unused ZIP."""
    id, image_ids = ID(str(uuid.uuid4())), (ID("p1"), ID("p2"))
    property_ = replace(dataset.make_property(0), id=id, zip_code=f"{next(unused_zip_codes)}", image_ids=image_ids)
    server.put_items([*dataset.table_items()[:3], *dataset.items_of(property_)])
    return property_


def build_variables(name: str, property_: Property) -> dict[str, Any]:
    """Returns a value for each required variable of an operation."""
    property_values = {
        **dict.fromkeys(("id", "propertyId", "home"), property_.id),
        "ids": [property_.id],
        "zipCode": property_.zip_code,
    }
    keys = {"idempotencyKey": str(uuid.uuid4()), "key": str(uuid.uuid4())}
    property_values |= {"id": property_.owner_id} if name in USER_OPERATIONS else {}
    required = [
        definition
        for definition in operation_definition(OPERATIONS[name]).variable_definitions or ()
        if isinstance(definition.type, NonNullTypeNode)
    ]
    return {
        variable: INPUT_VALUES.get(print_ast(definition.type)) or (VALUES | property_values | keys)[variable]
        for definition in required
        if definition.default_value is None
        for variable in [definition.variable.name.value]
    }


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in SUBSCRIPTIONS])
def test_a_released_operation_returns_data(server: LocalServer, name: str) -> None:
    response = server.execute(print_ast(OPERATIONS[name]), as_user="ada", **build_variables(name, put_property(server)))
    assert None not in response.data.values()


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_released_subscription_receives_changes(server: LocalServer, name: str) -> None:
    property_ = put_property(server)
    with connect_client(server) as socket:
        socket.subscribe(print_ast(OPERATIONS[name]), **build_variables(name, property_))
        server.execute(
            f'mutation {{ updateProperty(id: "{property_.id}", expectedVersion: 1, input: {{price: 7}}) {{ id }} }}'
        )
        while (kind := socket.receive_change()["kind"]) == "CREATED":
            pass
        assert kind == "PRICE_CHANGED"
