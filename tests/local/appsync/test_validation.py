"""Invalid documents are rejected before execution, with the messages that deployed AppSync APIs returned."""

import pytest
from graphql import get_introspection_query

from local import assumptions
from tests.local.small_schema import FULL_SCHEMA, locations_at, validation_errors


def error_messages(query: str) -> list[str]:
    """Returns the messages of a query's errors without their common prefix."""
    return [error["message"].removeprefix("Validation error of type ") for error in validation_errors(query)]


def test_an_undefined_field_is_rejected_with_the_error_of_appsync() -> None:
    assert validation_errors("{badfield}") == [
        {
            "path": None,
            "locations": locations_at(2),
            "message": "Validation error of type FieldUndefined: "
            "Field 'badfield' in type 'Query' is undefined @ 'badfield'",
        }
    ]


def test_a_missing_required_input_field_is_rejected_with_the_error_of_appsync() -> None:
    assert validation_errors('mutation createTest {\n  createTest(input: {testa: "test"}) { id }\n}') == [
        {
            "path": None,
            "locations": locations_at(14, line=2),
            "message": "Validation error of type WrongType: argument 'input' with value 'ObjectValue{objectFields="
            "[ObjectField{name='testa', value=StringValue{value='test'}}]}' is missing required fields '[test]' "
            "@ 'createTest'",
        }
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ a: getPost(id: 1) { x } }", "FieldUndefined: Field 'x' in type 'Post' is undefined @ 'getPost/x'"),
        ("{ getPost { id } }", "MissingFieldArgument: Missing field argument id @ 'getPost'"),
        ("{ getPost(id: 1, x: 2) { id } }", "UnknownArgument: Unknown field argument x @ 'getPost'"),
        ("query($x: Foo) { getPost(id: $x) { id } }", "UnknownType: Unknown type Foo"),
        (
            '{ getPost(id: 1, at: "2019") { id } }',
            "WrongType: argument 'at' with value 'StringValue{value='2019'}' is not a valid 'AWSDateTime' @ 'getPost'",
        ),
        (
            "{ translate(from: KLINGON) }",
            "WrongType: argument 'from' with value 'EnumValue{name='KLINGON'}' is not a valid 'Language' @ 'translate'",
        ),
        (
            'mutation { createTest(input: {test: "x", url: "y"}) { id } }',
            "WrongType: argument 'input.url' with value 'StringValue{value='y'}' is not a valid 'AWSURL' "
            "@ 'createTest'",
        ),
        (
            'mutation { createTest(input: {test: "x", b: 1}) { id } }',
            "WrongType: argument 'input' with value 'ObjectValue{objectFields=[ObjectField{name='test', "
            "value=StringValue{value='x'}}, ObjectField{name='b', value=IntValue{value=1}}]}' "
            "contains a field not in 'Item': 'b' @ 'createTest'",
        ),
        (
            "{ translate { x } }",
            "SubSelectionNotAllowed: Sub selection not allowed on leaf type String of field translate @ 'translate'",
        ),
        (
            "{ badge { tags { x } owner { id } } }",
            "SubSelectionNotAllowed: Sub selection not allowed on leaf type null of field tags @ 'badge/tags'",
        ),
        (
            "{ getPost(id: 1) }",
            "SubSelectionRequired: Sub selection required for type Post of field getPost @ 'getPost'",
        ),
        (
            "{ badge { owner } }",
            "SubSelectionRequired: Sub selection required for type null of field owner @ 'badge/owner'",
        ),
        ("{ getPost(id: $x) { id } }", "UndefinedVariable: Undefined variable x @ 'getPost'"),
        ("query($x: Int) { badge { tags } }", "UnusedVariable: Unused variable x"),
        ("{ badge { ...F } }", "UndefinedFragment: Undefined fragment F @ 'badge'"),
        (
            "query($x: String!) { getPost(id: $x) { id } }",
            "VariableTypeMismatch: Variable type 'String!' doesn't match expected type 'ID!' @ 'getPost'",
        ),
    ],
)
def test_an_invalid_document_is_rejected_with_the_message_of_appsync(query: str, message: str) -> None:
    assert message in error_messages(query)


@pytest.mark.parametrize(
    ("literal", "printed"),
    [
        ("1.5", "FloatValue{value=1.5}"),
        ("true", "BooleanValue{value=true}"),
        ("[1, null]", "ArrayValue{values=[IntValue{value=1}, NullValue{}]}"),
        ("{a: $x}", "ObjectValue{objectFields=[ObjectField{name='a', value=VariableReference{name='x'}}]}"),
    ],
)
def test_a_literal_is_printed_as_graphql_java_prints_it(literal: str, printed: str) -> None:
    message = error_messages(f"query($x: Int) {{ translate(from: {literal}) }}")[-1]
    assert message == f"WrongType: argument 'from' with value '{printed}' is not a valid 'Language' @ 'translate'"


