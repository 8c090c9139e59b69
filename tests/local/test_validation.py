"""What is refused before anything runs, in the words that real APIs of AppSync were seen to answer with."""

import time
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    build_schema,
    get_introspection_query,
    get_variable_values,
    parse,
)
from graphql.execution.values import VariableValues
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from local import schema, unconfirmed, validation
from resolvers.wiring import LIMITS

DESK: GraphQLSchema = schema.build()._schema
TEXT = schema.FILE.read_text()
SCALARS = {
    "AWSDateTime": st.just(nodes.String("2020-01-01T00:00Z")),
    "AWSURL": st.just(nodes.String("https://example.com")),
    "AWSEmail": st.just(nodes.String("a@b")),
}
SMALL = build_schema(
    """
    scalar AWSDateTime
    scalar AWSURL
    enum Language { SPANISH }
    input Item { test: String!, more: Int, url: AWSURL, date: AWSDateTime, in: Item, langs: [Language!], n: Int! = 1 }
    type Query { getPost(id: ID!, at: AWSDateTime): Post, translate(from: Language): String, badge: Badge! }
    type Mutation { createTest(input: Item!): Post, createMany(input: [Item!]!): [Post!]! }
    type Post { id: ID!, title: String, posts(first: Int): [Post] }
    type Badge { tags: [String], owner: Post! }
    """
)
for name in ("AWSDateTime", "AWSURL"):
    vars(SMALL.type_map[name]).update(coerce_input_value=vars(DESK.type_map[name])["coerce_input_value"])


def refused(query: str, of: GraphQLSchema = SMALL) -> list[dict[str, Any]]:
    return validation.refused(of, parse(query, max_tokens=LIMITS.tokens))


def told(query: str) -> list[str]:
    """The messages of a query's errors, without what they all begin with."""
    return [error["message"].removeprefix("Validation error of type ") for error in refused(query)]


