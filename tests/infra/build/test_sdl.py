"""The SDL that AppSync gets."""

import pytest
from graphql import build_schema, parse
from graphql.language import FieldDefinitionNode, ObjectTypeDefinitionNode

from infra.build import sdl
from infra.constructs.api import SCHEMA
from resolvers.field_config import COGNITO, IAM, OIDC, AuthMode

SCHEMA_TEXT = SCHEMA.read_text()
APPSYNC_DEFINITIONS = "".join(f"scalar {name}\n" for name in ("AWSDateTime", "AWSEmail", "AWSURL")) + "".join(
    f"directive @{name} on OBJECT | FIELD_DEFINITION\n" for name in ("aws_cognito_user_pools", "aws_oidc", "aws_iam")
)
APPSYNC_DEFINITIONS += "directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION\n"


def fields(text: str) -> set[str]:
    return {
        f"{type.name.value}.{field.name.value}"
        for type in parse(text).definitions
        if isinstance(type, ObjectTypeDefinitionNode)
        for field in type.fields or ()
        if isinstance(field, FieldDefinitionNode)
    }


@pytest.mark.parametrize("mode", [COGNITO, OIDC])
def test_a_stage_has_every_field_and_only_its_own_auth_modes(mode: AuthMode) -> None:
    sdl_text = sdl.for_appsync(SCHEMA_TEXT, (mode, IAM))
    other = OIDC if mode is COGNITO else COGNITO
    assert fields(sdl_text) == fields(SCHEMA_TEXT)
    assert sdl_text.count(f"@{mode.directive}") == SCHEMA_TEXT.count(f" @{mode.directive}") - 1  # one is its definition
    assert other.directive not in sdl_text


def test_with_all_auth_modes_the_types_are_those_of_the_schema() -> None:
    transformed = build_schema(APPSYNC_DEFINITIONS + sdl.for_appsync(SCHEMA_TEXT, (COGNITO, OIDC, IAM)))
    original = build_schema(SCHEMA_TEXT)
    assert {name: str(type) for name, type in transformed.type_map.items()} == {
        name: str(type) for name, type in original.type_map.items()
    }


def test_descriptions_comments_and_appsync_definitions_are_removed() -> None:
    sdl_text = sdl.for_appsync(SCHEMA_TEXT, (COGNITO, IAM))
    assert not [word for word in ('"""', "#", "directive ", "scalar ") if word in sdl_text]


def test_a_field_without_an_auth_mode_of_the_stage_is_an_error() -> None:
    with pytest.raises(sdl.UnsupportedSchema, match="no authorization mode of this stage allows publishPropertyChange"):
        sdl.for_appsync(SCHEMA_TEXT, (COGNITO,))


def test_a_type_without_an_auth_mode_of_the_stage_is_an_error() -> None:
    with pytest.raises(sdl.UnsupportedSchema, match="no authorization mode of this stage allows Secret"):
        sdl.for_appsync("type Query { a: Int } type Secret @aws_iam { a: Int }", (COGNITO,))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("extend type Query { b: Int }", "extension of a type: Query"),
        ("scalar Money", "scalar other than its own: Money"),
        ("scalar AWSMoney", "scalar other than its own: AWSMoney"),
        ("interface A { a: Int } interface B implements A { a: Int }", "interface that implements another: B"),
        ("input One @oneOf { a: Int b: Int }", "@oneOf: One"),
        ("enum One { A @tag B }", "@tag: One.A"),
        ("input One { a: Int @deprecated b: Int }", "@deprecated on an argument or an input field: One.a"),
        (
            'type Subscription { on: Int @aws_subscribe(mutations: ["make", "gone"]) }',
            "subscription to gone, which is not a mutation: Subscription.on",
        ),
    ],
)
def test_a_construct_that_appsync_rejects_is_an_error(text: str, reason: str) -> None:
    with pytest.raises(sdl.UnsupportedSchema) as refused:
        sdl.for_appsync(f"type Query {{ a: Int }} type Mutation {{ make: Int }} {text}", (COGNITO,))
    assert str(refused.value) == f"AppSync supports no {reason}"


def test_the_error_lists_all_constructs_that_appsync_rejects() -> None:
    with pytest.raises(sdl.UnsupportedSchema) as refused:
        sdl.for_appsync("type Query { a: Money } scalar Money extend type Query { b: Int }", (COGNITO,))
    assert str(refused.value).splitlines() == [
        "AppSync supports no scalar other than its own: Money",
        "AppSync supports no extension of a type: Query",
    ]


def test_a_schema_of_more_than_1_mb_is_an_error() -> None:
    text = "type Query { " + " ".join(f"field_with_a_long_name_{n}: Int" for n in range(40_000)) + " }"
    with pytest.raises(sdl.UnsupportedSchema, match="at most 1,000,000"):
        sdl.for_appsync(text, (COGNITO,))
