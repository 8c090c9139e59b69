"""Converts `schema.graphql` for AppSync: removes or rejects constructs that its parser does not support.

https://docs.aws.amazon.com/appsync/latest/devguide/designing-your-schema.html
"""

from collections.abc import Collection
from typing import Any

from graphql import REMOVE, DirectiveNode, Visitor, parse, print_ast, visit

from resolvers.field_config import COGNITO, IAM, OIDC, AuthMode
from schema_diff.graphql.appsync_restrictions import MAX_BYTES, WithoutDescriptions, unsupported_constructs

AUTH_DIRECTIVES = {mode.directive for mode in (COGNITO, OIDC, IAM)}
DECLARED_BY_APPSYNC = ("directive_definition", "scalar_type_definition")


class UnsupportedSchema(ValueError):
    """AppSync would reject or misread this schema; the text names each location and construct."""


def for_appsync(text: str, modes: Collection[AuthMode]) -> str:
    """Returns the schema without descriptions, without the definitions that AppSync declares itself, and without
    directives of other authorization modes. Raises UnsupportedSchema."""
    document = parse(text)
    if problems := [f"{construct}: {location}" for location, construct in unsupported_constructs(document)]:
        raise UnsupportedSchema("\n".join(f"AppSync supports no {problem}" for problem in problems))
    document = visit(visit(document, WithoutDescriptions()), AppSyncTransform({mode.directive for mode in modes}))
    printed = print_ast(document) + "\n"
    if len(printed.encode()) > MAX_BYTES:
        raise UnsupportedSchema(f"AppSync supports no schema of {len(printed.encode()):,} bytes: at most {MAX_BYTES:,}")
    return printed


class AppSyncTransform(Visitor):
    """Removes the definitions that AppSync declares itself, and the directives of other authorization modes."""

    def __init__(self, modes: set[str]) -> None:
        super().__init__()
        self.modes = modes

    def enter(self, node: Any, *_: Any) -> Any:
        if node.kind in DECLARED_BY_APPSYNC:
            return REMOVE
        if node.kind in ("field_definition", "object_type_definition"):
            return type(node)(**{**{key: getattr(node, key) for key in node.keys}, "directives": self.directives(node)})
        return None

    def directives(self, node: Any) -> tuple[DirectiveNode, ...]:
        """The directives of a field or type for the API's modes. Without one, AppSync would apply the default mode.

        Raises UnsupportedSchema if none of its authorization modes is one of the API's."""
        all_directives: tuple[DirectiveNode, ...] = node.directives or ()
        included = tuple(
            directive
            for directive in all_directives
            if directive.name.value not in AUTH_DIRECTIVES or directive.name.value in self.modes
        )
        if any(directive.name.value in AUTH_DIRECTIVES for directive in all_directives) and not any(
            directive.name.value in AUTH_DIRECTIVES for directive in included
        ):
            name = node.name.value
            raise UnsupportedSchema(
                f"no authorization mode of this stage allows {name}: AppSync would open it to all signed-in users"
            )
        return included
