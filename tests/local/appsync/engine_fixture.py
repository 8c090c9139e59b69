"""Runs the engine with the project's schema and with functions that a test defines."""

import asyncio
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import GraphQLSchema

from local.appsync.engine import AppSync
from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import GraphQLRequest
from local.auth.request import AuthContext
from local.lambdas.encoding import Variables
from local.lambdas.pool import FunctionError, InvocationResult
from local.schema import compiler, type_info
from local.trace.model import Trace
from resolvers.field_config import COGNITO, AuthMode
from resolvers.wiring import FIELDS, LIMITS

IDENTITY = {"sub": "ada", "claims": {"sub": "ada"}}
HEADERS: dict[str, str | list[str]] = {"host": "localhost", "x-a": ["1", "2"]}
TYPE_MODES = type_info.reachable_auth_modes(FIELDS)


class FakeFunctions:
    """Lambda functions with given results. They record their events."""

    def __init__(self, **results: Callable[[Any], Any]) -> None:
        self.results = results
        self.events: list[tuple[str, Any]] = []

    async def invoke(self, name: str, event: Any) -> InvocationResult:
        self.events.append((name, event))
        result = self.results[name](event)
        failed = result if isinstance(result, FunctionError) else None
        return InvocationResult(result=None if failed else result, failed=failed, calls=[], pid=1, ms=0)


@cache
def build_schema() -> GraphQLSchema:
    return compiler.build_schema()._schema


def build_api() -> ExecutableSchema:
    """Returns an API without cached documents: a test may change the limits of the validation."""
    return ExecutableSchema(build_schema(), FIELDS, TYPE_MODES, LIMITS)


def execute(
    functions: FakeFunctions,
    query: str,
    mode: AuthMode = COGNITO,
    aliases_share_batch: bool = True,
    clock: Callable[[], float] = time.monotonic,
    **variables: Any,
) -> dict[str, Any]:
    appsync = AppSync(build_api(), lambda: functions.invoke, aliases_share_batch, clock)
    request, caller = GraphQLRequest(query, Variables(variables)), AuthContext(mode, IDENTITY, HEADERS)
    trace = Trace("1", None, query, variables, "ada")
    return asyncio.run(appsync.execute(request, caller, trace, functions.invoke))


def return_properties(*ids: str) -> Callable[[Any], Any]:
    return lambda event: {"ok": [{"id": id, "ownerId": f"owner-of-{id}"} for id in ids]}


def return_owners(events: Any) -> Any:
    return [{"data": {"id": event["source"]["ownerId"], "name": event["source"]["id"]}} for event in events]
