"""What holds of any schema and any single edit of it."""

import random

import pytest
from graphql.utilities import find_breaking_changes
from hypothesis import given, settings
from hypothesis import strategies as st

from local.schema_diff.grades import Grade
from tests.local.schema_diff.asking_all import asking
from tests.local.schema_diff.comparing import findings, ids, schema
from tests.local.schema_diff.models import Model, edits, models

SEEDS = st.integers(0, 2**32)
ANY = settings(max_examples=60, deadline=None)


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


@settings(max_examples=300, deadline=None)
@given(models(), SEEDS)
def test_any_single_edit_is_found_exactly_once_and_so_is_its_reverse(model: Model, seed: int) -> None:
    what, after = edited(model, seed)
    assert len(ids(model.sdl(), after.sdl())) == 1, what
    assert len(ids(after.sdl(), model.sdl())) == 1, what


@settings(max_examples=300, deadline=None)
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


@pytest.mark.parametrize("text", ["type Query { a: Int }", "type Query { a(b: [Int!]! = [1, 2]): Int @deprecated }"])
def test_windows_line_ends_and_a_byte_order_mark_are_no_change(text: str) -> None:
    assert ids(text, "\ufeff" + text.replace(" ", "\r\n")) == []
