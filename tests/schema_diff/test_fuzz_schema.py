"""What holds of any schema and any single edit of it."""

import random

import pytest
from graphql import parse, print_ast
from graphql.utilities import find_breaking_changes
from hypothesis import given
from hypothesis import strategies as st

from schema_diff.graphql import incremental_parse
from schema_diff.graphql.coordinates import coordinates
from schema_diff.graphql.schema_document import line
from schema_diff.severity import Grade
from tests.profiles import examples
from tests.schema_diff.corpus import BASE
from tests.schema_diff.full_operations import asking
from tests.schema_diff.helpers import findings, ids, schema
from tests.schema_diff.schema_strategies import Model, edits, models

SEEDS = st.integers(0, 2**32)
ANY = examples(0.6)


def edited(model: Model, seed: int) -> tuple[str, Model]:
    """One of the edits of a model."""
    return random.Random(seed).choice(list(edits(model)))


def worst(before: str, after: str) -> Grade:
    return max(finding.grade for finding in findings(schema(before), schema(after)))


@ANY
@given(models())
def test_a_schema_does_not_differ_from_itself(model: Model) -> None:
    assert ids(model.sdl(), model.sdl()) == []


@ANY
@given(models(), SEEDS)
def test_neither_order_nor_formatting_is_a_change(model: Model, seed: int) -> None:
    assert ids(model.sdl(), model.sdl(seed)) == []


@ANY
@given(models(), SEEDS)
def test_neither_order_nor_formatting_alters_what_is_found(model: Model, seed: int) -> None:
    _, after = edited(model, seed)
    assert ids(model.sdl(), after.sdl()) == ids(model.sdl(seed), after.sdl(seed + 1))


@examples(3)
@given(models(), SEEDS)
def test_any_single_edit_is_found_exactly_once_and_so_is_its_reverse(model: Model, seed: int) -> None:
    what, after = edited(model, seed)
    assert len(ids(model.sdl(), after.sdl())) == 1, what
    assert len(ids(after.sdl(), model.sdl())) == 1, what


@examples(3)
@given(models(), SEEDS)
def test_what_refuses_an_operation_is_breaking_so_an_edit_and_its_reverse_are_never_both_safe(
    model: Model, seed: int
) -> None:
    what, after = edited(model, seed)
    for old, new in ((model.sdl(), after.sdl()), (after.sdl(), model.sdl())):
        if asking(schema(old).schema).is_refused(schema(new).schema):
            due = [one for one in findings(schema(old), schema(new)) if one.change.kind.endswith("/due")]
            assert worst(old, new) is Grade.BREAKING or due, what
            assert not worst(old, new) is worst(new, old) is Grade.SAFE


@ANY
@given(models(), SEEDS)
def test_what_graphql_core_calls_breaking_is_breaking_unless_its_day_has_passed(model: Model, seed: int) -> None:
    what, after = edited(model, seed)
    old, new = schema(model.sdl()), schema(after.sdl())
    due = [one for one in findings(old, new) if one.change.kind.endswith("/due")]
    if find_breaking_changes(old.schema, new.schema) and not due:
        assert worst(model.sdl(), after.sdl()) is Grade.BREAKING, what


TRICKY = [
    '"""a } b { """ type A @d(x: {y: "}"}) { # } {\n a: Int } "}" type B scalar C # }',
    'type A { a(b: I = {c: "\\"}"}): Int }\n\n"""\\""" } """ enum E { A }, input I { c: String } # }',
    "type A type B { b: Int } scalar C",
    "extend type A { a: Int } schema { query: A } directive @d(x: I = {}) on FIELD union U = A | B",
    '""""""type A{a:Int}""type B{b:Int}',
]


@pytest.mark.parametrize("text", [*TRICKY, BASE])
def test_a_schema_that_is_read_by_pieces_is_the_same_with_the_same_lines(text: str) -> None:
    parts = [(before, incremental_parse.document(piece)) for before, piece in incremental_parse.pieces(text)]
    read = [(print_ast(node), before + line(node)) for before, part in parts for node in part.definitions]
    assert read == [(print_ast(node), line(node)) for node in parse(text).definitions]


@ANY
@given(models(), SEEDS)
def test_any_schema_read_by_pieces_has_the_lines_that_it_has(model: Model, seed: int) -> None:
    sdl = model.sdl(seed)
    nodes = list(coordinates(parse(sdl)))
    assert schema(sdl).lines == {where: line(node) for where, node in reversed(nodes)}


@pytest.mark.parametrize("text", ["type Query { a: Int }", "type Query { a(b: [Int!]! = [1, 2]): Int @deprecated }"])
def test_windows_line_ends_and_a_byte_order_mark_are_no_change(text: str) -> None:
    assert ids(text, "\ufeff" + text.replace(" ", "\r\n")) == []