def misfits(query: str, **values: Any) -> list[dict[str, Any]]:
    document = parse(query)
    assert validation.refused(SMALL, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return validation.variables(SMALL, operation, values)


def at(column: int, line: int = 1) -> list[dict[str, Any]]:
    return [{"line": line, "column": column, "sourceName": None}]


def test_an_undefined_field_is_refused_as_appsync_refuses_it() -> None:
    assert refused("{badfield}") == [
        {
            "path": None,
            "locations": at(2),
            "message": "Validation error of type FieldUndefined: "
            "Field 'badfield' in type 'Query' is undefined @ 'badfield'",
        }
    ]


def test_a_required_field_of_an_input_that_is_missing_is_refused_as_appsync_refuses_it() -> None:
    assert refused('mutation createTest {\n  createTest(input: {testa: "test"}) { id }\n}') == [
        {
            "path": None,
            "locations": at(14, line=2),
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
def test_what_is_wrong_with_a_document_is_told_in_the_words_of_appsync(query: str, message: str) -> None:
    assert message in told(query)


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
    message = told(f"query($x: Int) {{ translate(from: {literal}) }}")[-1]
    assert message == f"WrongType: argument 'from' with value '{printed}' is not a valid 'Language' @ 'translate'"


def test_a_place_in_a_list_or_an_object_is_named() -> None:
    (message,) = told('mutation { createMany(input: [{test: "x", in: {test: "y", langs: [SPANISH, X]}}]) { id } }')
    assert message.startswith("WrongType: argument 'input[0].in.langs[1]' with value 'EnumValue{name='X'}'")


def test_a_null_literal_where_none_may_be_is_refused() -> None:
    assert told("{ getPost(id: null) { id } }") == [
        f"WrongType: argument 'id' with value 'NullValue{{}}' {unconfirmed.NULL_LITERAL} @ 'getPost'"
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
def test_each_rule_has_a_name_of_appsyncs(query: str, kind: str) -> None:
    assert kind in [message.partition(":")[0] for message in told(query)]


def test_errors_come_in_the_order_of_the_text() -> None:
    query = "query($unused: Int) {\n  translate { a }\n  b\n  badge { c tags }\n}"
    assert [error["locations"][0]["line"] for error in refused(query)] == [1, 2, 3, 4]


def test_a_field_of_a_fragment_is_told_by_the_fragments_name() -> None:
    assert told("{ badge { ...F } } fragment F on Badge { owner { x } }") == [
        "FieldUndefined: Field 'x' in type 'Post' is undefined @ 'F/owner/x'"
    ]


@pytest.mark.parametrize(
    ("asked", "message"),
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
def test_introspection_that_is_younger_than_appsyncs_is_refused(asked: str, message: str) -> None:
    (error,) = refused(f"{{ __schema {{ {asked} }} }}", DESK)
    assert message in error["message"]


def test_the_introspection_that_tools_send_is_answered() -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=False,
        directive_is_repeatable=False,
        schema_description=False,
        input_value_deprecation=False,
    )
    assert refused(query, DESK) == []


def test_introspection_names_no_directive_that_appsync_does_not_have() -> None:
    assert {one.name for one in DESK.directives} == {
        "include",
        "skip",
        "deprecated",
        "aws_cognito_user_pools",
        "aws_iam",
        "aws_oidc",
        "aws_subscribe",
    }


CREATE = "mutation($input: Item!) { createTest(input: $input) { id } }"


@pytest.mark.parametrize("values", [{}, {"input": None}, {"inputs": {}}])
def test_a_variable_that_must_be_there_is_told_by_its_type(values: Any) -> None:
    assert misfits(CREATE, **values) == [
        {
            "path": None,
            "locations": at(10),
            "message": "Variable 'input' has coerced Null value for NonNull type 'Item!'",
        }
    ]


@pytest.mark.parametrize("value", [{}, {"test": None}, {"test": "x", "in": {}}])
def test_a_null_inside_is_told_by_the_outer_variables_name(value: Any) -> None:
    (error,) = misfits(CREATE, input=value)
    assert error["message"] == "Variable 'input' has coerced Null value for NonNull type 'String!'"


def test_a_key_that_an_input_does_not_have_is_told_without_its_name_or_place() -> None:
    assert misfits(CREATE, input={"testa": "test"}) == [
        {
            "path": None,
            "locations": None,
            "message": "The variables input contains a field that is not defined for input object type 'Item' ",
        }
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"date": "2019"}, "Variable 'date' has an invalid value. Unable to parse `2019` as a valid DateTime Object."),
        ({"in": {"test": "x", "more": [1, {}]}}, "Variable 'more' has an invalid value. Unable to parse `[1,{}]` as a"),
        ({"langs": ["SPANISH", "X"]}, "Variable 'langs' has an invalid value. Unable to parse `X` as a valid Language"),
        ({"in": 5}, "Variable 'in' has an invalid value. Unable to parse `5` as a valid Item."),
        ({"more": 2**31}, "Variable 'more' has an invalid value. Unable to parse `2147483648` as a valid Int."),
    ],
)
def test_a_value_that_its_scalar_does_not_have_is_told_by_the_inner_fields_name(value: Any, message: str) -> None:
    (error,) = misfits(CREATE, input={"test": "x"} | value)
    assert error["message"].startswith(message)
    assert error["locations"] == at(10)


def test_variables_that_fit_are_not_refused() -> None:
    item = {"test": "x", "date": "2020-01-01T00:00Z", "langs": "SPANISH", "in": {"test": "y", "more": None}}
    assert misfits(CREATE, input=item, other=1) == []


def test_a_variable_left_out_has_its_default() -> None:
    assert misfits("query($id: ID! = 5) { getPost(id: $id) { id } }") == []


def test_only_the_first_variable_that_does_not_fit_is_told() -> None:
    assert len(misfits("query($a: ID!, $b: Int!) { getPost(id: $a) { posts(first: $b) { id } } }")) == 1


@pytest.mark.parametrize(("depth", "errors"), [(150, 0), (250, 1), (900, 1), (5_000, 1)])
def test_a_variable_nested_beyond_reason_is_an_error_like_any_other(depth: int, errors: int) -> None:
    value: dict[str, Any] = {"test": "x"}
    for _ in range(depth):
        value = {"test": "x", "in": value}
    deep = {"path": None, "locations": None, "message": unconfirmed.DEEP_VARIABLES}
    assert misfits(CREATE, input=value) == [deep] * errors


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("SPANISH"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["test", "more", "in", "langs", "date", "x"]), inner)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_a_variable_is_refused_where_the_engine_could_not_take_it_and_nowhere_else(value: Any) -> None:
    query = parse("mutation($input: [Item!]!) { createMany(input: $input) { id } }")
    (operation,) = query.definitions
    assert isinstance(operation, OperationDefinitionNode)
    taken = get_variable_values(SMALL, operation.variable_definitions or (), {"input": value})
    errors = validation.variables(SMALL, operation, {"input": value})
    assert len(errors) == (0 if isinstance(taken, VariableValues) else 1)


