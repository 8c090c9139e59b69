"""An invalid schema is rejected with graphql-core's messages, although only a part of it is validated."""

import pytest
from graphql import parse
from graphql.validation.validate import validate_sdl

from schema_diff.graphql.schema_document import sdl_errors

QUERY = "type Query { home: Int }"


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { home: Int home: Int }",
        "type Query { home: Home }",
        "type Query { home(id: Int id: Int): Int }",
        "type Query { home(by: By = { id: 1, id: 2 }): Int } input By { id: Int }",
        "type Query { home: Int @deprecated @deprecated }",
        "type Query { home: Int @deprecated(why: 1) }",
        'type Query { home: Int @deprecated(reason: "a", reason: "b") }',
        "type Query @closed { home: Int }",
        f"directive @closed(by: Int!) on ENUM_VALUE enum E {{ A @closed }} {QUERY}",
        f"directive @closed on OBJECT directive @closed on OBJECT {QUERY}",
        f"enum E {{ A A }} {QUERY}",
        f"enum E @oneOf {{ A }} {QUERY}",
        f"union U = Home {QUERY}",
        f"type Home implements Named {{ id: Int }} {QUERY}",
        f"{QUERY} {QUERY}",
        f"extend type Home {{ id: Int }} {QUERY}",
        f"schema {{ query: Query query: Query }} {QUERY}",
        f"schema {{ query: Query }} schema {{ query: Query }} {QUERY}",
    ],
)
def test_the_errors_are_the_same_as_those_of_graphql_core(sdl: str) -> None:
    document = parse(sdl)
    expected = [(error.message, error.locations) for error in validate_sdl(document)]
    assert expected
    assert [(error.message, error.locations) for error in sdl_errors(document)] == expected
