"""What AppSync is given of `schema.graphql`: what its parser does not take is left out or refused.

https://docs.aws.amazon.com/appsync/latest/devguide/designing-your-schema.html
"""

from collections.abc import Collection
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    ListValueNode,
    Node,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeSystemExtensionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from resolvers.field_config import COGNITO, IAM, OIDC, Mode

AUTH = {mode.directive for mode in (COGNITO, OIDC, IAM)}
MOST_BYTES = 1_000_000
OWN_SCALARS = "AWS"


class Refused(ValueError):
    """AppSync would not take this schema, or would take it for another; the text tells where and why."""


def for_appsync(text: str, modes: Collection[Mode]) -> str:
    """The schema for an API with these modes of authorization: without descriptions, definitions that are AppSync's
    own, and directives of other modes. Raises Refused."""
    document = parse(text)
    taken = visit(document, Taken({mode.directive for mode in modes}))
    check_subscriptions(taken)
    printed = print_ast(taken) + "\n"
    if len(printed.encode()) > MOST_BYTES:
        raise Refused(f"a schema of {len(printed.encode()):,} bytes: AppSync takes {MOST_BYTES:,}")
    return printed


class Taken(Visitor):
    """Leaves of a document what AppSync takes."""

    def __init__(self, modes: set[str]) -> None:
        super().__init__()
        self.modes = modes

    def enter(self, node: Any, *_: Any) -> Any:
        if isinstance(node, TypeSystemExtensionNode):
            raise Refused(f"AppSync takes no extensions: extend {name(node)}")
        if node.kind == "directive_definition":
            return REMOVE
        if node.kind == "scalar_type_definition":
            if not name(node).startswith(OWN_SCALARS):
                raise Refused(f"AppSync takes no scalars but its own: {name(node)}")
            return REMOVE
        if node.kind == "interface_type_definition" and node.interfaces:
            raise Refused(f"AppSync takes no interface that implements another: {name(node)}")
        if any(directive.name.value == "oneOf" for directive in getattr(node, "directives", None) or ()):
            raise Refused(f"AppSync takes no @oneOf: {name(node)}")
        return None

    def leave(self, node: Any, key: Any, parent: Any, path: Any, ancestors: Any) -> Any:
        changed = node
        if getattr(node, "description", None):
            changed = copied(changed, description=None)
        if node.kind in ("field_definition", "object_type_definition"):
            changed = copied(changed, directives=self.directives(node))
        return changed if changed is not node else None

    def directives(self, node: Any) -> tuple[DirectiveNode, ...]:
        """Those of a field or a type for modes that there are. Without any it would be open to the default mode."""
        said: tuple[DirectiveNode, ...] = node.directives or ()
        kept = tuple(one for one in said if one.name.value not in AUTH or one.name.value in self.modes)
        if any(one.name.value in AUTH for one in said) and not any(one.name.value in AUTH for one in kept):
            raise Refused(f"nobody of this stage may see {name(node)}: AppSync would open it to everybody signed in")
        return kept


def copied(node: Any, **changed: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **changed})


def name(node: Any) -> str:
    return str(node.name.value)


def check_subscriptions(document: DocumentNode) -> None:
    """Raises Refused where a subscription follows what is no mutation: nobody tells what AppSync makes of that."""
    fields = {
        type.name.value: {field.name.value: field for field in type.fields or ()}
        for type in document.definitions
        if isinstance(type, ObjectTypeDefinitionNode)
    }
    for field in fields.get("Subscription", {}).values():
        for followed in followed_by(field.directives or ()):
            if followed not in fields.get("Mutation", {}):
                raise Refused(f"Subscription.{field.name.value} follows {followed}, which is no mutation")


def followed_by(directives: Collection[DirectiveNode]) -> list[str]:
    values: list[Node] = [
        argument.value for one in directives if one.name.value == "aws_subscribe" for argument in one.arguments or ()
    ]
    return [
        item.value
        for value in values
        if isinstance(value, ListValueNode)
        for item in value.values
        if isinstance(item, StringValueNode)
    ]