def test_an_error_inside_a_list_or_an_object_has_its_path() -> None:
    (message,) = error_messages(
        'mutation { createMany(input: [{test: "x", in: {test: "y", langs: [SPANISH, X]}}]) { id } }'
    )
    assert message.startswith("WrongType: argument 'input[0].in.langs[1]' with value 'EnumValue{name='X'}'")


def test_a_null_literal_of_a_non_null_type_is_rejected() -> None:
    assert error_messages("{ getPost(id: null) { id } }") == [
        f"WrongType: argument 'id' with value 'NullValue{{}}' {assumptions.NULL_LITERAL} @ 'getPost'"
    ]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("{ badge { tags } } { badge { tags } }", "LoneAnonymousOperationViolation"),
        ("query a { badge { tags } } query a { badge { tags } }", "DuplicateOperationName"),
        ("{ badge { tags @x } }", "UnknownDirective"),
        ("query @skip(if: true) { badge { tags } }", "MisplacedDirective"),
        ("{ badge { tags @skip } }", "MissingDirectiveArgument"),
        ("{ badge { tags @skip(if: true, x: 1) } }", "UnknownDirective"),
        ("{ badge { ... on Language { x } } }", "InlineFragmentTypeConditionInvalid"),
        ("{ badge { ...F } } fragment F on Language { x }", "FragmentTypeConditionInvalid"),
        ("{ badge { ...F } } fragment F on Post { id }", "InvalidFragmentType"),
        ("{ badge { tags } } fragment F on Post { id }", "UnusedFragment"),
        ("{ badge { ...F } } fragment F on Badge { ...F }", "FragmentCycle"),
        ("query($x: Post) { getPost(id: $x) { id } }", "NonInputTypeOnVariable"),
        ('query($x: Int = "a") { getPost(id: 1) { posts(first: $x) { id } } }', "BadValueForDefaultArg"),
        ("{ x: badge { tags } x: getPost(id: 1) { id } }", "FieldsConflict"),
        ("type A { a: Int }", "NonExecutableDefinition"),
        ("subscription { a b }", "UnknownType"),
    ],
)
def test_each_rule_has_the_name_that_appsync_gives_it(query: str, kind: str) -> None:
    assert kind in [message.partition(":")[0] for message in error_messages(query)]


def test_errors_are_in_the_order_of_the_document() -> None:
    query = "query($unused: Int) {\n  translate { a }\n  b\n  badge { c tags }\n}"
    assert [error["locations"][0]["line"] for error in validation_errors(query)] == [1, 2, 3, 4]


def test_the_path_of_an_error_in_a_fragment_begins_with_its_name() -> None:
    assert error_messages("{ badge { ...F } } fragment F on Badge { owner { x } }") == [
        "FieldUndefined: Field 'x' in type 'Post' is undefined @ 'F/owner/x'"
    ]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ("description", "Field 'description' in type '__Schema' is undefined @ '__schema/description'"),
        ("types { specifiedByURL }", "Field 'specifiedByURL' in type '__Type' is undefined"),
        ("types { isOneOf }", "Field 'isOneOf' in type '__Type' is undefined"),
        ("directives { isRepeatable }", "Field 'isRepeatable' in type '__Directive' is undefined"),
        ("types { inputFields { isDeprecated } }", "Field 'isDeprecated' in type '__InputValue' is undefined"),
        ("types { inputFields(includeDeprecated: true) { name } }", "Unknown field argument includeDeprecated"),
        ("types { fields { args(includeDeprecated: true) { name } } }", "Unknown field argument includeDeprecated"),
        ("directives { args(includeDeprecated: true) { name } }", "Unknown field argument includeDeprecated"),
    ],
)
def test_introspection_newer_than_that_of_appsync_is_rejected(selection: str, message: str) -> None:
    (error,) = validation_errors(f"{{ __schema {{ {selection} }} }}", FULL_SCHEMA)
    assert message in error["message"]


def test_the_introspection_query_of_common_tools_is_valid() -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=False,
        directive_is_repeatable=False,
        schema_description=False,
        input_value_deprecation=False,
    )
    assert validation_errors(query, FULL_SCHEMA) == []


def test_introspection_lists_only_directives_of_appsync() -> None:
    assert {directive.name for directive in FULL_SCHEMA.directives} == {
        "include",
        "skip",
        "deprecated",
        "aws_cognito_user_pools",
        "aws_iam",
        "aws_oidc",
        "aws_subscribe",
    }
