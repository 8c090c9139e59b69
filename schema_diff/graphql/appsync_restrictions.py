"""The part of the schema definition language that AppSync supports; the deployment of anything else stops.

It works only on graphql-core's nodes, so that other programs can import it.
https://docs.aws.amazon.com/appsync/latest/devguide/designing-your-schema.html
Restrictions that this page does not have: https://github.com/aws/aws-appsync-community/issues/38, 55 and 387 there.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import DirectiveNode, DocumentNode, TypeSystemExtensionNode, Visitor, print_ast, visit

from schema_diff.graphql.coordinates import coordinates

MAX_BYTES = 1_000_000  # of a schema without its descriptions
SCALARS = tuple(
    f"AWS{name}" for name in ("Date", "Time", "DateTime", "Timestamp", "Email", "JSON", "URL", "Phone", "IPAddress")
)
ON_OBJECT_OR_FIELD = "on OBJECT | FIELD_DEFINITION"
DIRECTIVES = {
    "aws_api_key": ON_OBJECT_OR_FIELD,
    "aws_iam": ON_OBJECT_OR_FIELD,
    "aws_oidc": ON_OBJECT_OR_FIELD,
    "aws_lambda": ON_OBJECT_OR_FIELD,
    "aws_cognito_user_pools": f"(cognito_groups: [String]) {ON_OBJECT_OR_FIELD}",
    "aws_auth": f"(cognito_groups: [String]) {ON_OBJECT_OR_FIELD}",
    "aws_subscribe": "(mutations: [String]) on FIELD_DEFINITION",
    "aws_publish": "(subscriptions: [String]) on FIELD_DEFINITION",
    "canonical": ON_OBJECT_OR_FIELD,
    "hidden": ON_OBJECT_OR_FIELD,
    "renamed": f"(to: String) {ON_OBJECT_OR_FIELD}",
}
SUBSCRIPTION_DIRECTIVES = ("aws_subscribe", "aws_publish")

UnsupportedConstruct = tuple[str, str]  # a schema coordinate, and the construct there that AppSync does not support


def unsupported_constructs(document: DocumentNode) -> Iterator[UnsupportedConstruct]:
    """Each construct that AppSync does not support, in the order of the document."""
    for coordinate, node in coordinates(document):
        yield from (
            (coordinate, construct) for construct in (*unsupported_definitions(node), *unsupported_directives(node))
        )
    yield from unsupported_subscriptions(document)


def unsupported_definitions(node: Any) -> Iterator[str]:
    """Yields the constructs of a definition that AppSync's parser does not support."""
    if isinstance(node, TypeSystemExtensionNode):
        yield "extension of a type"
    if node.kind == "scalar_type_definition" and node.name.value not in SCALARS:
        yield "scalar other than its own"
    if node.kind == "interface_type_definition" and node.interfaces:
        yield "interface that implements another"


def unsupported_directives(node: Any) -> Iterator[str]:
    """Yields the directives of a definition that AppSync does not support there."""
    for directive in getattr(node, "directives", None) or ():
        name = directive.name.value
        if name == "deprecated" and node.kind == "input_value_definition":
            yield "@deprecated on an argument or an input field"
        elif name not in DIRECTIVES and name != "deprecated":
            yield f"@{name}"


def unsupported_subscriptions(document: DocumentNode) -> Iterator[UnsupportedConstruct]:
    """The subscriptions to a mutation that does not exist."""
    fields = [(coordinate, node) for coordinate, node in coordinates(document) if node.kind == "field_definition"]
    names = root_types(document)
    mutations = {
        coordinate.partition(".")[2] for coordinate, _ in fields if coordinate.partition(".")[0] == names["mutation"]
    }
    for coordinate, node in fields:
        if coordinate.partition(".")[0] == names["subscription"]:
            unknown = sorted(subscribed_mutations(getattr(node, "directives", None) or ()) - mutations)
            yield from ((coordinate, f"subscription to {name}, which is not a mutation") for name in unknown)


def root_types(document: DocumentNode) -> dict[str, str]:
    """The name of each root type, by its operation."""
    names = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
    for node in document.definitions:
        for operation in getattr(node, "operation_types", None) or ():
            names[operation.operation.value] = operation.type.name.value
    return names


def subscribed_mutations(directives: Iterable[DirectiveNode]) -> frozenset[str]:
    """The mutations that directives make a field subscribe to."""
    values: list[Any] = [
        argument.value
        for directive in directives
        if directive.name.value in SUBSCRIPTION_DIRECTIVES
        for argument in directive.arguments or ()
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
