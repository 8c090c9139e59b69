"""Invalid variables are rejected with the messages that deployed AppSync APIs returned."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues
from hypothesis import given
from hypothesis import strategies as st

from local.appsync.language import validation
from tests.local.small_schema import SMALL_SCHEMA, locations_at


def variable_errors(query: str, **values: Any) -> list[dict[str, Any]]:
    document = parse(query)
    assert validation.validate_document(SMALL_SCHEMA, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return validation.validate_variables(SMALL_SCHEMA, operation, values)


CREATE = "mutation($input: Item!) { createTest(input: $input) { id } }"


@pytest.mark.parametrize("values", [{}, {"input": None}, {"inputs": {}}])
def test_a_missing_required_variable_is_reported_with_its_type(values: Any) -> None:
    assert variable_errors(CREATE, **values) == [
        {
            "path": None,
            "locations": locations_at(10),
            "message": "Variable 'input' has coerced Null value for NonNull type 'Item!'",
        }
    ]


@pytest.mark.parametrize("value", [{}, {"test": None}, {"test": "x", "in": {}}])
def test_a_null_in_an_input_is_reported_with_the_variable_name(value: Any) -> None:
    (error,) = variable_errors(CREATE, input=value)
    assert error["message"] == "Variable 'input' has coerced Null value for NonNull type 'String!'"


def test_an_unknown_input_field_is_reported_without_its_name_or_location() -> None:
    assert variable_errors(CREATE, input={"testa": "test"}) == [
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
def test_an_invalid_scalar_is_reported_with_the_input_field_name(value: Any, message: str) -> None:
    (error,) = variable_errors(CREATE, input={"test": "x"} | value)
    assert error["message"].startswith(message)
    assert error["locations"] == locations_at(10)


def test_valid_variables_have_no_errors() -> None:
    item = {"test": "x", "date": "2020-01-01T00:00Z", "langs": "SPANISH", "in": {"test": "y", "more": None}}
    assert variable_errors(CREATE, input=item, other=1) == []


def test_an_omitted_variable_has_its_default() -> None:
    assert variable_errors("query($id: ID! = 5) { getPost(id: $id) { id } }") == []


def test_only_the_first_invalid_variable_is_reported() -> None:
    assert len(variable_errors("query($a: ID!, $b: Int!) { getPost(id: $a) { posts(first: $b) { id } } }")) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("SPANISH"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["test", "more", "in", "langs", "date", "x"]), inner)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_a_variable_has_an_error_exactly_if_graphql_core_cannot_coerce_it(value: Any) -> None:
    query = parse("mutation($input: [Item!]!) { createMany(input: $input) { id } }")
    (operation,) = query.definitions
    assert isinstance(operation, OperationDefinitionNode)
    coerced = get_variable_values(SMALL_SCHEMA, operation.variable_definitions or (), {"input": value})
    errors = validation.validate_variables(SMALL_SCHEMA, operation, {"input": value})
    assert len(errors) == (0 if isinstance(coerced, VariableValues) else 1)
