"""What AppSync is given of the schema."""

import pytest
from graphql import build_schema, parse
from graphql.language import FieldDefinitionNode, ObjectTypeDefinitionNode

from infra.build import sdl
from infra.constructs.api import SCHEMA
from resolvers.field_config import COGNITO, IAM, OIDC, Mode

WHOLE = SCHEMA.read_text()
OWN = "".join(f"scalar {name}\n" for name in ("AWSDateTime", "AWSEmail", "AWSURL")) + "".join(
    f"directive @{name} on OBJECT | FIELD_DEFINITION\n" for name in ("aws_cognito_user_pools", "aws_oidc", "aws_iam")
)
OWN += "directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION\n"


def fields(text: str) -> set[str]:
    return {
        f"{type.name.value}.{field.name.value}"
        for type in parse(text).definitions
        if isinstance(type, ObjectTypeDefinitionNode)
        for field in type.fields or ()
        if isinstance(field, FieldDefinitionNode)
    }


@pytest.mark.parametrize("mode", [COGNITO, OIDC])
def test_a_stage_sees_every_field_and_only_its_own_modes(mode: Mode) -> None:
    given = sdl.for_appsync(WHOLE, (mode, IAM))
    other = OIDC if mode is COGNITO else COGNITO
    assert fields(given) == fields(WHOLE)
    assert given.count(f"@{mode.directive}") == WHOLE.count(f" @{mode.directive}") - 1  # one is its definition
    assert other.directive not in given


def test_with_all_modes_it_means_what_the_schema_means() -> None:
    given = build_schema(OWN + sdl.for_appsync(WHOLE, (COGNITO, OIDC, IAM)))
    meant = build_schema(WHOLE)
    assert {name: str(type) for name, type in given.type_map.items()} == {
        name: str(type) for name, type in meant.type_map.items()
    }


def test_descriptions_comments_and_definitions_are_left_out() -> None:
    given = sdl.for_appsync(WHOLE, (COGNITO, IAM))
    assert not [word for word in ('"""', "#", "directive ", "scalar ") if word in given]


def test_a_field_that_would_be_nobodys_is_refused() -> None:
    with pytest.raises(sdl.Refused, match="nobody of this stage may see publishPropertyChange"):
        sdl.for_appsync(WHOLE, (COGNITO,))


def test_a_type_that_would_be_nobodys_is_refused() -> None:
    with pytest.raises(sdl.Refused, match="nobody of this stage may see Secret"):
        sdl.for_appsync("type Query { a: Int } type Secret @aws_iam { a: Int }", (COGNITO,))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("extend type Query { b: Int }", "no extensions: extend Query"),
        ("scalar Money", "no scalars but its own: Money"),
        ("interface A { a: Int } interface B implements A { a: Int }", "no interface that implements another: B"),
        ("input One @oneOf { a: Int b: Int }", "no @oneOf: One"),
        ('type Subscription { on: Int @aws_subscribe(mutations: ["make", "gone"]) }', "on follows gone"),
    ],
)
def test_what_appsync_refuses_is_refused_before_it_is_uploaded(text: str, why: str) -> None:
    with pytest.raises(sdl.Refused, match=why):
        sdl.for_appsync(f"type Query {{ a: Int }} type Mutation {{ make: Int }} {text}", (COGNITO,))


def test_a_schema_of_more_than_a_megabyte_is_refused() -> None:
    text = "type Query { " + " ".join(f"field_with_a_long_name_{n}: Int" for n in range(40_000)) + " }"
    with pytest.raises(sdl.Refused, match="AppSync takes 1,000,000"):
        sdl.for_appsync(text, (COGNITO,))
