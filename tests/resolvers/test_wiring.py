"""Rules over the whole table of fields: what each row must be, and what its function must look like."""

import inspect
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from data import records
from local.paths import ROOT
from resolvers import history, images, listings, properties, stream, users
from resolvers.field_config import COGNITO, IAM, OIDC, ROOTS, Evict, Field
from resolvers.runtime import encoding
from resolvers.runtime.caller import Caller
from resolvers.wiring import FIELDS, LIMITS, PARENTS_OF_PAGES, ROWS

MODULES = (stream, history, images, listings, properties, users)
STREAM = {  # the functions that answer no field, but take what the table's stream tells
    stream.handle,
    stream.change,
    stream.difference,
    stream.in_zips,
    stream.homes,
    stream.removed_at,
    stream.short,
    stream.cut,
}
BATCHED = [row for row in FIELDS if row.batch]
CACHED = [row for row in FIELDS if row.cache]
MUTATIONS = [row for row in FIELDS if row.parent == "Mutation"]
CHANGES_A_HOME = [row for row in MUTATIONS if row.function in ("properties", "images") and row.name != "createProperty"]
FOLLOWING = [row for row in FIELDS if row.follows]
EVICTS = [(row, evict) for row in FIELDS for evict in row.evicts]


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


def test_a_row_is_of_a_field_of_the_schema(schema: GraphQLSchema) -> None:
    missing = [row.path for row in FIELDS if field(schema, row.path) is None]
    assert missing == [], "schema.graphql lacks these fields: run `make schema`"


def test_each_field_has_one_row() -> None:
    assert len(ROWS) == len(FIELDS)


def test_each_root_field_of_the_schema_has_a_row(schema: GraphQLSchema) -> None:
    types = [schema.get_type(root) for root in ROOTS]
    assert {f"{kind.name}.{name}" for kind in types if isinstance(kind, GraphQLObjectType) for name in kind.fields} == {
        row.path for row in FIELDS if row.parent in ROOTS
    }


def test_each_function_answers_a_field() -> None:
    defined = set().union(*map(functions, MODULES))
    unused = defined - STREAM - {row.resolver for row in FIELDS}
    assert unused == set(), "no entry of FIELDS in resolvers/wiring.py names these functions"


def test_a_row_names_its_modules_own_function() -> None:
    defined = set().union(*map(functions, MODULES))
    missing = sorted({row.resolver.__module__ for row in FIELDS if row.resolver not in defined})
    assert missing == [], "add these modules to MODULES in this file"


def test_a_resolver_has_a_docstring() -> None:
    without = [
        f"{row.resolver.__module__}.{row.resolver.__name__}" for row in FIELDS if not inspect.getdoc(row.resolver)
    ]
    assert without == [], "write the docstring of these resolvers: it is the description of the field"


def test_the_backend_alone_publishes_and_does_nothing_else() -> None:
    assert {row.path: row.who for row in FIELDS} == {
        row.path: (IAM,) if row.name.startswith("publish") else (COGNITO, OIDC) for row in FIELDS
    }


def test_the_fields_below_a_root_are_batched_and_no_others() -> None:
    nested = [row.path for row in FIELDS if row.parent not in ROOTS]
    assert [row.path for row in BATCHED] == nested, (
        "give each of these fields, and no other, a Batch in resolvers/wiring.py"
    )


def test_a_batch_of_connections_is_small_enough_for_appsync() -> None:
    pages = [row for row in BATCHED if get_origin(encoding.result(row)) is records.Connection]
    too_large = [row.path for row in pages if row.batch and row.batch.size > PARENTS_OF_PAGES]
    assert too_large == [], "use Batch(PARENTS_OF_PAGES) in resolvers/wiring.py"


def handed(row: Field) -> tuple[Any, Any]:
    """How a batched function takes its first argument, and of what that is a list."""
    first = next(iter(inspect.signature(row.resolver).parameters.values()))
    return first.kind, get_args(get_type_hints(row.resolver)[first.name])


def parent_of(row: Field) -> Any:
    """What a batched field's function is handed for each instance: the parent, or the attribute that it goes by."""
    parent = vars(records)[row.parent]
    return get_type_hints(parent)[row.batch.by] if row.batch and row.batch.by else parent


def test_a_batched_function_is_handed_a_list_of_its_parents() -> None:
    assert {row.path: handed(row) for row in BATCHED} == {
        row.path: (inspect.Parameter.POSITIONAL_ONLY, (parent_of(row),)) for row in BATCHED
    }


