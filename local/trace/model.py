"""Traces: the function invocations, cache hits and DynamoDB requests of a request, with every retry."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local.lambdas.pool import InvocationResult
from resolvers.field_config import FieldConfig

MOST = 200
MOST_CHARACTERS = 20_000_000  # of the queries and variables of all traces together


class Trace:
    """The trace of one request, which begins now.

    Times are milliseconds since the request began. On Linux all processes share the clock of time.perf_counter.
    """

    def __init__(self, id: str, operation: str | None, query: str, variables: Mapping[str, Any], asker: str) -> None:
        self.id = id
        self.operation = operation
        self.query = query
        self.variables = json.dumps(variables)
        self.caller = asker
        self.began_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.started = time.perf_counter()
        self.ms: float | None = None
        self.errors: list[dict[str, Any]] = []
        self.resolvers: list[dict[str, Any]] = []
        self.dynamodb: list[dict[str, Any]] = []
        self.cache: list[dict[str, Any]] = []

    def add(self, row: FieldConfig, batch: int, outcome: InvocationResult, started: float) -> None:
        """Records an invocation of `batch` events, sent at `started` (time.perf_counter), and its DynamoDB requests.

        In the entry, `most` is the maximum number of events in a batch and `ms` the duration of the function since it
        `began`. Between `at` and `began` the invocation waited for a process, which may have had to start; at `end`
        its result had arrived.
        """
        most = row.batch.size if row.batch else 1
        entry = {"field": row.path, "function": row.function, "batch": batch, "most": most}
        at, end = self.elapsed_ms(started), self.elapsed_ms(time.perf_counter())
        began = max(at, end - outcome.ms) if outcome.started is None else self.elapsed_ms(outcome.started)
        took = {"at": at, "began": began, "ms": outcome.ms, "end": end, "pid": outcome.pid}
        failed = {"failed": f"{outcome.failed.type}: {outcome.failed}"} if outcome.failed else {}
        for call in outcome.calls:
            of = {"at": self.elapsed_ms(call["at"]), "resolver": row.path, "invocation": len(self.resolvers)}
            self.dynamodb.append({camel(name): value for name, value in call.items()} | of)
        self.resolvers.append(entry | took | failed)

    def add_cache_hit(self, row: FieldConfig) -> None:
        """Records a field that the cache resolved."""
        self.cache.append({"field": row.path, "at": self.elapsed_ms(time.perf_counter())})

    def end(self, errors: list[dict[str, Any]]) -> None:
        self.ms = self.elapsed_ms(time.perf_counter())
        self.errors = errors

    @property
    def characters(self) -> int:
        """The length of the query and of the variables' JSON."""
        return len(self.query) + len(self.variables)

    def elapsed_ms(self, moment: float) -> float:
        return round((moment - self.started) * 1000, 3)

    def to_dict(self) -> dict[str, Any]:
        """Returns the entries in the order in which they ended; `invocation` is an index into `resolvers`."""
        of = {"id": self.id, "ms": self.ms}
        return {**of, "resolvers": self.resolvers, "cache": self.cache, "dynamodb": self.dynamodb}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


class Traces:
    """The latest traces: at most 200 of them, and fewer if their queries and variables exceed 20,000,000 characters."""

    def __init__(self) -> None:
        self.by_id: dict[str, Trace] = {}
        self.characters = 0

    def add(self, trace: Trace) -> None:
        self.by_id[trace.id] = trace
        self.characters += trace.characters
        while len(self.by_id) > MOST or self.characters > MOST_CHARACTERS:
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
