"""The engine over our schema, with functions that answer as a test says."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from local.appsync.engine import AppSync
from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import GraphQLRequest
from local.auth.request import AuthContext
from local.lambdas.pool import Failed, Outcome
from local.schema import compiler, type_info
from local.trace.model import Trace
from resolvers.field_config import COGNITO, Mode
from resolvers.wiring import FIELDS, LIMITS

IDENTITY = {"sub": "ada", "claims": {"sub": "ada"}}
HEADERS: dict[str, str | list[str]] = {"host": "localhost", "x-a": ["1", "2"]}


class Functions:
    """Lambda functions that answer as they are told, and keep the events that they were sent."""

    def __init__(self, **answers: Callable[[Any], Any]) -> None:
        self.answers = answers
        self.events: list[tuple[str, Any]] = []

    async def invoke(self, name: str, event: Any) -> Outcome:
        self.events.append((name, event))
        answer = self.answers[name](event)
        failed = answer if isinstance(answer, Failed) else None
        return Outcome(result=None if failed else answer, failed=failed, calls=[], pid=1, ms=0)


def api() -> ExecutableSchema:
    return ExecutableSchema(compiler.build()._schema, FIELDS, type_info.reached(FIELDS), LIMITS)


def ask(
    functions: Functions,
    query: str,
    mode: Mode = COGNITO,
    mixed: bool = True,
    clock: Callable[[], float] = time.monotonic,
    **variables: Any,
) -> dict[str, Any]:
    appsync = AppSync(api(), lambda: functions.invoke, mixed, clock)
    trace = Trace("1", None, query, variables, "ada")
    body = asyncio.run(appsync.execute(GraphQLRequest(query, variables), AuthContext(mode, IDENTITY, HEADERS), trace))
    return body


def homes(*ids: str) -> Callable[[Any], Any]:
    return lambda event: {"ok": [{"id": id, "ownerId": f"owner-of-{id}"} for id in ids]}


def named(events: Any) -> Any:
    return [{"data": {"id": event["source"]["ownerId"], "name": event["source"]["id"]}} for event in events]
