"""Rules for the field registry: the options of each entry and the signature of its resolver."""

import inspect
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from data import records
from local.paths import ROOT
from resolvers import history, images, listings, properties, stream, users
from resolvers.field_config import COGNITO, IAM, OIDC, ROOT_TYPES, CacheEviction, FieldConfig
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller
from resolvers.wiring import CONNECTION_BATCH_SIZE, FIELD_BY_PATH, FIELDS, LIMITS

MODULES = (stream, history, images, listings, properties, users)
STREAM_FUNCTIONS = {  # functions of the stream's handler, which resolve no field
    stream.handle,
    stream.to_property_change,
    stream.difference,
    stream.to_zip_changes,
    stream.old_and_new,
    stream.deleted_at,
    stream.truncate_change,
    stream.truncate,
}
BATCHED = [config for config in FIELDS if config.batch]
CACHED = [config for config in FIELDS if config.cache]
MUTATIONS = [config for config in FIELDS if config.parent == "Mutation"]
PROPERTY_CHANGES = [
    config for config in MUTATIONS if config.function in ("properties", "images") and config.name != "createProperty"
]
SUBSCRIPTIONS = [config for config in FIELDS if config.subscribes_to]
EVICTIONS = [(config, eviction) for config in FIELDS for eviction in config.evictions]


def functions(module: object) -> set[Any]:
    """Returns the functions that a module defines."""
    members = inspect.getmembers(module, inspect.isfunction)
    return {function for _, function in members if inspect.getmodule(function) is module}


def field(schema: GraphQLSchema, path: str) -> Any:
    """Returns the field at a path of the schema; None if there is none."""
    parent, _, name = path.partition(".")
    type_ = schema.get_type(parent)
    return type_.fields.get(name) if isinstance(type_, GraphQLObjectType) else None


def argument_type(schema: GraphQLSchema, config: FieldConfig, path: str) -> str | None:
    """Returns the schema's type of a path into the resolver's context; None if the path does not exist."""
    first, *names = path.split(".")
    type_name, members = first, field(schema, config.path).args if first == "arguments" else {}
    for name in names:
        if name not in members:
            return None
        type_name, type_ = str(members[name].type), get_named_type(members[name].type)
        members = type_.fields if isinstance(type_, GraphQLInputObjectType) else {}
    return type_name


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def test_each_entry_is_a_field_of_the_schema(schema: GraphQLSchema) -> None:
    missing = [config.path for config in FIELDS if field(schema, config.path) is None]
    assert missing == [], "schema.graphql lacks these fields: run `make schema`"


def test_each_field_has_one_entry() -> None:
    assert len(FIELD_BY_PATH) == len(FIELDS)


def test_each_root_field_of_the_schema_has_an_entry(schema: GraphQLSchema) -> None:
    types = [schema.get_type(root) for root in ROOT_TYPES]
    assert {
        f"{type_.name}.{name}" for type_ in types if isinstance(type_, GraphQLObjectType) for name in type_.fields
    } == {config.path for config in FIELDS if config.parent in ROOT_TYPES}


def test_each_resolver_belongs_to_a_field() -> None:
    defined = set().union(*map(functions, MODULES))
    unused = defined - STREAM_FUNCTIONS - {config.resolver for config in FIELDS}
    assert unused == set(), "no entry of FIELDS in resolvers/wiring.py names these functions"


def test_an_entry_names_a_function_of_a_resolver_module() -> None:
    defined = set().union(*map(functions, MODULES))
    missing = sorted({config.resolver.__module__ for config in FIELDS if config.resolver not in defined})
    assert missing == [], "add these modules to MODULES in this file"


def test_a_resolver_has_a_docstring() -> None:
    without = [
        f"{config.resolver.__module__}.{config.resolver.__name__}"
        for config in FIELDS
        if not inspect.getdoc(config.resolver)
    ]
    assert without == [], "write the docstring of these resolvers: it is the description of the field"


def test_only_the_backend_may_publish_and_it_may_do_nothing_else() -> None:
    assert {config.path: config.auth_modes for config in FIELDS} == {
        config.path: (IAM,) if config.name.startswith("publish") else (COGNITO, OIDC) for config in FIELDS
    }, "use SIGNED_IN, or BACKEND for a `publish` mutation, in resolvers/wiring.py"


def test_the_fields_below_a_root_are_batched_and_no_others() -> None:
    nested = [config.path for config in FIELDS if config.parent not in ROOT_TYPES]
    assert [config.path for config in BATCHED] == nested, (
        "give each of these fields, and no other, a Batch in resolvers/wiring.py"
    )


def test_a_batch_of_connections_is_small_enough_for_appsync() -> None:
    pages = [config for config in BATCHED if get_origin(encoding.result_type(config)) is records.Connection]
    too_large = [config.path for config in pages if config.batch and config.batch.size > CONNECTION_BATCH_SIZE]
    assert too_large == [], "use Batch(CONNECTION_BATCH_SIZE) in resolvers/wiring.py"


def parent_parameter(config: FieldConfig) -> tuple[Any, Any]:
    """Returns the kind of a batched resolver's first parameter, and the item type of its list."""
    first = next(iter(inspect.signature(config.resolver).parameters.values()))
    return first.kind, get_args(get_type_hints(config.resolver)[first.name])


def parent_type(config: FieldConfig) -> Any:
    """Returns the type that a batched resolver receives for each parent: the parent, or its attribute `batch.by`."""
    parent = vars(records)[config.parent]
    return get_type_hints(parent)[config.batch.by] if config.batch and config.batch.by else parent


