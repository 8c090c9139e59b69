"""Access: AppSync's authorization directives on fields and types.

A field's own directives replace its type's; without any, only the API's default mode is authorized.
https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#using-additional-authorization-modes
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import DirectiveNode, is_interface_type, is_object_type, value_from_ast_untyped

from schema_diff.changes import Change
from schema_diff.graphql.schema_document import SchemaDocument

AUTH_MODES = {
    "aws_api_key": "an API key",
    "aws_iam": "IAM",
    "aws_oidc": "OpenID Connect",
    "aws_lambda": "the Lambda authorizer",
    "aws_cognito_user_pools": "Cognito",
    "aws_auth": "Cognito",
}
DEFAULT_MODE = frozenset({"the default mode"})


def allowed_callers(directives: Iterable[DirectiveNode]) -> frozenset[str] | None:
    """Returns the callers that directives authorize, each Cognito group separately; None without such a directive."""
    auth_directives = [directive for directive in directives if directive.name.value in AUTH_MODES]
    return (
        frozenset(caller for directive in auth_directives for caller in callers_of(directive))
        if auth_directives
        else None
    )


def callers_of(directive: DirectiveNode) -> list[str]:
    mode = AUTH_MODES[directive.name.value]
    groups: Any = next((value_from_ast_untyped(argument.value) for argument in directive.arguments or ()), None)
    names = groups if isinstance(groups, list) else [groups]
    return [f"{mode} group {group}" for group in names] if groups else [mode]


def changes(old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    """Yields a change for each type, and each field with its own directives, whose authorized callers changed.

    A change of a type's directives is one change; it affects operations that select a field without its own ones.
    """
    for name, type in old.schema.type_map.items():
        fields: Any = getattr(new.schema.type_map.get(name), "fields", None)
        if name.startswith("__") or not fields or not (is_object_type(type) or is_interface_type(type)):
            continue
        before, after = (allowed_callers(document.directives.get(name, ())) for document in (old, new))
        own_callers = {field: own_callers_of(old, new, f"{name}.{field}") for field in type.fields if field in fields}
        inheriting = frozenset(
            f"{name}.{field}"
            for field, (old_callers, new_callers) in own_callers.items()
            if old_callers is None and new_callers is None
        )
        if before != after:
            yield from access_changes(name, before or DEFAULT_MODE, after or DEFAULT_MODE, inheriting)
        for field, (old_callers, new_callers) in own_callers.items():
            if old_callers != new_callers:
                coordinate = f"{name}.{field}"
                yield from access_changes(
                    coordinate,
                    old_callers or before or DEFAULT_MODE,
                    new_callers or after or DEFAULT_MODE,
                    frozenset({coordinate}),
                )


def own_callers_of(
    old: SchemaDocument, new: SchemaDocument, coordinate: str
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    return allowed_callers(old.directives.get(coordinate, ())), allowed_callers(new.directives.get(coordinate, ()))


def access_changes(
    coordinate: str, before: frozenset[str], after: frozenset[str], affected: frozenset[str]
) -> Iterator[Change]:
    """Yields one change of the callers at a coordinate; lost access is more severe than gained access."""
    lost = frozenset(caller for caller in before - after if caller.partition(" group ")[0] not in after)
    gained = frozenset(caller for caller in after - before if caller.partition(" group ")[0] not in before)
    detail = "+".join(sorted(after)).replace(" ", "-")
    if lost:
        and_gained = f"; {join_names(gained)} may now" if gained else ""
        yield Change(
            "access-lost", coordinate, f"{join_names(lost)} may not access it any more{and_gained}", detail, affected
        )
    elif gained:
        yield Change(
            "access-gained", coordinate, f"{join_names(gained)} may now access it", detail, may_affect=affected
        )
    else:
        yield Change("access-rewritten", coordinate, "the same callers, in other directives", detail)


def join_names(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))
