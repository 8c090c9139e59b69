"""Rules over the whole table of fields: what each row must be, and what its function must look like."""

import inspect
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from data import records
from local.dynamodb import ROOT
from resolvers import changes, encoding, history, images, listings, properties, users
from resolvers.caller import Caller
from resolvers.field import COGNITO, IAM, OIDC, ROOTS, Evict, Field
from resolvers.wiring import FIELDS, LIMITS, PARENTS_OF_PAGES, ROWS

MODULES = (changes, history, images, listings, properties, users)
STREAM = {  # the functions that answer no field, but take what the table's stream tells
    changes.handle,
    changes.change,
    changes.difference,
    changes.in_zips,
    changes.homes,
    changes.removed_at,
    changes.short,
    changes.cut,
}
BATCHED = [row for row in FIELDS if row.batch]
CACHED = [row for row in FIELDS if row.cache]
MUTATIONS = [row for row in FIELDS if row.parent == "Mutation"]
CHANGES_A_HOME = [row for row in MUTATIONS if row.function in ("properties", "images") and row.name != "createProperty"]
EVICTS = [(row, evict) for row in FIELDS for evict in row.evicts]


def path_of(row: object) -> str | None:
    return row.path if isinstance(row, Field) else None


def functions(module: object) -> set[Any]:
    """The functions that a module defines."""
    found = inspect.getmembers(module, inspect.isfunction)
    return {function for _, function in found if inspect.getmodule(function) is module}


def field(schema: GraphQLSchema, path: str) -> Any:
    """The field at a path of the schema; None where there is none."""
    parent, _, name = path.partition(".")
    kind = schema.get_type(parent)
    return kind.fields.get(name) if isinstance(kind, GraphQLObjectType) else None


def argument(schema: GraphQLSchema, row: Field, path: str) -> str | None:
    """What the schema says is found at a path in the resolver's context; None where it knows of nothing there."""
    first, *names = path.split(".")
    found, members = first, field(schema, row.path).args if first == "arguments" else {}
    for name in names:
        if name not in members:
            return None
        found, kind = str(members[name].type), get_named_type(members[name].type)
        members = kind.fields if isinstance(kind, GraphQLInputObjectType) else {}
    return found


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


@pytest.mark.parametrize("row", FIELDS, ids=path_of)
def test_a_row_is_of_a_field_of_the_schema(schema: GraphQLSchema, row: Field) -> None:
    assert field(schema, row.path) is not None, f"schema.graphql lacks {row.path}: run `make schema`"


def test_each_field_has_one_row() -> None:
    assert len(ROWS) == len(FIELDS)


