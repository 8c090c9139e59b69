"""The check reports what the synthesis of a stage would refuse."""

import pytest
from graphql import parse

from infra.build import sdl
from resolvers.field_config import COGNITO, IAM, OIDC
from schema_diff.graphql.appsync_restrictions import unsupported_constructs
from tests.schema_diff.comparisons import ids

BASE = "type Query { a: Int } type Mutation { make: Int }"


LONG = 500 * "a"


@pytest.mark.parametrize(
    "addition",
    [
        "extend type Query { b: Int }",
        "scalar Money",
        "interface A { a: Int } interface B implements A { a: Int }",
        "input One @oneOf { a: Int b: Int }",
        'type Subscription { on: Int @aws_subscribe(mutations: ["make", "gone"]) }',
        " ".join(f"type T{n} {{ {LONG}: Int }}" for n in range(2_000)),
    ],
    ids=["extension", "scalar", "interface", "oneOf", "subscription", "size"],
)
def test_a_construct_that_synth_rejects_is_breaking(addition: str) -> None:
    with pytest.raises(sdl.UnsupportedSchema):
        sdl.for_appsync(f"{BASE} {addition}", (COGNITO, OIDC, IAM))
    assert [id for id in ids(BASE, f"{BASE} {addition}") if id.startswith("appsync-unsupported:")] != []


def test_a_construct_that_was_rejected_before_is_not_a_change() -> None:
    assert ids(f"{BASE} scalar Money", f"{BASE} scalar Money") == []


def test_descriptions_do_not_count_towards_the_maximum_size() -> None:
    described = " ".join(f'"""{LONG}""" type T{n} {{ a: Int }}' for n in range(2_000))
    assert [id for id in ids(BASE, f"{BASE} {described}") if not id.startswith("type-added:")] == []


def test_unsupported_constructs_are_found_without_building_the_schema() -> None:
    document = parse(
        "schema { query: Q mutation: M subscription: S } type Q { a: Money } scalar Money type M { make: Int }"
        ' type S { on: Int @aws_subscribe(mutations: ["make", "gone"]) } input I { a: Int @deprecated b: Int @mine }'
    )
    assert list(unsupported_constructs(document)) == [
        ("Money", "scalar other than its own"),
        ("I.a", "@deprecated on an argument or an input field"),
        ("I.b", "@mine"),
        ("S.on", "subscription to gone, which is not a mutation"),
    ]
