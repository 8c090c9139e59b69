"""Compiles records and field configurations to a Strawberry schema.

The local server executes it; clients and CDK read it as `schema.graphql`. `python -m local.schema.compiler` writes that
file and `contracts/*.json`.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin

import strawberry
from graphql import GraphQLError
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema_directive import Location
from strawberry.types.execution import ExecutionContext

from data.records import ID, UNSET, DescribedEnum
from local import stdio
from local.appsync.language import introspection
from local.paths import ROOT
from local.schema import contracts, scalars, type_info
from resolvers.field_config import ROOT_TYPES, FieldConfig
from resolvers.runtime import encoding
from resolvers.runtime.encoding import camel_case
from resolvers.wiring import FIELDS, LIMITS

FILE = ROOT / "schema.graphql"
HEADER = "# Written by `make schema` from data/records.py and resolvers/: edit those.\n\n"

ROOT_TYPE_DESCRIPTIONS = {
    "Query": "Operations that read.",
    "Mutation": "Operations that write. Those of one request run one after the other.",
    "Subscription": "Operations that deliver changes over a WebSocket as they are published.",
}

# What the local server uses of a field's configuration, besides its schema.
SERVED_ATTRIBUTES = attrgetter("path", "function", "auth_modes", "batch", "cache", "evictions", "none_data_source")

StrawberryField = tuple[Any, Any]  # a field's type annotation, and its strawberry.field


class QuietSchema(strawberry.Schema):
    """Does not log clients' errors: local/appsync/errors.py formats errors, and logs those of the local server."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None: ...


def build_schema(field_configs: tuple[FieldConfig, ...] = FIELDS) -> strawberry.Schema:
    """Builds the schema of these fields and of every type that can be reached from them."""
    compiler = Compiler(field_configs)
    query, mutation, subscription = map(compiler.root_type, ROOT_TYPES)
    schema = QuietSchema(query, mutation, subscription, config=StrawberryConfig(scalar_map=scalars.scalar_map()))
    schema._schema.directives = introspection.supported_directives(schema._schema.directives)
    return schema


def print_sdl(schema: strawberry.Schema) -> str:
    """Returns a schema as SDL. It declares AppSync's scalars and directives, so that it is valid on its own."""
    return HEADER + print_schema(schema) + "\n"


def fingerprint(schema: strawberry.Schema) -> str:
    """Returns a text that changes whenever the schema, a field's configuration or a limit changes.

    The local server compares it to decide whether a code change requires a restart.
    """
    return print_sdl(schema) + repr(([SERVED_ATTRIBUTES(config) for config in FIELDS], LIMITS))


