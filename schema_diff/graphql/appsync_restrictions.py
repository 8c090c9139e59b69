"""What AppSync supports of the schema definition language, stated once; the deployment of anything else stops.

It works on graphql-core's nodes alone, so that other programs can import it.
https://docs.aws.amazon.com/appsync/latest/devguide/designing-your-schema.html
What it refuses beyond that page: https://github.com/aws/aws-appsync-community/issues/38, 55 and 387 there.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import DirectiveNode, DocumentNode, TypeSystemExtensionNode, Visitor, print_ast, visit

from schema_diff.graphql.coordinates import coordinates

MAX_BYTES = 1_000_000  # of a schema without its descriptions
SCALARS = tuple(
    f"AWS{name}" for name in ("Date", "Time", "DateTime", "Timestamp", "Email", "JSON", "URL", "Phone", "IPAddress")
)
ON_BOTH = "on OBJECT | FIELD_DEFINITION"
DIRECTIVES = {
    "aws_api_key": ON_BOTH,
    "aws_iam": ON_BOTH,
    "aws_oidc": ON_BOTH,
    "aws_lambda": ON_BOTH,
    "aws_cognito_user_pools": f"(cognito_groups: [String]) {ON_BOTH}",
    "aws_auth": f"(cognito_groups: [String]) {ON_BOTH}",
    "aws_subscribe": "(mutations: [String]) on FIELD_DEFINITION",
    "aws_publish": "(subscriptions: [String]) on FIELD_DEFINITION",
    "canonical": ON_BOTH,
    "hidden": ON_BOTH,
    "renamed": f"(to: String) {ON_BOTH}",
}
SUBSCRIBING = ("aws_subscribe", "aws_publish")

Unsupported = tuple[str, str]  # a schema coordinate, and the construct there that AppSync does not support


def unsupported(document: DocumentNode) -> Iterator[Unsupported]:
    """Each construct that AppSync does not support, in the order of the document."""
    for where, node in coordinates(document):
        yield from ((where, construct) for construct in (*unsupported_definitions(node), *unsupported_directives(node)))
    yield from unsupported_subscriptions(document)


def unsupported_definitions(node: Any) -> Iterator[str]:
    """The constructs that a definition is, and AppSync's parser does not know."""
    if isinstance(node, TypeSystemExtensionNode):
        yield "extension of a type"
    if node.kind == "scalar_type_definition" and node.name.value not in SCALARS:
        yield "scalar but its own"
    if node.kind == "interface_type_definition" and node.interfaces:
        yield "interface that implements another"


def unsupported_directives(node: Any) -> Iterator[str]:
    """The directives of a definition that AppSync does not know, or not there."""
    for use in getattr(node, "directives", None) or ():
        name = use.name.value
        if name == "deprecated" and node.kind == "input_value_definition":
            yield "@deprecated on an argument or an input field"
        elif name not in DIRECTIVES and name != "deprecated":
            yield f"@{name}"


def unsupported_subscriptions(document: DocumentNode) -> Iterator[Unsupported]:
    """The subscriptions to a mutation that does not exist."""
    fields = [(where, node) for where, node in coordinates(document) if node.kind == "field_definition"]
    names = root_types(document)
    mutations = {where.partition(".")[2] for where, _ in fields if where.partition(".")[0] == names["mutation"]}
    for where, node in fields:
        if where.partition(".")[0] == names["subscription"]:
            unknown = sorted(subscribed_mutations(getattr(node, "directives", None) or ()) - mutations)
            yield from ((where, f"subscription to {name}, which is no mutation") for name in unknown)


def root_types(document: DocumentNode) -> dict[str, str]:
    """The name of each root type, by its operation."""
    names = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
    for node in document.definitions:
        for operation in getattr(node, "operation_types", None) or ():
            names[operation.operation.value] = operation.type.name.value
    return names


def subscribed_mutations(uses: Iterable[DirectiveNode]) -> frozenset[str]:
    """The mutations that directives make a field subscribe to."""
    values: list[Any] = [
        argument.value for use in uses if use.name.value in SUBSCRIBING for argument in use.arguments or ()
    ]
    return frozenset(item.value for value in values for item in getattr(value, "values", (value,)))


def deployed_bytes(document: DocumentNode) -> int:
    """The size of a schema as it is deployed, without descriptions."""
    return len(print_ast(visit(document, WithoutDescriptions())).encode())


class WithoutDescriptions(Visitor):
    """Removes the description of each definition."""

    def enter(self, node: Any, *_: Any) -> Any:
        if not getattr(node, "description", None):
            return None
        return type(node)(**{key: getattr(node, key) for key in node.keys if key != "description"})
