"""Errors as clients get them: what a field raised, and what the engine finds in the values it is handed."""

import logging
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLResolveInfo, build_schema, execute, parse
from hypothesis import given
from hypothesis import strategies as st

from local.appsync.errors import FieldError, LimitReached, NotAuthorized, TooDeep, written
from local.appsync.execution.executor import Executor
from local.schema import compiler

SCHEMA = build_schema(
    """
    scalar AWSDateTime
    enum Colour { RED }
    type Query { getUser: User, users: [User], names: [String!], at: AWSDateTime, n: Int, colour: Colour }
    type User { id: ID!, name: String!, friends: [User!]!, orders: [Order] }
    type Order { orderDate: AWSDateTime }
    """
)
DATE_TIME: Any = SCHEMA.type_map["AWSDateTime"]
DATE_TIME.coerce_output_value = vars(compiler.build()._schema.type_map["AWSDateTime"])["coerce_output_value"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "orders"]), inner),
    max_leaves=8,
)


def ask(query: str, **root: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The data and the errors that answer a query, each field taken from its parent."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any]) -> Any:
        value = source.get(info.field_name)
        if isinstance(value, Exception):
            raise value
        return value

    result = execute(SCHEMA, parse(query), root, field_resolver=resolve, executor_class=Executor)
    assert isinstance(result, ExecutionResult)
    return result.data, [written(error) for error in result.errors or []]


def test_what_a_field_raised_is_told_with_its_type_and_facts() -> None:
    data, errors = ask("{ getUser { id } n }", getUser=FieldError("NotFound", "no such user", {"id": "x"}), n=1)
    assert data == {"getUser": None, "n": 1}
    assert errors == [
        {
            "path": ["getUser"],
            "data": None,
            "errorType": "NotFound",
            "errorInfo": {"id": "x"},
            "locations": [{"line": 1, "column": 3, "sourceName": None}],
            "message": "no such user",
        }
    ]


@pytest.mark.parametrize(
    ("raised", "type", "message"),
    [
        (NotAuthorized("Query", "n"), "Unauthorized", "Not Authorized to access n on type Query"),
        (LimitReached(), "ResolverExecutionLimitReached", "Resolver invocation limit reached"),
        (TooDeep(20), "QueryDepthLimitReached", "Query depth limit of 20 reached"),
    ],
)
def test_what_the_desk_refuses_has_a_type(raised: FieldError, type: str, message: str) -> None:
    data, (error,) = ask("{ n }", n=raised)
    assert data == {"n": None}
    assert (error["errorType"], error["message"]) == (type, message)


def test_a_bug_of_the_desk_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        data, (error,) = ask("{ n }", n=KeyError("secret"))
    assert data == {"n": None}
    assert (error["errorType"], error["message"]) == ("InternalFailure", "the desk failed")
    assert "secret" in caplog.text


def test_a_null_where_none_may_be_is_told_with_its_place_and_without_a_type() -> None:
    data, errors = ask("{ getUser { id } }", getUser={"id": None})
    assert data == {"getUser": None}
    assert errors == [
        {
            "path": ["getUser", "id"],
            "locations": None,
            "message": "Cannot return null for non-nullable type: 'ID' within parent 'User' (/getUser/id)",
        }
    ]


@pytest.mark.parametrize(
    ("friends", "type", "place"), [(None, "null", "friends"), ([{"id": "a"}, None], "User", "friends[1]")]
)
def test_a_type_that_is_a_list_has_no_name(friends: Any, type: str, place: str) -> None:
    _, (error,) = ask("{ me: getUser { friends { id } } }", getUser={"friends": friends})
    assert error["message"] == (
        f"Cannot return null for non-nullable type: '{type}' within parent 'User' (/me/{place})"
    )


def test_a_value_that_its_scalar_does_not_have_is_null_and_the_rest_stays() -> None:
    orders = [{"orderDate": "2020-05-23T06:04:37.000Z"}, {"orderDate": "2020-05-23T06:4:37.000Z"}]
    data, errors = ask("{ getUser { orders { orderDate } } }", getUser={"orders": orders})
    assert data == {"getUser": {"orders": [{"orderDate": "2020-05-23T06:04:37.000Z"}, {"orderDate": None}]}}
    assert errors == [
        {
            "path": ["getUser", "orders", 1, "orderDate"],
            "locations": None,
            "message": "Can't serialize value (/getUser/orders[1]/orderDate) : "
            "Unable to serialize `2020-05-23T06:4:37.000Z` as a valid DateTime Object.",
        }
    ]


@pytest.mark.parametrize("value", [2**31, "x", {"a": 1}, [1], 0.5])
def test_a_number_that_is_no_int_is_null(value: Any) -> None:
    data, (error,) = ask("{ n }", n=value)
    assert data == {"n": None}
    assert error["message"].startswith("Can't serialize value (/n) : Unable to serialize `")
    assert error["message"].endswith("` as a valid Int.")


def test_an_object_where_a_list_is_expected_is_told() -> None:
    data, errors = ask("{ users { id } }", users={"id": "a"})
    assert data == {"users": None}
    assert errors == [
        {
            "path": ["users"],
            "locations": None,
            "message": "Can't resolve value (/users) : type mismatch error, expected type LIST, got OBJECT",
        }
    ]


@pytest.mark.parametrize(("value", "kind"), [([], "LIST"), ("x", "STRING"), (1, "INT"), (True, "BOOLEAN")])
def test_what_is_no_object_where_one_is_expected_is_told(value: Any, kind: str) -> None:
    data, (error,) = ask("{ getUser { id } }", getUser=value)
    assert data == {"getUser": None}
    assert error["message"].endswith(f"(/getUser) : type mismatch error, expected type OBJECT, got {kind}")


def test_a_field_that_its_parent_does_not_have_is_null_and_no_error() -> None:
    assert ask("{ n }") == ({"n": None}, [])


def test_introspection_is_not_taken_for_values_out_of_json() -> None:
    data, errors = ask("{ __schema { types { name } queryType { name } } }")
    assert errors == []
    assert data["__schema"]["queryType"] == {"name": "Query"}


@given(user=JSON, users=JSON, n=JSON)
def test_whatever_a_function_answers_no_error_is_the_desks(user: Any, users: Any, n: Any) -> None:
    query = "{ getUser { id name friends { id } orders { orderDate } } users { name } n colour at names }"
    _, errors = ask(query, getUser=user, users=users, n=n, colour=n, at=n, names=users)
    assert {tuple(error) for error in errors} <= {("path", "locations", "message")}
    assert all(error["locations"] is None for error in errors)
