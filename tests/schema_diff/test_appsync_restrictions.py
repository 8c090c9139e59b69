"""What the cloud's own reading of the schema refuses at synth, the check tells of before."""

import pytest
from graphql import parse

from infra.build import sdl
from resolvers.field_config import COGNITO, IAM, OIDC
from schema_diff.graphql.appsync_restrictions import unsupported
from tests.schema_diff.helpers import ids

BASE = "type Query { a: Int } type Mutation { make: Int }"


LONG = 500 * "a"


@pytest.mark.parametrize(
    "more",
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
def test_what_is_refused_at_synth_is_breaking_here(more: str) -> None:
    with pytest.raises(sdl.Refused):
        sdl.for_appsync(f"{BASE} {more}", (COGNITO, OIDC, IAM))
    assert [id for id in ids(BASE, f"{BASE} {more}") if id.startswith("appsync-refuses:")] != []


def test_what_was_refused_before_is_no_change() -> None:
    assert ids(f"{BASE} scalar Money", f"{BASE} scalar Money") == []


def test_descriptions_do_not_count_for_they_are_not_deployed() -> None:
    described = " ".join(f'"""{LONG}""" type T{n} {{ a: Int }}' for n in range(2_000))
    assert [id for id in ids(BASE, f"{BASE} {described}") if not id.startswith("type-added:")] == []


def test_a_document_is_judged_by_its_nodes_alone() -> None:
    document = parse(
        "schema { query: Q mutation: M subscription: S } type Q { a: Money } scalar Money type M { make: Int }"
        ' type S { on: Int @aws_subscribe(mutations: ["make", "gone"]) } input I { a: Int @deprecated b: Int @mine }'
    )
    assert list(unsupported(document)) == [
        ("Money", "scalar but its own"),
        ("I.a", "@deprecated on an argument or an input field"),
        ("I.b", "@mine"),
        ("S.on", "subscription to gone, which is no mutation"),
    ]
