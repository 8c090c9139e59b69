"""The schema coordinates that an operation uses: fields, arguments, omitted arguments, possible types."""

import pytest
from graphql import build_schema, parse

from schema_diff.graphql.operation_coverage import coordinates_used_by

SCHEMA = build_schema(
    """
    type Query { home(id: ID!, deep: Boolean = true, by: Sort): Home  node: Node  any: Either  save(input: Input): Int }
    interface Node { id: ID! }
    type Home implements Node { id: ID! status: Status rooms: [Room] }
    type Room { name: String }
    union Either = Home | Room
    enum Status { ON OFF }
    enum Sort { UP DOWN }
    input Input { a: Int  b: Sort  c: Deep }
    input Deep { d: Int }
    """
)


def used_coordinates(operation: str) -> set[str]:
    return {
        coordinate
        for coordinate in coordinates_used_by(SCHEMA, parse(operation))
        if coordinate not in ("Query", "Boolean", "ID", "Int", "String")
    }


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            '{ home(id: "1") { status } }',
            "Query.home Query.home(id:) Query.home(deep:)- Query.home(by:)- Home Home.status Status ID<",
        ),
        (
            '{ home(id: "1", deep: false, by: UP) { id } }',
            "Query.home Query.home(id:) Query.home(deep:) Query.home(by:) Sort.UP Sort< Home Home.id ID< Boolean<",
        ),
        ("{ node { id __typename } }", "Query.node Node Node.id Home Home.id"),
        ("{ any { ... on Room { name } } }", "Query.any Either Home Room Room.name"),
        ("{ save(input: { a: 1 }) }", "Query.save Query.save(input:) Input< Input.a Input.b- Input.c- Int<"),
        ("{ save }", "Query.save Query.save(input:)-"),
        (
            "query($deep: Boolean) { home(id: 1, deep: $deep) { id } }",
            "Query.home Query.home(id:) Query.home(deep:) Query.home(deep:)- Query.home(by:)- Home Home.id "
            "ID< Boolean<",
        ),
        (
            "query($deep: Boolean!) { home(id: 1, deep: $deep) { id } }",
            "Query.home Query.home(id:) Query.home(deep:) Query.home(by:)- Home Home.id ID< Boolean<",
        ),
        (
            "query($by: Sort!) { home(id: 1, by: $by) { id } }",
            "Query.home Query.home(id:) Query.home(deep:)- Query.home(by:) Home Home.id ID< Sort< Sort.UP Sort.DOWN",
        ),
        (
            "query($input: Input!) { save(input: $input) }",
            "Query.save Query.save(input:) Input< Input.a Input.a- Input.b Input.b- Input.c Input.c- Deep< "
            "Deep.d Deep.d- Sort< Sort.UP Sort.DOWN Int<",
        ),
        (
            "{ home(id: 1) { ...One } } fragment One on Home { rooms { name } }",
            "Query.home Query.home(id:) Query.home(deep:)- Query.home(by:)- Home Home.rooms Room Room.name ID<",
        ),
    ],
)
def test_an_operation_uses_exactly_these_coordinates(operation: str, expected: str) -> None:
    assert used_coordinates(operation) == set(expected.split())
