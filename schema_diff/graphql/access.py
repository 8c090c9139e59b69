"""Who may see what: AppSync's directives on fields and types, which other tools take for ornaments.

A field's own directives replace its type's; without any, it is the API's default mode alone that is let in.
https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#using-additional-authorization-modes
"""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import DirectiveNode, is_interface_type, is_object_type, value_from_ast_untyped

from schema_diff.changes import Change
from schema_diff.graphql.schema_document import Contract

MODES = {
    "aws_api_key": "an API key",
    "aws_iam": "IAM",
    "aws_oidc": "OpenID Connect",
    "aws_lambda": "the Lambda authorizer",
    "aws_cognito_user_pools": "Cognito",
    "aws_auth": "Cognito",
}
DEFAULT = frozenset({"the default mode"})


def granted(uses: Iterable[DirectiveNode]) -> frozenset[str] | None:
    """The kinds of caller that directives let in, a Cognito group each for itself; None where none of them says."""
    said = [use for use in uses if use.name.value in MODES]
    return frozenset(caller for use in said for caller in callers(use)) if said else None


def callers(use: DirectiveNode) -> list[str]:
    mode = MODES[use.name.value]
    groups: Any = next((value_from_ast_untyped(one.value) for one in use.arguments or ()), None)
    names = groups if isinstance(groups, list) else [groups]
    return [f"{mode} group {group}" for group in names] if groups else [mode]


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """Each type, and each field with directives of its own, whose callers are not those that they were.

    A change of a type's is told once, at the type, and met by operations that ask for a field without any of its own.
    """
    for name, type in old.schema.type_map.items():
        fields: Any = getattr(new.schema.type_map.get(name), "fields", None)
        if name.startswith("__") or not fields or not (is_object_type(type) or is_interface_type(type)):
            continue
        before, after = (granted(side.uses.get(name, ())) for side in (old, new))
        own = {field: owned(old, new, f"{name}.{field}") for field in type.fields if field in fields}
        inheriting = frozenset(f"{name}.{field}" for field, (was, now) in own.items() if was is None and now is None)
        if before != after:
            yield from moved(name, before or DEFAULT, after or DEFAULT, inheriting)
        for field, (was, now) in own.items():
            if was != now:
                where = f"{name}.{field}"
                yield from moved(where, was or before or DEFAULT, now or after or DEFAULT, frozenset({where}))


def owned(old: Contract, new: Contract, where: str) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    return granted(old.uses.get(where, ())), granted(new.uses.get(where, ()))


def moved(where: str, before: frozenset[str], after: frozenset[str], touches: frozenset[str]) -> Iterator[Change]:
    """What became of the callers at one place, told once: whoever lost it weighs more than whoever gained it."""
    lost = frozenset(caller for caller in before - after if caller.partition(" group ")[0] not in after)
    gained = frozenset(caller for caller in after - before if caller.partition(" group ")[0] not in before)
    to = "+".join(sorted(after)).replace(" ", "-")
    if lost:
        and_gained = f"; {told(gained)} may now" if gained else ""
        yield Change("access-lost", where, f"{told(lost)} may see it no more{and_gained}", to, touches)
    elif gained:
        yield Change("access-gained", where, f"{told(gained)} may now see it", to, brushes=touches)
    else:
        yield Change("access-restated", where, "the same callers, said otherwise", to)


def told(callers: frozenset[str]) -> str:
    return " and ".join(sorted(callers))
