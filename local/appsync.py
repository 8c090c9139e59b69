"""AppSync in small: runs a request over the schema and asks the Lambda functions for what the wiring says is theirs.

A batched field waits until nothing else of its request is under way; then all its instances so far go out together, in
chunks of its row's size. AppSync does not document whether two aliases of one field share a batch: `mixed` says whether
they do here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLResolveInfo
from graphql.pyutils import Path
from strawberry.types.graphql import OperationType

from local import selection
from local.errors import DeskFailed, FieldError, LimitReached, NotAuthorized, TooDeep, written
from local.trace import Trace
from local.workers import Outcome
from resolvers.field import ROOTS, Field, Mode
from resolvers.wiring import LIMITS

Event = dict[str, Any]
Info = GraphQLResolveInfo[Any]
Invoke = Callable[[str, Any], Awaitable[Outcome]]
Waiting = tuple[Event, "asyncio.Future[Any]"]


@dataclass(frozen=True)
class Asker:
    """Who sent a request: the mode that let them in, the identity that resolvers are handed, the HTTP headers."""

    mode: Mode
    identity: Mapping[str, Any] | None
    headers: Mapping[str, str | list[str]]


class AppSync:
    """The API: a schema with the rows' functions behind it, each invoked by its name through `invoke`."""

    def __init__(self, schema: strawberry.Schema, rows: tuple[Field, ...], invoke: Invoke, mixed: bool = True) -> None:
        self.schema = schema
        self.invoke = invoke
        self.mixed = mixed
        by_path = {row.path: row for row in rows}
        for type in schema._schema.type_map.values():
            for name, field in getattr(type, "fields", {}).items():
                if not type.name.startswith("__") and hasattr(field, "resolve"):
                    field.resolve = resolver(by_path.get(f"{type.name}.{name}"))

    async def answer(
        self, query: str, variables: dict[str, Any] | None, operation: str | None, asker: Asker
    ) -> tuple[dict[str, Any], Trace]:
        """The body that answers a request, and what it took."""
        request = Request(self, asker, variables or {})
        result = await self.schema.execute(
            query,
            variable_values=variables,
            operation_name=operation,
            context_value=request,
            allowed_operation_types=[OperationType.QUERY, OperationType.MUTATION],
        )
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [written(error) for error in result.errors]
        return body, request.trace


def resolver(row: Field | None) -> Callable[..., Any]:
    """What answers a field: its row's function or, without a row, its parent."""
    if row is None:
        return from_parent

    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        request: Request = info.context
        if request.asker.mode not in row.who:
            raise NotAuthorized(row.parent, row.name)
        check_depth(info.path)
        request.count()
        given = {name: plain(value) for name, value in arguments.items()}
        if row.local:
            return given["input"]
        event = request.event(source, info, given)
        return request.later(row, event, info.path) if row.batch else request.now(row, event)

    return resolve


def from_parent(source: Mapping[str, Any], info: Info) -> Any:
    check_depth(info.path)
    return source.get(info.field_name)


def check_depth(path: Path) -> None:
    if sum(isinstance(key, str) for key in path.as_list()) > LIMITS.depth:
        raise TooDeep(LIMITS.depth)


def plain(value: Any) -> Any:
    """An argument as it is in an event: enums are their names."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value


class Request:
    """One request under way: which batches wait, how many invocations are out, what it took so far."""

    def __init__(self, api: AppSync, asker: Asker, variables: dict[str, Any]) -> None:
        self.api = api
        self.asker = asker
        self.variables = variables
        self.trace = Trace()
        self.out = 0
        self.resolvers = 0
        self.looking: asyncio.Handle | None = None
        self.under_way: set[asyncio.Task[Any]] = set()
        self.waiting: dict[tuple[Field, str], list[Waiting]] = {}

    def event(self, source: Any, info: Info, arguments: dict[str, Any]) -> Event:
        """What AppSync hands a direct Lambda resolver.

        https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
        """
        root = info.parent_type.name in ROOTS
        return {
            "arguments": arguments,
            "identity": self.asker.identity,
            "source": None if root else source,
            "request": {"headers": self.asker.headers, "domainName": None},
            "prev": None,
            "info": {
                "selectionSetList": selection.paths(info.field_nodes, info.fragments),
                "selectionSetGraphQL": selection.text(info.field_nodes),
                "parentTypeName": info.parent_type.name,
                "fieldName": info.field_name,
                "variables": self.variables,
            },
            "stash": {},
        }

    def count(self) -> None:
        """Counts one more resolver of the request. Raises LimitReached, as AppSync does."""
        self.resolvers += 1
        if self.resolvers > LIMITS.resolvers:
            raise LimitReached

    def now(self, row: Field, event: Event) -> Awaitable[Any]:
        """The value of a root field. As its handler does in AppSync: `ok` is the value, `err` an error."""
        self.out += 1
        return self.alone(row, event)

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Begins some work; asyncio itself would forget what nobody holds."""
        task = asyncio.ensure_future(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task

    async def alone(self, row: Field, event: Event) -> Any:
        try:
            answer = await self.invoked(row, event, 1)
        finally:
            self.back()
        if "err" in answer:
            raise FieldError(answer["err"]["type"], answer["err"]["message"], answer["err"]["info"])
        return answer["ok"]

    def later(self, row: Field, event: Event, path: Path) -> Awaitable[Any]:
        """The value of one instance of a batched field, once its batch has come back."""
        alias = "" if self.api.mixed else "/".join(key for key in path.as_list() if isinstance(key, str))
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault((row, alias), []).append((event, future))
        self.wake()
        return future

    def back(self) -> None:
        """One invocation less is out; what its answer leads to runs before the batches are looked at again."""
        self.out -= 1
        self.wake()

    def wake(self) -> None:
        """Lets all that runs now run to where it waits, then sees whether the batches may go.

        What was to look before does not: it would come ahead of what has been set going since.
        """
        if self.looking:
            self.looking.cancel()
        self.looking = asyncio.get_running_loop().call_soon(self.send)

    def send(self) -> None:
        if self.out:
            return
        waiting, self.waiting = self.waiting, {}
        for (row, _), all_of_it in waiting.items():
            size = row.batch.size if row.batch else 1
            for start in range(0, len(all_of_it), size):
                self.out += 1
                self.start(self.together(row, all_of_it[start : start + size]))

    async def together(self, row: Field, chunk: list[Waiting]) -> None:
        """Invokes the function with one list and gives each instance its item of the answer."""
        try:
            items = await self.invoked(row, [event for event, _ in chunk], len(chunk))
            if not isinstance(items, list) or len(items) != len(chunk):
                raise FieldError("Lambda:Unhandled", f"{row.path} did not answer {len(chunk)} items")
        except Exception as error:
            told = error if isinstance(error, FieldError) else DeskFailed(row.path, error)
            items = [{"errorType": told.type, "errorMessage": str(told)} for _ in chunk]
        for (_, future), item in zip(chunk, items, strict=True):
            if future.done():
                continue
            if "errorMessage" in item:
                future.set_exception(FieldError(item["errorType"], item["errorMessage"]))
            else:
                future.set_result(item.get("data"))
        self.back()

    async def invoked(self, row: Field, payload: Any, batch: int) -> Any:
        outcome = await self.api.invoke(row.function, payload)
        self.trace.add(row, batch, outcome)
        if outcome.failed:
            raise FieldError(outcome.failed.type, outcome.failed.message)
        return outcome.result
