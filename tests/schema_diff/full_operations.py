"""Operations that ask a schema for everything: once with each argument given, once with what must be given alone."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    get_named_type,
    is_object_type,
    is_required_argument,
    is_union_type,
    parse,
    validate,
)


@dataclass(frozen=True)
class Asking:
    """Documents that were valid once."""

    documents: tuple[DocumentNode, ...]

    def is_refused(self, schema: GraphQLSchema) -> bool:
        """Whether a schema refuses any of them as invalid."""
        return any(validate(schema, document) for document in self.documents)


def asking(schema: GraphQLSchema) -> Asking:
    """All that the fields of Query lead to, two levels down."""
    documents = tuple(parse(written(schema, everything)) for everything in (True, False))
    assert not any(validate(schema, document) for document in documents)
    return Asking(documents)


def written(schema: GraphQLSchema, everything: bool) -> str:
    variables: dict[str, str] = {}
    assert schema.query_type
    body = selection(schema.query_type, everything, variables)
    told = ", ".join(f"${name}: {type}" for name, type in variables.items())
    return f"query All{f'({told})' if told else ''} {body}"


def selection(type: Any, everything: bool, variables: dict[str, str]) -> str:
    if is_union_type(type):
        parts = [f"... on {one.name} {selection(one, everything, variables)}" for one in type.types]
        return f"{{ __typename {' '.join(parts)} }}"
    parts = []
    for name, field in type.fields.items():
        alias = f"{type.name}_{name}"
        args = []
        for key, one in field.args.items():
            if everything or is_required_argument(one):
                variable = f"v{len(variables)}"
                variables[variable] = str(one.type)
                args.append(f"{key}: ${variable}")
        inner = get_named_type(field.type)
        deeper = selection(inner, everything, variables) if is_object_type(inner) or is_union_type(inner) else ""
        given = f"({', '.join(args)})" if args else ""
        parts.append(f"{alias}: {name}{given} {deeper}")
    return f"{{ {' '.join(parts)} }}"
