"""What each shipped version of each app asks: its operations, each with values for its variables."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    NonNullTypeNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    parse,
    print_ast,
    separate_operations,
)

from conformance.client import NotAsked
from conformance.finding import Finding
from conformance.sample_properties import ZIP, Home, Homes, said
from local.workers import ROOT

CLIENTS = ROOT / "clients"
ORDER = ("addImage", "updateImage", "reorderImages", "updateProperty", "updateMe", "removeImage", "deleteProperty")
DESK = "200, without errors"


@dataclass(frozen=True)
class Operation:
    """One operation with its fragments, as a client sends it, and what tells it from others."""

    client: str
    name: str
    kind: str
    text: str
    node: OperationDefinitionNode

    @property
    def field(self) -> str:
        """The field that it asks of its root."""
        return next(node.name.value for node in self.node.selection_set.selections if isinstance(node, FieldNode))

    @property
    def rank(self) -> int:
        """What makes comes first, then what reads, then what changes, and at last what removes."""
        return ORDER.index(self.field) + 1 if self.field in ORDER else 0 if self.kind == "query" else -1


def shipped(clients: Path = CLIENTS) -> list[Operation]:
    """The operations of all versions, those of one together, in an order in which they can be asked."""
    found = []
    for folder, files in groupby(sorted(clients.glob("*/*/*.graphql")), key=lambda file: file.parent):
        document = parse("\n".join(file.read_text() for file in files))
        for name, one in separate_operations(document).items():
            node = next(node for node in one.definitions if isinstance(node, OperationDefinitionNode))
            client = "/".join(folder.parts[-2:])
            found.append(Operation(client, name, node.operation.value, print_ast(one), node))
    return sorted(found, key=lambda operation: (operation.client, operation.rank, operation.name))


def ask(homes: Homes, operations: list[Operation], me: Mapping[str, Any]) -> Iterator[Finding]:
    """Asks a client's queries and mutations about a home made for it; what removes a home has one of its own."""
    home = homes.make()
    for operation in operations:
        about = homes.make() if operation.field == "deleteProperty" else homes.now(home.id)
        given = variables(operation, values(homes, about, me))
        got = homes.api.ask(operation.text, given, operation.name)
        made = got.data.get("createProperty")
        if made:
            homes.made.add(made["id"])
        same = got.status == 200 and not got.errors and got.data.get(operation.field) is not None
        desk = DESK if same else f"{DESK}; here {said(got)}"
        yield Finding(operation.client, operation.name, f"{operation.kind} {operation.field}", desk, got, same)


def values(homes: Homes, home: Home, me: Mapping[str, Any]) -> dict[str, Any]:
    """What is given for arguments and input fields, by their names, for one field's by both, or by an input's type."""
    return {
        "user.id": me["id"],
        "id": home.id,
        "propertyId": home.id,
        "ids": [home.id],
        "imageId": home.pictures[-1] if home.pictures else None,
        "imageIds": list(reversed(home.pictures)),
        "expectedVersion": home.version,
        "zipCode": ZIP,
        "idempotencyKey": str(uuid.uuid4()),
        "first": 5,
        "sort": "NEWEST",
        "price": 100 + home.version,
        "status": "PENDING",
        "name": me["name"],
        "url": "https://example.com/3.jpg",
        "CreatePropertyInput": homes.input,
        "UpdatePropertyInput": {"description": f"Version {home.version} and one."},
        "AddImageInput": {"url": "https://example.com/3.jpg"},
        "UpdateImageInput": {"caption": f"Version {home.version}"},
        "UpdateMeInput": {"name": me["name"]},
    }


def variables(operation: Operation, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the variables that must have one. Raises NotAsked where there is none for one of them."""
    asked = [node for node in operation.node.variable_definitions or () if required(node)]
    places = dict(used(operation.node))
    try:
        return {
            node.variable.name.value: value(places[node.variable.name.value], type_of(node), values) for node in asked
        }
    except KeyError as error:
        raise NotAsked(f"{operation.client} {operation.name}: there is no value for {error}") from error


def value(place: tuple[str, str], type: str, values: Mapping[str, Any]) -> Any:
    field, argument = place
    return next((values[name] for name in (type, f"{field}.{argument}") if name in values), None) or values[argument]


def required(node: VariableDefinitionNode) -> bool:
    return isinstance(node.type, NonNullTypeNode) and node.default_value is None


def type_of(node: VariableDefinitionNode) -> str:
    return print_ast(node.type).strip("[]!")


def used(node: OperationDefinitionNode | FieldNode) -> Iterator[tuple[str, tuple[str, str]]]:
    """Where each variable is used: in which field, and as which argument or member of one."""
    for child in node.selection_set.selections if node.selection_set else ():
        if isinstance(child, FieldNode):
            for argument in child.arguments or ():
                yield from within(child.name.value, argument)
            yield from used(child)


def within(field: str, node: ArgumentNode | ObjectFieldNode) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(node.value, VariableNode):
        yield node.value.name.value, (field, node.name.value)
    elif isinstance(node.value, ObjectValueNode):
        for member in node.value.fields:
            yield from within(field, member)
