"""The operations of each released client version, with values for their variables."""

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

from conformance.client import ConformanceError
from conformance.contract import ROOT
from conformance.finding import ConformanceFinding
from conformance.sample_properties import ZIP_CODE, SampleProperties, SampleProperty

CLIENTS = ROOT / "clients"
MUTATION_ORDER = (
    "addImage",
    "updateImage",
    "reorderImages",
    "updateProperty",
    "updateMe",
    "removeImage",
    "deleteProperty",
)


@dataclass(frozen=True)
class ClientOperation:
    """One operation of a released client version, such as `ios/1.0`. `text` includes its fragments."""

    client: str
    name: str
    kind: str
    text: str
    node: OperationDefinitionNode

    @property
    def root_field(self) -> str:
        """The first root field that it selects."""
        return next(node.name.value for node in self.node.selection_set.selections if isinstance(node, FieldNode))

    @property
    def rank(self) -> int:
        """The position of its kind: creates, then queries, then changes, then deletes."""
        if self.root_field in MUTATION_ORDER:
            return MUTATION_ORDER.index(self.root_field) + 1
        return 0 if self.kind == "query" else -1


def released_operations(clients: Path = CLIENTS) -> list[ClientOperation]:
    """All operations in `<app>/<version>/*.graphql`, by client version, in an order in which they can be executed."""
    operations = []
    for folder, files in groupby(sorted(clients.glob("*/*/*.graphql")), key=lambda file: file.parent):
        document = parse("\n".join(file.read_text() for file in files))
        for name, separate in separate_operations(document).items():
            node = next(node for node in separate.definitions if isinstance(node, OperationDefinitionNode))
            client = "/".join(folder.parts[-2:])
            operations.append(ClientOperation(client, name, node.operation.value, print_ast(separate), node))
    return sorted(operations, key=lambda operation: (operation.client, operation.rank, operation.name))


def check_operations(
    samples: SampleProperties, operations: list[ClientOperation], caller: Mapping[str, Any]
) -> Iterator[ConformanceFinding]:
    """Executes the queries and mutations of one client version on a new property, and a delete on another one."""
    property_id = samples.create().id
    for operation in operations:
        sample = samples.create() if operation.root_field == "deleteProperty" else samples.read(property_id)
        variables = variable_values(operation, sample_values(samples, sample, caller))
        response = samples.client.execute(operation.text, variables, operation.name)
        new_property = response.data.get("createProperty")
        if new_property:
            samples.ids.add(new_property["id"])
        matches = response.status == 200 and not response.errors and response.data.get(operation.root_field) is not None
        request = f"{operation.kind} {operation.root_field}"
        yield ConformanceFinding(operation.client, operation.name, request, "200; no error", response, matches)


def sample_values(samples: SampleProperties, sample: SampleProperty, caller: Mapping[str, Any]) -> dict[str, Any]:
    """Values for variables, by the name of an input type, as `field.argument`, or by the name of an argument."""
    return {
        "user.id": caller["id"],
        "id": sample.id,
        "propertyId": sample.id,
        "ids": [sample.id],
        "imageId": sample.image_ids[-1] if sample.image_ids else None,
        "imageIds": list(reversed(sample.image_ids)),
        "expectedVersion": sample.version,
        "zipCode": ZIP_CODE,
        "idempotencyKey": str(uuid.uuid4()),
        "first": 5,
        "sort": "NEWEST",
        "price": 100 + sample.version,
        "status": "PENDING",
        "name": caller["name"],
        "url": "https://example.com/3.jpg",
        "CreatePropertyInput": samples.create_input,
        "UpdatePropertyInput": {"description": f"Description at version {sample.version}"},
        "AddImageInput": {"url": "https://example.com/3.jpg"},
        "UpdateImageInput": {"caption": f"Caption at version {sample.version}"},
        "UpdateMeInput": {"name": caller["name"]},
    }


def variable_values(operation: ClientOperation, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the operation's required variables. Raises ConformanceError if `values` has none for one of them."""
    required = [node for node in operation.node.variable_definitions or () if is_required(node)]
    positions = dict(variable_positions(operation.node))
    try:
        return {
            node.variable.name.value: select_value(positions[node.variable.name.value], type_name(node), values)
            for node in required
        }
    except KeyError as error:
        raise ConformanceError(f"{operation.client} {operation.name}: there is no value for {error}") from error


def select_value(position: tuple[str, str], type: str, values: Mapping[str, Any]) -> Any:
    """The value for a variable of this type at `position`, a field and an argument. Raises KeyError without one."""
    field, argument = position
    return next((values[name] for name in (type, f"{field}.{argument}") if name in values), None) or values[argument]


def is_required(node: VariableDefinitionNode) -> bool:
    return isinstance(node.type, NonNullTypeNode) and node.default_value is None


def type_name(node: VariableDefinitionNode) -> str:
    return print_ast(node.type).strip("[]!")


def variable_positions(node: OperationDefinitionNode | FieldNode) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each use of a variable: its name, and the field with the argument or input field that it is the value of."""
    for selection in node.selection_set.selections if node.selection_set else ():
        if isinstance(selection, FieldNode):
            for argument in selection.arguments or ():
                yield from argument_positions(selection.name.value, argument)
            yield from variable_positions(selection)


def argument_positions(field: str, node: ArgumentNode | ObjectFieldNode) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(node.value, VariableNode):
        yield node.value.name.value, (field, node.name.value)
    elif isinstance(node.value, ObjectValueNode):
        for input_field in node.value.fields:
            yield from argument_positions(field, input_field)
