"""SDL that AppSync refuses, whatever clients would make of it: the deployment stops.

https://docs.aws.amazon.com/appsync/latest/devguide/designing-your-schema.html
What it refuses beyond that page: https://github.com/aws/aws-appsync-community/issues/38, 55 and 387 there.
"""

from collections.abc import Iterator
from typing import Any

from graphql import TypeSystemExtensionNode, Visitor, print_ast, visit

from schema_diff.changes import Change
from schema_diff.graphql.directives import mutations
from schema_diff.graphql.schema_document import OWN_DIRECTIVES, OWN_SCALARS, Contract, coordinates

MOST_BYTES = 1_000_000
KNOWN = {*OWN_DIRECTIVES, "deprecated"}
Refusal = tuple[str, str]


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """What AppSync refuses of the new schema, and did not refuse of the old one."""
    known = set(refusals(old))
    for where, why in dict.fromkeys(refusals(new)):
        if (where, why) not in known:
            yield Change("appsync-refuses", where, f"AppSync takes no {why}", why.replace(" ", "-"))


def refusals(side: Contract) -> Iterator[Refusal]:
    """Each coordinate at which AppSync refuses something, and what that is."""
    for where, node in coordinates(side.document):
        yield from ((where, why) for why in shapes(node))
        yield from ((where, why) for why in uses(where, node))
    fields: Any = getattr(side.schema.mutation_type, "fields", {})
    for where in sorted(side.uses):
        if where.startswith("Subscription."):
            unknown = sorted(mutations(side, where) - fields.keys())
            yield from ((where, f"subscription to {name}, which is no mutation") for name in unknown)
    if side.size > MOST_BYTES and len(print_ast(visit(side.document, Bare())).encode()) > MOST_BYTES:
        yield "schema", f"schema of more than {MOST_BYTES:,} bytes"


class Bare(Visitor):
    """Leaves descriptions out, as a deployment does."""

    def enter(self, node: Any, *_: Any) -> Any:
        described = getattr(node, "description", None)
        return (
            type(node)(**{key: getattr(node, key) for key in node.keys if key != "description"}) if described else None
        )


def shapes(node: Any) -> Iterator[str]:
    """What a definition is that AppSync's parser does not know."""
    if isinstance(node, TypeSystemExtensionNode):
        yield "extension of a type"
    if node.kind == "scalar_type_definition" and node.name.value not in OWN_SCALARS:
        yield "scalar but its own"
    if node.kind == "interface_type_definition" and node.interfaces:
        yield "interface that implements another"


def uses(where: str, node: Any) -> Iterator[str]:
    """Directives that AppSync does not know, or not there."""
    for use in getattr(node, "directives", None) or ():
        name = use.name.value
        if name == "deprecated" and node.kind == "input_value_definition":
            yield "@deprecated on an argument or an input field"
        elif name not in KNOWN:
            yield f"@{name}"
