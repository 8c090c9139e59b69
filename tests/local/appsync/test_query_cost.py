"""No list costs a DynamoDB request for each of its members: random queries, each with a bound on its requests.

The bound of a batched field follows from its type: ceil(keys / 100) requests, and for a connection one Query for each
parent, because each parent's connection is in its own partition. COSTS has the fields that need fewer or more requests.
If aliases share batches, the bound applies once to all instances of a field with the same arguments on one level;
otherwise once to each instance in the query.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from local.schema.compiler import FILE
from resolvers.wiring import FIELD_BY_PATH
from tests.local import dataset, queries_by_field, server_fixture
from tests.local.server_fixture import GraphQLResponse, LocalServer
from tests.profiles import examples
from tests.shared_processes import SharedProcesses

EXAMPLES = examples(3, unchecked=tuple(HealthCheck))
SCHEMA = build_schema(FILE.read_text())
ROOT_CALLS = (  # each field of Query, with arguments that have a result
    'property(id: "{property_id}")',
    'properties(ids: ["{property_id}", "{other_id}", "{property_id}"])',
    'listingsByZip(zipCode: "{zip}", first: {first}, sort: {sort})',
    'user(id: "{owner}")',
    "me",
)
COSTS: dict[str, Callable[[list[Any]], int]] = {  # requests for a list of results, if not `default_cost`
    "Query.listingsByZip": len,
    "Property.history": len,
    "User.email": lambda _: 0,
}


def default_cost(field: str, results: list[Any]) -> int:
    """Returns one request for every 100 keys. A connection needs one Query for each parent and then reads its nodes."""
    if is_connection(field):
        return len(results) + ceil(sum(len(page["nodes"]) for page in results if page) / 100)
    if is_list_type(get_nullable_type(schema_field(field).type)):
        return ceil(sum(len(members) for members in results if members) / 100)
    return ceil(len(results) / 100)


def batched_fields(parent: str) -> dict[str, str]:
    """Returns the names of a type's batched fields, each with its object type, or "" for a scalar."""
    return {
        config.name: node_type(config.path)
        for config in FIELD_BY_PATH.values()
        if config.parent == parent and config.batch
    }


def schema_field(path: str) -> GraphQLField:
    parent, _, name = path.partition(".")
    fields: dict[str, GraphQLField] = vars(SCHEMA.type_map[parent])["fields"]
    assert name in fields, f"schema.graphql lacks {path}: run `make schema`"
    return fields[name]


def is_connection(path: str) -> bool:
    return get_named_type(schema_field(path).type).name.endswith("Connection")


def node_type(path: str) -> str:
    """Returns a field's object type, or the type of a connection's nodes; "" for a scalar."""
    type_ = get_named_type(schema_field(path).type)
    if is_connection(path):
        type_ = get_named_type(vars(type_)["fields"]["nodes"].type)
    return type_.name if isinstance(type_, GraphQLObjectType) else ""


def leaf_field(parent: str) -> str:
    """Returns the first scalar field of a type that has no resolver and is not `id`."""
    fields: dict[str, GraphQLField] = vars(SCHEMA.type_map[parent])["fields"]
    excluded = ("id", *batched_fields(parent))
    return next(name for name in fields if name not in excluded and is_leaf_type(get_named_type(fields[name].type)))


@dataclass(frozen=True)
class Selection:
    """A batched field or a leaf with an alias. The children of a connection are those of its `nodes`."""

    path: str
    alias: str
    call: str
    children: tuple["Selection", ...]

    @property
    def text(self) -> str:
        inner = " ".join(child.text for child in self.children)
        nodes = f"nodes {{ {inner} }}" if "first:" in self.call else inner
        return f"{self.alias}: {self.call}" + (f" {{ {nodes} }}" if inner else "")


@st.composite
def selections(draw: st.DrawFn, parent: str, depth: int) -> tuple[Selection, ...]:
    """Draws one to three fields of a type, possibly one under two aliases, with at most `depth` more batched levels."""
    types = batched_fields(parent)
    names = draw(st.lists(st.sampled_from([leaf_field(parent), *(types if depth else ())]), min_size=1, max_size=3))
    return tuple(
        Selection(
            path=f"{parent}.{name}",
            alias=f"{name}{n}",
            call=f"{name}(first: {draw(st.integers(1, 3))})" if is_connection(f"{parent}.{name}") else name,
            children=draw(selections(types[name], depth - 1)) if types.get(name) else (),
        )
        for n, name in enumerate(names)
    )


@st.composite
def queries(draw: st.DrawFn) -> tuple[Selection, ...]:
    roots = []
    for n in range(draw(st.integers(1, 2))):
        call = draw(st.sampled_from(ROOT_CALLS))
        root_call = call.format(
            property_id=draw(st.sampled_from(dataset.PROPERTIES)).id,
            other_id=draw(st.sampled_from(dataset.PROPERTIES)).id,
            zip=draw(st.sampled_from(dataset.ZIPS)),
            first=draw(st.integers(1, 5)),
            sort=draw(st.sampled_from(["NEWEST", "PRICE_ASC", "PRICE_DESC"])),
            owner=draw(st.sampled_from(dataset.OWNERS)),
        )
        name = call.partition("(")[0]
        children = draw(selections(node_type(f"Query.{name}"), draw(st.integers(3, 5))))
        roots.append(Selection(f"Query.{name}", f"{name}{n}", root_call, children))
    return tuple(roots)


@dataclass(frozen=True)
class FieldInstance:
    """One use of a field in a query: the number of resolved levels above it, and the aliases that lead to it."""

    field: str
    call: str
    level: int
    aliases: str


