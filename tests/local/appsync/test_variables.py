"""Variables that do not fit, refused in the words that real APIs of AppSync were seen to answer with."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues
from hypothesis import given
from hypothesis import strategies as st

from local.appsync.language import validation
from tests.local.small_schema import SMALL, at


def misfits(query: str, **values: Any) -> list[dict[str, Any]]:
    document = parse(query)
    assert validation.refused(SMALL, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return validation.variables(SMALL, operation, values)


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