def test_a_batched_resolver_takes_a_list_of_parents() -> None:
    assert {config.path: parent_parameter(config) for config in BATCHED} == {
        config.path: (inspect.Parameter.POSITIONAL_ONLY, (parent_type(config),)) for config in BATCHED
    }, "the resolver's first parameter is a list of parents, or of their attribute `by`, and positional-only (`/`)"


def test_a_batched_resolver_returns_a_list() -> None:
    violations = [
        config.path for config in BATCHED if get_origin(get_type_hints(config.resolver)["return"]) is not list
    ]
    assert violations == [], "annotate the result of these resolvers with a list: one value for each parent"


def test_a_root_resolver_takes_arguments_by_name() -> None:
    parameter_kinds = {
        config.path: {parameter.kind for parameter in inspect.signature(config.resolver).parameters.values()}
        for config in FIELDS
        if not config.batch
    }
    by_name = {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    violations = {path: actual_kinds for path, actual_kinds in parameter_kinds.items() if not actual_kinds <= by_name}
    assert violations == {}, "remove `/` and `*` from the signature of these resolvers"


def test_a_root_field_is_nullable_unless_it_is_a_list() -> None:
    results = {
        config.path: get_args(get_type_hints(config.resolver)["return"]) for config in FIELDS if not config.batch
    }
    non_null = [path for path, types_ in results.items() if type(None) not in types_]
    assert non_null == ["Query.properties"], "annotate the result of each other resolver with `| None`"


def test_a_result_for_a_caller_is_never_cached_for_another() -> None:
    asks_who = [config for config in CACHED if Caller in get_type_hints(config.resolver).values()]
    cache_keys = {config.path: config.cache.keys for config in asks_who if config.cache}
    shared = [path for path, keys in cache_keys.items() if not any(key.startswith("identity.") for key in keys)]
    assert shared == [], "add an `identity` key to the Cache of these entries in resolvers/wiring.py"


def test_caching_keys_are_arguments_of_their_field(schema: GraphQLSchema) -> None:
    cache_keys = [(config, path) for config in CACHED if config.cache for path in config.cache.keys]
    assert [(config.path, path) for config, path in cache_keys if not argument_type(schema, config, path)] == []


def test_an_eviction_has_exactly_the_caching_keys_of_its_field() -> None:
    cache_by_field = {eviction.field: FIELD_BY_PATH[eviction.field].cache for _, eviction in EVICTIONS}
    assert [(config.path, eviction.field, sorted(eviction.keys)) for config, eviction in EVICTIONS] == [
        (config.path, eviction.field, sorted(cache.keys) if (cache := cache_by_field[eviction.field]) else None)
        for config, eviction in EVICTIONS
    ]


def test_an_eviction_takes_its_values_from_the_mutations_arguments(schema: GraphQLSchema) -> None:
    values = [
        (config, eviction.field, path, value) for config, eviction in EVICTIONS for path, value in eviction.keys.items()
    ]
    assert [
        (config.path, field, path, argument_type(schema, config, value)) for config, field, path, value in values
    ] == [
        (config.path, field, path, argument_type(schema, FIELD_BY_PATH[field], path))
        for config, field, path, _ in values
    ]


def test_each_change_of_a_property_evicts_it() -> None:
    ids = {
        config.path: "id" if "id" in inspect.signature(config.resolver).parameters else "propertyId"
        for config in PROPERTY_CHANGES
    }
    assert {config.path: config.evictions for config in PROPERTY_CHANGES} == {
        path: (CacheEviction("Query.property", {"arguments.id": f"arguments.{id}"}),) for path, id in ids.items()
    }, "set `evictions` of these entries in resolvers/wiring.py"


def test_six_mutations_change_a_property() -> None:
    assert [config.name for config in PROPERTY_CHANGES] == [
        "updateProperty",
        "deleteProperty",
        "addImage",
        "updateImage",
        "removeImage",
        "reorderImages",
    ], "add a new one to this list, with its eviction in resolvers/wiring.py"


def test_a_published_change_evicts_the_property() -> None:
    [eviction] = FIELD_BY_PATH["Mutation.publishPropertyChange"].evictions
    assert eviction == CacheEviction("Query.property", {"arguments.id": "arguments.input.propertyId"})


def test_a_subscription_has_the_type_of_its_mutations(schema: GraphQLSchema) -> None:
    pairs = [(config, f"Mutation.{name}") for config in SUBSCRIPTIONS for name in config.subscribes_to]
    assert [(config.path, field(schema, path).type) for config, path in pairs] == [
        (config.path, field(schema, config.path).type) for config, _ in pairs
    ]


def test_the_arguments_of_a_subscription_are_fields_of_its_type(schema: GraphQLSchema) -> None:
    fields = {config.path: field(schema, config.path) for config in SUBSCRIPTIONS}
    assert {
        path: {name: str(argument_.type) for name, argument_ in answer.args.items()} for path, answer in fields.items()
    } == {path: {name: str(answer.type.fields[name].type) for name in answer.args} for path, answer in fields.items()}


def test_only_published_and_subscribed_fields_have_no_function() -> None:
    assert [config.path for config in FIELDS if config.none_data_source] == [
        config.path for config in FIELDS if config.function == "stream"
    ]


def test_the_limits_are_within_those_of_appsync() -> None:
    assert (LIMITS.seconds <= 30, LIMITS.tokens <= 15_000, LIMITS.depth <= 75) == (True, True, True)