def field_instances(
    selections: tuple[Selection, ...], parents: list[Any], level: int = 0, prefix: str = ""
) -> Iterator[tuple[FieldInstance, list[Any]]]:
    """Yields each field instance of a query with its results, one for each parent."""
    for selection in selections:
        results = [parent[selection.alias] for parent in parents]
        if selection.path in FIELD_BY_PATH:
            yield FieldInstance(selection.path, selection.call, level, f"{prefix}/{selection.alias}"), results
        nodes = [result["nodes"] if "first:" in selection.call and result else result for result in results]
        children = [value for result in nodes for value in (result if isinstance(result, list) else [result]) if value]
        if selection.children:
            yield from field_instances(selection.children, children, level + 1, f"{prefix}/{selection.alias}")


def allowed_requests(
    query: tuple[Selection, ...], response: GraphQLResponse, aliases_share_batch: bool
) -> Counter[str]:
    """Returns the bound of each field in a query: by arguments and level if aliases share batches, else by instance."""
    results_by_batch: dict[Any, list[Any]] = defaultdict(list)
    for instance, results in field_instances(query, [response.data]):
        is_shared = aliases_share_batch and instance.level > 0
        results_by_batch[instance.field, (instance.call, instance.level) if is_shared else instance.aliases] += results
    allowed: Counter[str] = Counter()
    for (field, _), results in results_by_batch.items():
        allowed[field] += COSTS[field](results) if field in COSTS else default_cost(field, results)
    return allowed


def expected_invocations(query: tuple[Selection, ...], response: GraphQLResponse, aliases_share_batch: bool) -> int:
    """Returns the number of invocations: one for each root field, and one for each batch that is not empty."""
    instances: dict[Any, int] = defaultdict(int)
    for instance, results in field_instances(query, [response.data]):
        is_shared = aliases_share_batch and instance.level > 0
        instances[instance.field, instance.level if is_shared else instance.aliases] += len(results)
    return sum(ceil(count / batch_size(field)) for (field, _), count in instances.items())


def batch_size(field: str) -> int:
    batch = FIELD_BY_PATH[field].batch
    return batch.size if batch else 1


@pytest.fixture(scope="module")
def server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A server where aliases of one field share a batch, with only this module's data."""
    with server_fixture.run_server(shared_processes) as local_server:
        local_server.put_items(dataset.table_items())
        yield local_server


@pytest.fixture(scope="module")
def server_without_alias_batching(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A server where each alias has its own batches."""
    with server_fixture.run_server(shared_processes, aliases_share_batch=False) as local_server:
        local_server.put_items(dataset.table_items())
        yield local_server


def test_each_root_field_is_drawn() -> None:
    names = {call.partition("(")[0] for call in ROOT_CALLS}
    missing = [
        config.name for config in FIELD_BY_PATH.values() if config.parent == "Query" and config.name not in names
    ]
    assert missing == [], "add each to ROOT_CALLS in this file, with arguments that have a result"


def test_each_batched_field_is_drawn() -> None:
    fields, types = set(), [node_type(f"Query.{call.partition('(')[0]}") for call in ROOT_CALLS]
    for parent in types:
        fields |= {f"{parent}.{name}" for name in batched_fields(parent)}
        types += [child for child in batched_fields(parent).values() if child and child not in types]
    missing = [config.path for config in FIELD_BY_PATH.values() if config.batch and config.path not in fields]
    assert missing == [], "no field of ROOT_CALLS in this file leads to them"


def data_set_value(server: LocalServer, path: str) -> Any:
    """Returns the value of a batched field for one parent of the data set; the nodes of a connection."""
    parent, _, name = path.partition(".")
    property_ = dataset.PROPERTIES[4]
    query = queries_by_field.build_query(path, property_.id, property_.zip_code or "")
    value = server.execute(query.replace("owen", dataset.OWNERS[0])).data
    for step in (*queries_by_field.PARENT_QUERIES[parent][1], name):
        value = value[step]
    return value["nodes"] if is_connection(path) else value


def test_the_data_set_has_a_value_of_each_batched_field(server: LocalServer) -> None:
    empty = [path for path, config in FIELD_BY_PATH.items() if config.batch and not data_set_value(server, path)]
    assert empty == [], "give the parents a value in tests/local/dataset.py: without one the field makes no request"


def test_a_batched_field_requires_no_argument() -> None:
    required = [
        f"{config.path}({name})"
        for config in FIELD_BY_PATH.values()
        for name, argument in (schema_field(config.path).args.items() if config.batch else ())
        if is_required_argument(argument)
    ]
    assert required == [], "draw a value for each in `selections` of this file"


@EXAMPLES
@given(query=queries())
def test_every_query_stays_within_its_bound_with_and_without_alias_batching(
    server: LocalServer, server_without_alias_batching: LocalServer, query: tuple[Selection, ...]
) -> None:
    shared = assert_within_bound(server, query, aliases_share_batch=True)
    separate = assert_within_bound(server_without_alias_batching, query, aliases_share_batch=False)
    assert shared.data == separate.data


def assert_within_bound(
    server: LocalServer, query: tuple[Selection, ...], aliases_share_batch: bool
) -> GraphQLResponse:
    """Executes a query. Asserts its number of requests and invocations, and that the trace has every request."""
    server.clear_cache()
    before = len(server.proxy.operations)
    response = server.execute("{ " + " ".join(selection.text for selection in query) + " }")
    allowed = allowed_requests(query, response, aliases_share_batch)
    assert len(response.operations) <= allowed.total(), f"a field takes more requests than {allowed}: see COSTS"
    assert len(response.invocations) == expected_invocations(query, response, aliases_share_batch)
    assert sorted(response.operations) == sorted(server.proxy.operations[before:])
    return response
