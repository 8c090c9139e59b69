"""Traces: the function invocations, cache hits and DynamoDB requests of a request, with every retry."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local.lambdas.pool import InvocationResult
from resolvers.field_config import FieldConfig

MAX_TRACES = 200
MAX_CHARACTERS = 20_000_000  # of the texts of all traces together
MAX_RESPONSE_CHARACTERS = 100_000  # of one response
GRAPHQL, REST = "GraphQL", "REST"
INTROSPECTION_FIELD = re.compile(r"\b__(schema|type)\b")


class Trace:
    """The trace of one request, which begins now.

    A GraphQL request has a query and variables. A REST request has its method and path as `query`, its body as
    `variables` and its operation id as `operation`. Times are milliseconds since the request began. On Linux all
    processes share the clock of time.perf_counter.
    """

    def __init__(
        self,
        id: str,
        operation: str | None,
        query: str,
        variables: Mapping[str, Any] | str,
        caller: str,
        protocol: str = GRAPHQL,
    ) -> None:
        self.id = id
        self.operation = operation
        self.query = query
        self.variables = variables if isinstance(variables, str) else json.dumps(variables)
        self.caller = caller
        self.protocol = protocol
        self.started_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.started = time.perf_counter()
        self.ms: float | None = None
        self.status = 200
        self.response = ""
        self.response_characters = 0
        self.errors: list[dict[str, Any]] = []
        self.resolvers: list[dict[str, Any]] = []
        self.dynamodb: list[dict[str, Any]] = []
        self.cache: list[dict[str, Any]] = []
        self.tracebacks: list[dict[str, Any]] = []

    def add(
        self, field: FieldConfig, batch: int, outcome: InvocationResult, sent_at: float, paths: Sequence[str] = ()
    ) -> None:
        """Records an invocation of a field's function with `batch` events; `paths` are those of its instances."""
        max_batch = field.batch.size if field.batch else 1
        entry = {"field": field.path, "paths": paths, "function": field.function, "batch": batch, "maxBatch": max_batch}
        self.add_invocation(entry, outcome, sent_at)

    def add_invocation(self, entry: dict[str, Any], outcome: InvocationResult, sent_at: float) -> None:
        """Records an invocation, sent at `sent_at` (time.perf_counter), and its DynamoDB requests.

        In the entry, `maxBatch` is the maximum number of events in a batch and `ms` the duration of the function since
        its `start`. Between `at` and `start` the invocation waited for a process, which may have had to start; at `end`
        its result had arrived.
        """
        at, end = self.elapsed_ms(sent_at), self.elapsed_ms(time.perf_counter())
        start = max(at, end - outcome.ms) if outcome.started is None else self.elapsed_ms(outcome.started)
        times = {"at": at, "start": start, "ms": outcome.ms, "end": end, "pid": outcome.pid}
        failure = {"error": f"{outcome.failed.type}: {outcome.failed}"} if outcome.failed else {}
        position = len(self.resolvers)
        for call in outcome.calls:
            invocation = {"at": self.elapsed_ms(call["at"]), "resolver": entry["field"], "invocation": position}
            self.dynamodb.append({camel(name): value for name, value in call.items()} | invocation)
        self.tracebacks += [{"invocation": position, "text": text} for text in outcome.tracebacks]
        self.resolvers.append(entry | times | failure)

    def add_cache_hit(self, field: str, path: str | None = None) -> None:
        """Records a field, or a REST operation, that a cache answered."""
        paths = [path] if path else []
        self.cache.append({"field": field, "paths": paths, "at": self.elapsed_ms(time.perf_counter())})

    def end(self, errors: list[dict[str, Any]]) -> None:
        self.ms = self.elapsed_ms(time.perf_counter())
        self.errors = errors

    def respond(self, text: str, status: int = 200) -> None:
        """Records the response: at most MAX_RESPONSE_CHARACTERS of its body."""
        self.status = status
        self.response = text[:MAX_RESPONSE_CHARACTERS]
        self.response_characters = len(text)

    @property
    def is_introspection(self) -> bool:
        """Whether the request reads the schema and no data."""
        invokes_nothing = self.protocol == GRAPHQL and not self.resolvers and not self.cache
        return invokes_nothing and INTROSPECTION_FIELD.search(self.query) is not None

    @property
    def failed_invocations(self) -> set[int]:
        """The positions of the invocations that failed or logged a traceback."""
        failed = {position for position, entry in enumerate(self.resolvers) if "error" in entry}
        return failed | {traceback["invocation"] for traceback in self.tracebacks}

    @property
    def characters(self) -> int:
        """The length of the texts: query, variables, response and tracebacks."""
        tracebacks = sum(len(traceback["text"]) for traceback in self.tracebacks)
        return len(self.query) + len(self.variables) + len(self.response) + tracebacks

    def elapsed_ms(self, moment: float) -> float:
        return round((moment - self.started) * 1000, 3)

    def to_dict(self) -> dict[str, Any]:
        """Returns the entries in the order in which they ended; `invocation` is an index into `resolvers`."""
        entries = {"resolvers": self.resolvers, "cache": self.cache, "dynamodb": self.dynamodb}
        return {"id": self.id, "ms": self.ms, **entries}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


class Traces:
    """The latest traces: at most 200 of them, and fewer if their texts exceed 20,000,000 characters."""

    def __init__(self) -> None:
        self.by_id: dict[str, Trace] = {}
        self.characters = 0

    def add(self, trace: Trace) -> None:
        """Adds a trace that has ended."""
        self.by_id[trace.id] = trace
        self.characters += trace.characters
        while len(self.by_id) > MAX_TRACES or self.characters > MAX_CHARACTERS:
            self.characters -= self.by_id.pop(next(iter(self.by_id))).characters

    def to_json(self) -> list[dict[str, Any]]:
        """Returns all traces as JSON values, oldest first."""
        return [vars(trace) for trace in self.by_id.values()]

    @classmethod
    def from_json(cls, values: Sequence[Mapping[str, Any]]) -> "Traces":
        """Returns the traces of `to_json`, without those whose attributes another version of this class has."""
        traces = cls()
        names = vars(Trace("", None, "", {}, "")).keys()
        for value in values:
            if value.keys() == names:
                trace = Trace.__new__(Trace)
                vars(trace).update(value)
                traces.add(trace)
        return traces

    def latest(self) -> list[Trace]:
        """Returns all traces, newest first."""
        return list(reversed(self.by_id.values()))

    def get(self, id: str) -> Trace | None:
        return self.by_id.get(id)

    def clear(self) -> None:
        self.by_id.clear()
        self.characters = 0