def test_a_batched_function_answers_a_list() -> None:
    assert [row.path for row in BATCHED if get_origin(get_type_hints(row.resolver)["return"]) is not list] == []


def test_a_root_function_is_handed_arguments_by_name() -> None:
    kinds = {
        row.path: {parameter.kind for parameter in inspect.signature(row.resolver).parameters.values()}
        for row in FIELDS
        if not row.batch
    }
    by_name = {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert {path: found for path, found in kinds.items() if not found <= by_name} == {}


def test_a_root_function_may_answer_null_but_for_a_list() -> None:
    answers = {row.path: get_args(get_type_hints(row.resolver)["return"]) for row in FIELDS if not row.batch}
    assert [path for path, kinds in answers.items() if type(None) not in kinds] == ["Query.properties"]


def test_what_depends_on_the_caller_is_never_kept_for_another() -> None:
    asks_who = [row for row in CACHED if Caller in get_type_hints(row.resolver).values()]
    by = {row.path: row.cache.by for row in asks_who if row.cache}
    assert [path for path, paths in by.items() if not any(one.startswith("identity.") for one in paths)] == []


def test_answers_are_kept_by_arguments_of_their_field(schema: GraphQLSchema) -> None:
    by = [(row, path) for row in CACHED if row.cache for path in row.cache.by]
    assert [(row.path, path) for row, path in by if not argument(schema, row, path)] == []


def test_an_eviction_gives_exactly_the_keys_of_a_kept_answer() -> None:
    kept = {evict.field: ROWS[evict.field].cache for _, evict in EVICTS}
    assert [(row.path, evict.field, sorted(evict.keys)) for row, evict in EVICTS] == [
        (row.path, evict.field, sorted(cache.by) if (cache := kept[evict.field]) else None) for row, evict in EVICTS
    ]


def test_an_eviction_finds_its_values_in_the_mutations_arguments(schema: GraphQLSchema) -> None:
    values = [(row, evict.field, path, value) for row, evict in EVICTS for path, value in evict.keys.items()]
    assert [(row.path, field, path, argument(schema, row, value)) for row, field, path, value in values] == [
        (row.path, field, path, argument(schema, ROWS[field], path)) for row, field, path, _ in values
    ]


def test_a_change_of_a_home_evicts_that_home() -> None:
    ids = {
        row.path: "id" if "id" in inspect.signature(row.resolver).parameters else "propertyId" for row in CHANGES_A_HOME
    }
    assert {row.path: row.evicts for row in CHANGES_A_HOME} == {
        path: (Evict("Query.property", {"arguments.id": f"arguments.{id}"}),) for path, id in ids.items()
    }


def test_there_are_six_changes_of_a_home() -> None:
    assert [row.name for row in CHANGES_A_HOME] == [
        "updateProperty",
        "deleteProperty",
        "addImage",
        "updateImage",
        "removeImage",
        "reorderImages",
    ], "add a new one to this list, with its eviction in resolvers/wiring.py"


def test_a_change_that_came_by_another_way_evicts_the_home_when_it_is_published() -> None:
    [evict] = ROWS["Mutation.publishPropertyChange"].evicts
    assert evict == Evict("Query.property", {"arguments.id": "arguments.input.propertyId"})


def test_a_subscription_answers_what_the_mutations_it_follows_answer(schema: GraphQLSchema) -> None:
    pairs = [(row, f"Mutation.{name}") for row in FOLLOWING for name in row.follows]
    assert [(row.path, field(schema, path).type) for row, path in pairs] == [
        (row.path, field(schema, row.path).type) for row, _ in pairs
    ]


def test_a_subscription_asks_by_fields_of_what_it_answers(schema: GraphQLSchema) -> None:
    answers = {row.path: field(schema, row.path) for row in FOLLOWING}
    assert {path: {name: str(one.type) for name, one in answer.args.items()} for path, answer in answers.items()} == {
        path: {name: str(answer.type.fields[name].type) for name in answer.args} for path, answer in answers.items()
    }


def test_appsync_itself_answers_what_is_published_and_followed_and_nothing_else() -> None:
    assert [row.path for row in FIELDS if row.local] == [row.path for row in FIELDS if row.function == "stream"]


def test_a_request_may_not_ask_more_than_appsync_allows() -> None:
    assert (LIMITS.seconds <= 30, LIMITS.tokens <= 15_000, LIMITS.depth <= 75) == (True, True, True)
