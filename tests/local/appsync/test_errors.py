"""Errors in the response: those that a field raised, and those that the engine finds in a resolver's values."""

import logging
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLResolveInfo, build_schema, execute, parse
from hypothesis import given
from hypothesis import strategies as st

from local.appsync.errors import DepthLimitReached, FieldError, NotAuthorized, ResolverLimitReached, format_error
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
DATE_TIME.coerce_output_value = vars(compiler.build_schema()._schema.type_map["AWSDateTime"])["coerce_output_value"]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "orders"]), inner),
    max_leaves=8,
)


def execute_query(query: str, **root: Any) -> tuple[Any, list[dict[str, Any]]]:
    """Executes a query and returns its data and errors. Fields have their parent's values; exceptions are raised."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any]) -> Any:
        value = source.get(info.field_name)
        if isinstance(value, Exception):
            raise value
        return value

    result = execute(SCHEMA, parse(query), root, field_resolver=resolve, executor_class=Executor)
    assert isinstance(result, ExecutionResult)
    return result.data, [format_error(error) for error in result.errors or []]


def test_a_field_error_has_its_type_and_its_error_info() -> None:
    data, errors = execute_query(
        "{ getUser { id } n }", getUser=FieldError("NotFound", "no such user", {"id": "x"}), n=1
    )
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
    ("exception", "type", "message"),
    [
        (NotAuthorized("Query", "n"), "Unauthorized", "Not Authorized to access n on type Query"),
        (ResolverLimitReached(), "ResolverExecutionLimitReached", "Resolver invocation limit reached"),
        (DepthLimitReached(20), "QueryDepthLimitReached", "Query depth limit of 20 reached"),
    ],
)
def test_an_error_of_the_engine_has_a_type(exception: FieldError, type: str, message: str) -> None:
    data, (error,) = execute_query("{ n }", n=exception)
    assert data == {"n": None}
    assert (error["errorType"], error["message"]) == (type, message)


def test_a_bug_is_logged_and_its_message_is_hidden(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        data, (error,) = execute_query("{ n }", n=KeyError("secret"))
    assert data == {"n": None}
    assert (error["errorType"], error["message"]) == ("InternalFailure", "internal server error")
    assert "secret" in caplog.text


def test_a_null_of_a_non_null_field_has_a_path_and_no_error_type() -> None:
    data, errors = execute_query("{ getUser { id } }", getUser={"id": None})
    assert data == {"getUser": None}
    assert errors == [
        {
            "path": ["getUser", "id"],
            "locations": None,
            "message": "Cannot return null for non-nullable type: 'ID' within parent 'User' (/getUser/id)",
        }
    ]


@pytest.mark.parametrize(
    ("friends", "type", "path"), [(None, "null", "friends"), ([{"id": "a"}, None], "User", "friends[1]")]
)
def test_a_list_type_is_named_null_in_an_error(friends: Any, type: str, path: str) -> None:
    _, (error,) = execute_query("{ me: getUser { friends { id } } }", getUser={"friends": friends})
    assert error["message"] == (f"Cannot return null for non-nullable type: '{type}' within parent 'User' (/me/{path})")


def test_an_invalid_scalar_value_is_null_and_its_siblings_remain() -> None:
    orders = [{"orderDate": "2020-05-23T06:04:37.000Z"}, {"orderDate": "2020-05-23T06:4:37.000Z"}]
    data, errors = execute_query("{ getUser { orders { orderDate } } }", getUser={"orders": orders})
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
def test_a_value_that_is_not_an_int_is_null(value: Any) -> None:
    data, (error,) = execute_query("{ n }", n=value)
    assert data == {"n": None}
    assert error["message"].startswith("Can't serialize value (/n) : Unable to serialize `")
    assert error["message"].endswith("` as a valid Int.")


def test_an_object_instead_of_a_list_is_an_error() -> None:
    data, errors = execute_query("{ users { id } }", users={"id": "a"})
    assert data == {"users": None}
    assert errors == [
        {
            "path": ["users"],
            "locations": None,
            "message": "Can't resolve value (/users) : type mismatch error, expected type LIST, got OBJECT",
        }
    ]


@pytest.mark.parametrize(("value", "kind"), [([], "LIST"), ("x", "STRING"), (1, "INT"), (True, "BOOLEAN")])
def test_a_value_instead_of_an_object_is_an_error(value: Any, kind: str) -> None:
    data, (error,) = execute_query("{ getUser { id } }", getUser=value)
    assert data == {"getUser": None}
    assert error["message"].endswith(f"(/getUser) : type mismatch error, expected type OBJECT, got {kind}")


def test_a_field_that_its_parent_lacks_is_null_without_an_error() -> None:
    assert execute_query("{ n }") == ({"n": None}, [])


def test_introspection_values_are_not_checked_as_json() -> None:
    data, errors = execute_query("{ __schema { types { name } queryType { name } } }")
    assert errors == []
    assert data["__schema"]["queryType"] == {"name": "Query"}


@given(user=JSON_VALUES, users=JSON_VALUES, n=JSON_VALUES)
def test_no_function_result_causes_an_internal_error(user: Any, users: Any, n: Any) -> None:
    query = "{ getUser { id name friends { id } orders { orderDate } } users { name } n colour at names }"
    _, errors = execute_query(query, getUser=user, users=users, n=n, colour=n, at=n, names=users)
    assert {tuple(error) for error in errors} <= {("path", "locations", "message")}
    assert all(error["locations"] is None for error in errors)
