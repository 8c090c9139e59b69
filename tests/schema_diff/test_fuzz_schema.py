"""Properties of the comparison for any schema and any single edit."""

import random

import pytest
from graphql import parse, print_ast
from graphql.utilities import find_breaking_changes
from hypothesis import given
from hypothesis import strategies as st

from schema_diff.graphql import incremental_parse
from schema_diff.graphql.coordinates import coordinates
from schema_diff.graphql.schema_document import line_of
from schema_diff.severity import Severity
from tests.profiles import examples
from tests.schema_diff.comparisons import findings, ids, schema
from tests.schema_diff.corpus import BASE
from tests.schema_diff.full_operations import full_operations
from tests.schema_diff.schema_strategies import SchemaModel, edits, models

SEEDS = st.integers(0, 2**32)
EXAMPLES = examples(0.6)


def random_edit(model: SchemaModel, seed: int) -> tuple[str, SchemaModel]:
    """Returns the schemas before and after one edit of a model."""
    return random.Random(seed).choice(list(edits(model)))


def highest_severity(before: str, after: str) -> Severity:
    return max(finding.severity for finding in findings(schema(before), schema(after)))


@EXAMPLES
@given(models())
def test_a_schema_does_not_differ_from_itself(model: SchemaModel) -> None:
    assert ids(model.sdl(), model.sdl()) == []


@EXAMPLES
@given(models(), SEEDS)
def test_a_different_order_or_format_is_not_a_change(model: SchemaModel, seed: int) -> None:
    assert ids(model.sdl(), model.sdl(seed)) == []


@EXAMPLES
@given(models(), SEEDS)
def test_order_and_format_do_not_affect_the_ids(model: SchemaModel, seed: int) -> None:
    _, after = random_edit(model, seed)
    assert ids(model.sdl(), after.sdl()) == ids(model.sdl(seed), after.sdl(seed + 1))


@examples(3)
@given(models(), SEEDS)
def test_each_edit_and_its_reverse_have_exactly_one_id(model: SchemaModel, seed: int) -> None:
    description, after = random_edit(model, seed)
    assert len(ids(model.sdl(), after.sdl())) == 1, description
    assert len(ids(after.sdl(), model.sdl())) == 1, description


@examples(3)
@given(models(), SEEDS)
def test_an_edit_that_makes_an_operation_invalid_is_breaking(model: SchemaModel, seed: int) -> None:
    description, after = random_edit(model, seed)
    for old, new in ((model.sdl(), after.sdl()), (after.sdl(), model.sdl())):
        if full_operations(schema(old).schema).are_rejected_by(schema(new).schema):
            due = [finding for finding in findings(schema(old), schema(new)) if finding.change.kind.endswith("/due")]
            assert highest_severity(old, new) is Severity.BREAKING or due, description
            assert not highest_severity(old, new) is highest_severity(new, old) is Severity.SAFE


@EXAMPLES
@given(models(), SEEDS)
def test_a_breaking_change_of_graphql_core_is_breaking_unless_it_is_due(model: SchemaModel, seed: int) -> None:
    description, after = random_edit(model, seed)
    old, new = schema(model.sdl()), schema(after.sdl())
    due = [finding for finding in findings(old, new) if finding.change.kind.endswith("/due")]
    if find_breaking_changes(old.schema, new.schema) and not due:
        assert highest_severity(model.sdl(), after.sdl()) is Severity.BREAKING, description


DIFFICULT_SDL = [
    '"""a } b { """ type A @d(x: {y: "}"}) { # } {\n a: Int } "}" type B scalar C # }',
    'type A { a(b: I = {c: "\\"}"}): Int }\n\n"""\\""" } """ enum E { A }, input I { c: String } # }',
    "type A type B { b: Int } scalar C",
    "extend type A { a: Int } schema { query: A } directive @d(x: I = {}) on FIELD union U = A | B",
    '""""""type A{a:Int}""type B{b:Int}',
]


@pytest.mark.parametrize("text", [*DIFFICULT_SDL, BASE])
def test_incremental_parsing_gives_the_same_definitions_and_lines(text: str) -> None:
    parts = [
        (before, incremental_parse.parse_definition(piece))
        for before, piece in incremental_parse.split_definitions(text)
    ]
    definitions = [(print_ast(node), before + line_of(node)) for before, part in parts for node in part.definitions]
    assert definitions == [(print_ast(node), line_of(node)) for node in parse(text).definitions]


@EXAMPLES
@given(models(), SEEDS)
def test_incremental_parsing_of_any_schema_gives_the_same_lines(model: SchemaModel, seed: int) -> None:
    sdl = model.sdl(seed)
    nodes = list(coordinates(parse(sdl)))
    assert schema(sdl).lines == {coordinate: line_of(node) for coordinate, node in reversed(nodes)}


@pytest.mark.parametrize("text", ["type Query { a: Int }", "type Query { a(b: [Int!]! = [1, 2]): Int @deprecated }"])
def test_windows_line_ends_and_a_byte_order_mark_are_not_a_change(text: str) -> None:
    assert ids(text, "\ufeff" + text.replace(" ", "\r\n")) == []
