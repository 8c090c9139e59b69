"""Operations that select all fields of a schema: once with all arguments, once with the required ones only."""

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
class FullOperations:
    """Documents that were valid against the base schema."""

    documents: tuple[DocumentNode, ...]

    def are_rejected_by(self, schema: GraphQLSchema) -> bool:
        """Returns whether a document is invalid against a schema."""
        return any(validate(schema, document) for document in self.documents)


def full_operations(schema: GraphQLSchema) -> FullOperations:
    """Selections of all fields that are reachable from Query within two levels."""
    documents = tuple(parse(operation_text(schema, all_arguments)) for all_arguments in (True, False))
    assert not any(validate(schema, document) for document in documents)
    return FullOperations(documents)


def operation_text(schema: GraphQLSchema, all_arguments: bool) -> str:
    variables: dict[str, str] = {}
    assert schema.query_type
    body = selection(schema.query_type, all_arguments, variables)
    definitions = ", ".join(f"${name}: {type}" for name, type in variables.items())
    return f"query All{f'({definitions})' if definitions else ''} {body}"


def selection(type: Any, all_arguments: bool, variables: dict[str, str]) -> str:
    if is_union_type(type):
        parts = [f"... on {member.name} {selection(member, all_arguments, variables)}" for member in type.types]
        return f"{{ __typename {' '.join(parts)} }}"
    parts = []
    for name, field in type.fields.items():
        alias = f"{type.name}_{name}"
        args = []
        for argument_name, argument in field.args.items():
            if all_arguments or is_required_argument(argument):
                variable = f"v{len(variables)}"
                variables[variable] = str(argument.type)
                args.append(f"{argument_name}: ${variable}")
        inner = get_named_type(field.type)
        subselection = (
            selection(inner, all_arguments, variables) if is_object_type(inner) or is_union_type(inner) else ""
        )
        arguments = f"({', '.join(args)})" if args else ""
        parts.append(f"{alias}: {name}{arguments} {subselection}")
    return f"{{ {' '.join(parts)} }}"