def test_each_root_field_of_the_schema_has_a_row(schema: GraphQLSchema) -> None:
    types = [schema.get_type(root) for root in ROOTS]
    assert {f"{kind.name}.{name}" for kind in types if isinstance(kind, GraphQLObjectType) for name in kind.fields} == {
        row.path for row in FIELDS if row.parent in ROOTS
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_each_function_answers_a_field(module: object) -> None:
    unused = {function.__name__ for function in functions(module) - STREAM - {row.resolver for row in FIELDS}}
    assert unused == set(), f"no entry of FIELDS in resolvers/wiring.py names these functions of {module}"


@pytest.mark.parametrize("row", FIELDS, ids=path_of)
def test_a_row_names_its_modules_own_function(row: Field) -> None:
    module = row.resolver.__module__
    assert any(row.resolver in functions(module) for module in MODULES), f"add {module} to MODULES in this file"


@pytest.mark.parametrize("row", FIELDS, ids=path_of)
def test_a_row_says_who_may_ask(row: Field) -> None:
    assert row.who


@pytest.mark.parametrize("row", FIELDS, ids=path_of)
def test_the_backend_alone_publishes_and_does_nothing_else(row: Field) -> None:
    assert row.who == ((IAM,) if row.name.startswith("publish") else (COGNITO, OIDC))


@pytest.mark.parametrize("row", FIELDS, ids=path_of)
def test_the_fields_below_a_root_are_batched_and_no_others(row: Field) -> None:
    assert bool(row.batch) == (row.parent not in ROOTS), f"give {row.path} a Batch in resolvers/wiring.py"


@pytest.mark.parametrize("row", BATCHED, ids=path_of)
def test_a_batch_of_connections_is_small_enough_for_appsync(row: Field) -> None:
    is_connection = get_origin(encoding.result(row)) is records.Connection
    assert row.batch
    assert not is_connection or row.batch.size <= PARENTS_OF_PAGES, "use Batch(PARENTS_OF_PAGES) in resolvers/wiring.py"


@pytest.mark.parametrize("row", BATCHED, ids=path_of)
def test_a_batched_function_is_handed_a_list_of_its_parents(row: Field) -> None:
    parent = vars(records)[row.parent]
    handed = get_type_hints(parent)[row.batch.by] if row.batch and row.batch.by else parent
    first = next(iter(inspect.signature(row.resolver).parameters.values()))
    assert first.kind is inspect.Parameter.POSITIONAL_ONLY
    assert get_args(get_type_hints(row.resolver)[first.name]) == (handed,)


@pytest.mark.parametrize("row", BATCHED, ids=path_of)
def test_a_batched_function_answers_a_list(row: Field) -> None:
    assert get_origin(get_type_hints(row.resolver)["return"]) is list


@pytest.mark.parametrize("row", [row for row in FIELDS if not row.batch], ids=path_of)
def test_a_root_function_is_handed_arguments_by_name_and_may_answer_null(row: Field) -> None:
    kinds = {parameter.kind for parameter in inspect.signature(row.resolver).parameters.values()}
    assert kinds <= {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    answer = get_type_hints(row.resolver)["return"]
    assert type(None) in get_args(answer) or row.path == "Query.properties"


@pytest.mark.parametrize("row", CACHED, ids=path_of)
def test_what_depends_on_the_caller_is_never_kept_for_another(row: Field) -> None:
    asks_who = Caller in get_type_hints(row.resolver).values()
    by_whom = [path for path in (row.cache.by if row.cache else ()) if path.startswith("identity.")]
    assert bool(by_whom) or not asks_who


@pytest.mark.parametrize("row", CACHED, ids=path_of)
def test_answers_are_kept_by_arguments_of_their_field(schema: GraphQLSchema, row: Field) -> None:
    assert row.cache
    assert all(argument(schema, row, path) for path in row.cache.by)


@pytest.mark.parametrize(("row", "evict"), EVICTS, ids=path_of)
def test_an_eviction_gives_exactly_the_keys_of_a_kept_answer(row: Field, evict: Evict) -> None:
    kept = ROWS[evict.field].cache
    assert kept
    assert sorted(evict.keys) == sorted(kept.by)


@pytest.mark.parametrize(("row", "evict"), EVICTS, ids=path_of)
def test_an_eviction_finds_its_values_in_the_mutations_arguments(
    schema: GraphQLSchema, row: Field, evict: Evict
) -> None:
    kept = ROWS[evict.field]
    assert {path: argument(schema, row, value) for path, value in evict.keys.items()} == {
        path: argument(schema, kept, path) for path in evict.keys
    }


@pytest.mark.parametrize("row", CHANGES_A_HOME, ids=path_of)
def test_a_change_of_a_home_evicts_that_home(row: Field) -> None:
    id = "arguments.id" if "id" in inspect.signature(row.resolver).parameters else "arguments.propertyId"
    assert row.evicts == (Evict("Query.property", {"arguments.id": id}),)


def test_there_are_six_changes_of_a_home() -> None:
    assert [row.name for row in CHANGES_A_HOME] == [
        "updateProperty",
        "deleteProperty",
        "addImage",
        "updateImage",
        "removeImage",
        "reorderImages",
    ]


def test_a_change_that_came_by_another_way_evicts_the_home_when_it_is_published() -> None:
    [evict] = ROWS["Mutation.publishPropertyChange"].evicts
    assert evict == Evict("Query.property", {"arguments.id": "arguments.input.propertyId"})


@pytest.mark.parametrize("row", [row for row in FIELDS if row.follows], ids=path_of)
def test_a_subscription_answers_what_the_mutations_it_follows_answer(schema: GraphQLSchema, row: Field) -> None:
    followed = [field(schema, f"Mutation.{name}").type for name in row.follows]
    assert followed == [field(schema, row.path).type] * len(row.follows)


@pytest.mark.parametrize("row", [row for row in FIELDS if row.follows], ids=path_of)
def test_a_subscription_asks_by_fields_of_what_it_answers(schema: GraphQLSchema, row: Field) -> None:
    answered = field(schema, row.path)
    asked = {name: str(asked.type) for name, asked in answered.args.items()}
    assert asked == {name: str(answered.type.fields[name].type) for name in asked}


@pytest.mark.parametrize("row", FIELDS, ids=path_of)
def test_appsync_itself_answers_what_is_published_and_followed_and_nothing_else(row: Field) -> None:
    assert row.local == (row.function == "changes")


def test_a_request_may_not_ask_more_than_appsync_allows() -> None:
    assert (LIMITS.seconds <= 30, LIMITS.tokens <= 15_000, LIMITS.depth <= 75) == (True, True, True)