@given(from_schema(TEXT, custom_scalars=SCALARS))
@settings(max_examples=50, suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_the_schema_offers_may_be_asked(query: str) -> None:
    assert refused(query, DESK) == []


TOKENS = "{ } ( ) [ ] : ! $ @ ... = query mutation subscription fragment on F Post Query getPost id input x test __type"
WORDS = st.sampled_from([*TOKENS.split(), "1", "1.5", '"a"', "null", "true", "{ id }", "(id: 1)", "@skip(if: $x)"])


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.lists(WORDS, max_size=12).map(lambda w: f"{{ {' '.join(w)} }}"))
@settings(max_examples=300)
def test_a_text_that_parses_is_answered_whatever_it_says(text: str) -> None:
    try:
        errors = refused(text)
    except GraphQLSyntaxError:
        return
    assert all(error.keys() == {"path", "locations", "message"} for error in errors)


HOSTILE = {
    "aliases": "{ badge {" + " ".join(f"a{n}: tags" for n in range(3_500)) + "} }",
    "one alias of many fields": "{" + 'a: getPost(id: "1") { id } ' * 1_300 + "}",
    "different arguments": "{" + " ".join(f"getPost(id: {n}) {{ id }}" for n in range(1_300)) + "}",
    "undefined fields": "{" + " ".join(f"x{n}" for n in range(14_000)) + "}",
    "one undefined field": "{" + " x" * 14_000 + "}",
    "fragments that double": "{ badge { ...F0 } } fragment F900 on Badge { tags }"
    + "".join(f" fragment F{n} on Badge {{ ...F{n + 1} ...F{n + 1} }}" for n in range(900)),
    "fragments in circles": "{ badge { ...F0 } }"
    + "".join(f" fragment F{n} on Badge {{ {' '.join(f'...F{m}' for m in range(60))} }}" for n in range(60)),
    "fragments that conflict": "{ badge {" + " ".join(f"...F{n}" for n in range(1_000)) + "} }"
    + "".join(f" fragment F{n} on Badge {{ a: x{n % 2} }}" for n in range(1_000)),
    "a deep list": "{ getPost(id: " + "[" * 190 + "]" * 190 + ") { id } }",
    "a deep object": "mutation { createTest(input: " + '{test: "x", in: ' * 190 + "1" + "}" * 190 + ") { id } }",
    "a deep query": "{ getPost(id: 1) {" + "posts {" * 190 + "id" + "}" * 190 + "} }",
    "definitions of types": "type A { a: Int } " * 2_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_answered_in_bounded_time_with_a_bounded_number_of_errors(name: str) -> None:
    document = parse(HOSTILE[name], max_tokens=LIMITS.tokens)
    begun = time.process_time()
    errors = validation.refused(SMALL, document)
    assert time.process_time() - begun < 10
    assert len(errors) <= unconfirmed.MOST_VALIDATION_ERRORS + 1
    assert all(error.keys() == {"path", "locations", "message"} for error in errors)


def test_of_many_errors_the_first_hundred_are_told_and_that_there_are_more() -> None:
    errors = refused(HOSTILE["undefined fields"])
    assert len(errors) == 101
    assert errors[-1] == {
        "path": None,
        "locations": None,
        "message": f"Validation error of type {unconfirmed.ABORTED}: "
        "Too many validation errors, error limit reached. Validation aborted.",
    }
