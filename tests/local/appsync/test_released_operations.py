"""What the apps ask is answered: each operation that a shipped version sends, with a value for what must be given."""

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
from tests.local.queries_by_field import zips
from tests.local.server_fixture import Desk
from tests.local.ws_client import connected

APPS = sorted((ROOT / "clients").glob("*/*"))
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
INPUTS: dict[str, Any] = {
    "CreatePropertyInput!": {"address": "1 Elm Street", "price": 1},
    "UpdatePropertyInput!": {"price": 5},
    "AddImageInput!": {"url": "https://example.com/3"},
    "UpdateImageInput!": {"caption": "The porch"},
}
OF_A_PERSON = ["web/1.0/OwnerPageQuery"]  # its `id` is no home's


def separate() -> dict[str, DocumentNode]:
    """Each operation of each app's version with the fragments that it spreads, by where it stands and its name."""
    return {
        f"{app.parent.name}/{app.name}/{name}": document
        for app in APPS
        for name, document in separate_operations(parse(text(app))).items()
    }


def text(app: Path) -> str:
    return "\n".join(file.read_text() for file in sorted(app.glob("*.graphql")))


def operation(document: DocumentNode) -> OperationDefinitionNode:
    found = get_operation_ast(document)
    assert found
    return found


OPERATIONS = separate()
FOLLOWING = [name for name, one in OPERATIONS.items() if operation(one).operation is OperationType.SUBSCRIPTION]


def a_home_of_adas(desk: Desk) -> Property:
    """A new home on the market, with two pictures and a history, in a ZIP of its own."""
    id, pictures = ID(str(uuid.uuid4())), (ID("p1"), ID("p2"))
    home = replace(dataset.home(0), id=id, zip_code=f"{next(zips)}", image_ids=pictures)
    desk.put([*dataset.items()[:3], *dataset.items_of(home)])
    return home


def variables(name: str, home: Property) -> dict[str, Any]:
    """A value for each variable of an operation that must be given."""
    named = {**dict.fromkeys(("id", "propertyId", "home"), home.id), "ids": [home.id], "zipCode": home.zip_code}
    keys = {"idempotencyKey": str(uuid.uuid4()), "key": str(uuid.uuid4())}
    named |= {"id": home.owner_id} if name in OF_A_PERSON else {}
    must = [
        one for one in operation(OPERATIONS[name]).variable_definitions or () if isinstance(one.type, NonNullTypeNode)
    ]
    return {
        variable: INPUTS.get(print_ast(one.type)) or (VALUES | named | keys)[variable]
        for one in must
        if one.default_value is None
        for variable in [one.variable.name.value]
    }


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in FOLLOWING])
def test_what_an_app_asks_is_answered(desk: Desk, name: str) -> None:
    answer = desk.ask(print_ast(OPERATIONS[name]), as_="ada", **variables(name, a_home_of_adas(desk)))
    assert None not in answer.data.values()


@pytest.mark.parametrize("name", FOLLOWING)
def test_what_an_app_follows_it_is_told_of(desk: Desk, name: str) -> None:
    home = a_home_of_adas(desk)
    with connected(desk) as socket:
        socket.follow(print_ast(OPERATIONS[name]), **variables(name, home))
        desk.ask(f'mutation {{ updateProperty(id: "{home.id}", expectedVersion: 1, input: {{price: 7}}) {{ id }} }}')
        while (kind := socket.change()["kind"]) == "CREATED":
            pass
        assert kind == "PRICE_CHANGED"
