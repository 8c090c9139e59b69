"""Records and wiring, compiled to a Strawberry schema: the desk runs it, clients and CDK read it as `schema.graphql`.

`python -m local.schema.compiler` writes the file, and `contracts/*.json` beside it.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import strawberry
from graphql import GraphQLError
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema_directive import Location
from strawberry.types.execution import ExecutionContext

from data.records import ABSENT, ID
from local import stdio
from local.appsync.language import introspection
from local.paths import ROOT
from local.schema import contracts, scalars, type_info
from resolvers.field_config import ROOTS, Field
from resolvers.runtime import encoding
from resolvers.runtime.encoding import camel
from resolvers.wiring import FIELDS, LIMITS

FILE = ROOT / "schema.graphql"
HEAD = "# Written by `make schema` from data/records.py and resolvers/: edit those.\n\n"

Member = tuple[Any, Any]  # a type as Strawberry takes it, and the strawberry.field beside it


class Schema(strawberry.Schema):
    """Keeps clients' mistakes out of the log: local/appsync/errors.py writes errors out, and logs those of the desk."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None: ...


def build(rows: tuple[Field, ...] = FIELDS) -> strawberry.Schema:
    """The schema of these rows and of every type that they reach."""
    compiler = Compiler(rows)
    query, mutation, subscription = map(compiler.root, ROOTS)
    schema = Schema(query, mutation, subscription, config=StrawberryConfig(scalar_map=scalars.definitions()))
    schema._schema.directives = introspection.directives(schema._schema.directives)
    return schema


def sdl(schema: strawberry.Schema) -> str:
    """A schema as text, whole in itself: AppSync's scalars and directives are declared in it."""
    return HEAD + print_schema(schema) + "\n"


def contract(schema: strawberry.Schema) -> str:
    """A schema as text, and how its fields are wired: what a desk that serves it has to know."""
    wired = [(row.path, row.function, row.who, row.batch, row.cache, row.evicts, row.local) for row in FIELDS]
    return sdl(schema) + repr((wired, LIMITS))


class Compiler:
    """Makes each Strawberry class empty before its members are known, since types refer to each other in circles."""

    def __init__(self, rows: tuple[Field, ...]) -> None:
        self.rows = rows
        self.modes = type_info.reached(rows)
        self.made: dict[str, type] = {}

    def root(self, name: str) -> Any:
        rows = self.rows_of(name)
        if not rows:
            return None
        return self.define(name, lambda: {row.name: self.answered(row) for row in rows.values()}, strawberry.type, {})

    def rows_of(self, parent: str) -> dict[str, Field]:
        return {row.name: row for row in self.rows if row.parent == parent}

    def define(
        self, name: str, members: Callable[[], dict[str, Member]], finish: Callable[..., Any], also: dict[str, Any]
    ) -> Any:
        if name not in self.made:
            made = self.made[name] = type(name, (), {})
            described = members()
            made.__annotations__ = {member: kind for member, (kind, _) in described.items()}
            for member, (_, field) in described.items():
                setattr(made, member, field)
            finish(made, **also)
        return self.made[name]

    def answer(self, kind: Any) -> Any:
        directives = [directive(mode.directive) for mode in self.modes[type_info.name(kind)]]
        also = {"description": type_info.docstring(kind), "directives": directives}
        return self.define(type_info.name(kind), lambda: self.members(kind), strawberry.type, also)

    def members(self, kind: Any) -> dict[str, Member]:
        """A record's attributes and the fields that its rows answer, each where the record has it, the rest behind."""
        rows = self.rows_of(type_info.name(kind))
        attributes = type_info.attributes(kind)
        shown = [name for name in attributes if name in rows or not type_info.internal(attributes[name])]
        behind = [name for name in rows if name not in attributes]
        return {
            name: self.answered(rows[name]) if name in rows else self.plain(attributes[name]) for name in shown + behind
        }

    def plain(self, kind: Any) -> Member:
        """A field that comes with its parent."""
        reason = type_info.deprecation(kind)
        return translated(kind, self.answer), strawberry.field(
            description=type_info.description(kind), deprecation_reason=reason
        )

    def answered(self, row: Field) -> Member:
        """A field that a function answers: arguments and result from its signature, description from its docstring.

        It may always be null, so that one failing field never blanks the object around it.
        """

        def resolver() -> None: ...

        arguments = [self.argument(row, *named) for named in encoding.parameters(row.resolver).items()]
        answer: Any = translated(encoding.result(row), self.answer) | None
        vars(resolver)["__signature__"] = inspect.Signature(arguments, return_annotation=answer)
        follows = [directive("aws_subscribe", mutations=list(row.follows))] if row.follows else []
        return answer, strawberry.field(
            resolver=resolver,
            description=inspect.getdoc(row.resolver),
            deprecation_reason=row.deprecated,
            directives=[*(directive(mode.directive) for mode in row.who), *follows],
        )

    def argument(self, row: Field, name: str, kind: Any) -> inspect.Parameter:
        default = inspect.signature(row.resolver).parameters[name].default
        told = strawberry.argument(name=camel(name), description=type_info.description(kind))
        annotation: Any = Annotated[translated(kind, self.ask), told]
        return inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=graphql_default(default), annotation=annotation
        )

    def ask(self, kind: Any) -> Any:
        """A record as it is asked; one that is answered as well goes by another name here."""
        name = kind.__name__ if kind.__name__.endswith(("Input", "Filter")) else f"{kind.__name__}Input"
        return self.define(name, lambda: self.asked(kind), strawberry.input, {"description": type_info.docstring(kind)})

    def asked(self, kind: Any) -> dict[str, Member]:
        defaults = {camel(field.name): graphql_default(field.default) for field in fields(kind)}
        return {
            name: (
                translated(inner, self.ask),
                strawberry.field(description=type_info.description(inner), default=defaults[name]),
            )
            for name, inner in type_info.attributes(kind).items()
        }


@cache
def directive_class(name: str) -> Any:
    """AppSync's directive of this name; strawberry declares those in use."""
    subscribe = name == "aws_subscribe"
    made = type(name, (), {"__annotations__": {"mutations": list[str]} if subscribe else {}})
    locations = [Location.FIELD_DEFINITION] if subscribe else [Location.OBJECT, Location.FIELD_DEFINITION]
    return strawberry.schema_directive(locations=locations, name=name)(made)


def directive(name: str, **values: Any) -> Any:
    return directive_class(name)(**values)


def translated(kind: Any, record: Callable[[Any], Any]) -> Any:
    """A type as Strawberry takes it; `record` says what becomes of a record. What may be left out may be null."""
    kind = type_info.bare(kind)
    if arms := type_info.arms(kind):
        return translated(arms[0], record) | None
    if type_info.is_record(kind):
        return record(kind)
    if get_origin(kind) in (list, tuple):
        return list[translated(get_args(kind)[0], record)]  # type: ignore[misc]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return strawberry.enum(kind, description=inspect.getdoc(kind))
    return strawberry.ID if kind is ID else kind


def graphql_default(default: Any) -> Any:
    """A Python default as the schema tells it: null and ABSENT are no default there, only leave to leave out."""
    return strawberry.UNSET if default in (None, ABSENT) else default


def main() -> None:
    """Writes schema.graphql and the other contracts; with `--print` puts the schema out instead."""
    if "--print" in sys.argv:
        sys.stdout.write(contract(build()))
    else:
        FILE.write_text(sdl(build()))
        print(f"wrote {', '.join([FILE.name, *contracts.write()])}")


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    main()