class Compiler:
    """Creates each Strawberry class before its fields, because types refer to each other in cycles."""

    def __init__(self, field_configs: tuple[FieldConfig, ...]) -> None:
        self.field_configs = field_configs
        self.auth_modes = type_info.reachable_auth_modes(field_configs)
        self.types: dict[str, type] = {}

    def root_type(self, name: str) -> Any:
        configs = self.configs_of(name)
        if not configs:
            return None
        return self.define(
            name,
            lambda: {config.name: self.resolved_field(config) for config in configs.values()},
            strawberry.type,
            {"description": ROOT_TYPE_DESCRIPTIONS[name]},
        )

    def configs_of(self, parent: str) -> dict[str, FieldConfig]:
        return {config.name: config for config in self.field_configs if config.parent == parent}

    def define(
        self,
        name: str,
        members: Callable[[], dict[str, StrawberryField]],
        decorator: Callable[..., Any],
        options: dict[str, Any],
    ) -> Any:
        if name not in self.types:
            type_ = self.types[name] = type(name, (), {})
            fields_by_name = members()
            type_.__annotations__ = {member: annotation for member, (annotation, _) in fields_by_name.items()}
            for member, (_, field) in fields_by_name.items():
                setattr(type_, member, field)
            decorator(type_, **options)
        return self.types[name]

    def output_type(self, type_: Any) -> Any:
        directives = [directive(mode.directive) for mode in self.auth_modes[type_info.type_name(type_)]]
        options = {"description": type_info.docstring(type_), "directives": directives}
        return self.define(type_info.type_name(type_), lambda: self.output_fields(type_), strawberry.type, options)

    def output_fields(self, type_: Any) -> dict[str, StrawberryField]:
        """Returns a record's fields in the order of its attributes; fields that only a resolver has come last.

        An attribute with a field configuration is resolved by it. Internal attributes are left out.
        """
        configs = self.configs_of(type_info.type_name(type_))
        attributes = type_info.attributes(type_)
        visible = [name for name in attributes if name in configs or not type_info.is_internal(attributes[name])]
        additional = [name for name in configs if name not in attributes]
        return {
            name: self.resolved_field(configs[name]) if name in configs else self.attribute_field(attributes[name])
            for name in visible + additional
        }

    def attribute_field(self, type_: Any) -> StrawberryField:
        """Returns a field whose value is an attribute of the parent."""
        reason = type_info.deprecation_reason(type_)
        return to_strawberry_type(type_, self.output_type), strawberry.field(
            description=type_info.description(type_), deprecation_reason=reason
        )

    def resolved_field(self, config: FieldConfig) -> StrawberryField:
        """Returns a field with a resolver: arguments and type from its signature, description from its docstring.

        The field is always nullable, so that its failure does not make the parent object null.
        """

        def resolver() -> None: ...

        arguments = [
            self.argument(config, *parameter) for parameter in encoding.argument_types(config.resolver).items()
        ]
        result_type: Any = to_strawberry_type(encoding.result_type(config), self.output_type) | None
        vars(resolver)["__signature__"] = inspect.Signature(arguments, return_annotation=result_type)
        subscribe_directives = (
            [directive("aws_subscribe", mutations=list(config.subscribes_to))] if config.subscribes_to else []
        )
        return result_type, strawberry.field(
            resolver=resolver,
            description=inspect.getdoc(config.resolver),
            deprecation_reason=config.deprecated,
            directives=[*(directive(mode.directive) for mode in config.auth_modes), *subscribe_directives],
        )

    def argument(self, config: FieldConfig, name: str, type_: Any) -> inspect.Parameter:
        default = inspect.signature(config.resolver).parameters[name].default
        metadata = strawberry.argument(name=camel_case(name), description=type_info.description(type_))
        annotation: Any = Annotated[to_strawberry_type(type_, self.input_type), metadata]
        return inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=graphql_default(default), annotation=annotation
        )

    def input_type(self, type_: Any) -> Any:
        """Returns the input type of a record. Adds "Input" to a name that has neither the suffix Input nor Filter."""
        name = type_.__name__ if type_.__name__.endswith(("Input", "Filter")) else f"{type_.__name__}Input"
        return self.define(
            name, lambda: self.input_fields(type_), strawberry.input, {"description": type_info.docstring(type_)}
        )

    def input_fields(self, type_: Any) -> dict[str, StrawberryField]:
        defaults = {camel_case(field.name): graphql_default(field.default) for field in fields(type_)}
        return {
            name: (
                to_strawberry_type(field_type, self.input_type),
                strawberry.field(description=type_info.description(field_type), default=defaults[name]),
            )
            for name, field_type in type_info.attributes(type_).items()
        }


@cache
def directive_class(name: str) -> Any:
    """Returns the class of an AppSync directive. Strawberry declares the directives in use."""
    is_subscribe = name == "aws_subscribe"
    type_ = type(name, (), {"__annotations__": {"mutations": list[str]} if is_subscribe else {}})
    locations = [Location.FIELD_DEFINITION] if is_subscribe else [Location.OBJECT, Location.FIELD_DEFINITION]
    return strawberry.schema_directive(locations=locations, name=name)(type_)


def directive(name: str, **values: Any) -> Any:
    return directive_class(name)(**values)


def to_strawberry_type(type_: Any, convert_record: Callable[[Any], Any]) -> Any:
    """Converts a Python type to Strawberry's annotation, records by `convert_record`. An optional type is nullable."""
    type_ = type_info.strip_annotations(type_)
    if members := type_info.union_members(type_):
        return to_strawberry_type(members[0], convert_record) | None
    if type_info.is_record(type_):
        return convert_record(type_)
    if get_origin(type_) in (list, tuple):
        return list[to_strawberry_type(get_args(type_)[0], convert_record)]  # type: ignore[misc]
    if isinstance(type_, type) and issubclass(type_, DescribedEnum):
        return to_strawberry_enum(type_)
    return strawberry.ID if type_ is ID else type_


def to_strawberry_enum(type_: type[DescribedEnum]) -> Any:
    """Returns an enum as Strawberry's, with the descriptions of its docstring and of its members."""
    enum: Any = strawberry.enum(type_, description=inspect.getdoc(type_))
    for value in enum.__strawberry_definition__.values:
        value.description = type_[value.name].description
    return enum


def graphql_default(default: Any) -> Any:
    """Returns the default value for the schema. None and UNSET only make an argument optional and are not declared."""
    return strawberry.UNSET if default in (None, UNSET) else default


def main() -> None:
    """Writes schema.graphql and contracts/*.json; with `--print` prints the schema's fingerprint instead."""
    if "--print" in sys.argv:
        sys.stdout.write(fingerprint(build_schema()))
    else:
        sdl = print_sdl(build_schema())
        try:
            contract_files = contracts.write_files()
        except contracts.MissingDefault as error:
            sys.exit(str(error))
        FILE.write_text(sdl)
        print(f"wrote {', '.join([FILE.name, *contract_files])}")


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    main()
