"""What a request set going: invocations of functions, answers of the cache, requests to DynamoDB with every retry."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.lambdas.pool import Outcome
from resolvers.field_config import Field

MOST = 200
MOST_CHARACTERS = 20_000_000  # of all that they were asked


class Trace:
    """One request, from now on. Times are milliseconds since it began; on Linux the clock is one for all processes."""

    def __init__(self, id: str, operation: str | None, query: str, variables: Mapping[str, Any], asker: str) -> None:
        self.id = id
        self.operation = operation
        self.query = query
        self.variables = json.dumps(variables)
        self.asker = asker
        self.began_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.begun = time.perf_counter()
        self.ms: float | None = None
        self.errors: list[dict[str, Any]] = []
        self.resolvers: list[dict[str, Any]] = []
        self.dynamodb: list[dict[str, Any]] = []
        self.cache: list[dict[str, Any]] = []

    def add(self, row: Field, batch: int, outcome: Outcome, begun: float) -> None:
        """Notes an invocation of `batch` events, sent at `begun` by time.perf_counter, and what it asked of the table.

        `most` is how many events a batch may hold. `ms` is what the function took from when it `began`: since `at` it
        had waited for a process, perhaps for one to start, and until `end` its answer was on the way.
        """
        most = row.batch.size if row.batch else 1
        told = {"field": row.path, "function": row.function, "batch": batch, "most": most}
        at, end = self.since(begun), self.since(time.perf_counter())
        began = max(at, end - outcome.ms) if outcome.begun is None else self.since(outcome.begun)
        took = {"at": at, "began": began, "ms": outcome.ms, "end": end, "pid": outcome.pid}
        failed = {"failed": f"{outcome.failed.type}: {outcome.failed}"} if outcome.failed else {}
        for call in outcome.calls:
            of = {"at": self.since(call["at"]), "resolver": row.path, "invocation": len(self.resolvers)}
            self.dynamodb.append({camel(name): value for name, value in call.items()} | of)
        self.resolvers.append(told | took | failed)

    def hit(self, row: Field) -> None:
        """Notes an answer out of the cache."""
        self.cache.append({"field": row.path, "at": self.since(time.perf_counter())})

    def end(self, errors: list[dict[str, Any]]) -> None:
        self.ms = self.since(time.perf_counter())
        self.errors = errors

    @property
    def characters(self) -> int:
        """How much was asked."""
        return len(self.query) + len(self.variables)

    def since(self, moment: float) -> float:
        return round((moment - self.begun) * 1000, 3)

    def told(self) -> dict[str, Any]:
        """What it made, in the order in which it ended; `invocation` is a place in `resolvers`."""
        of = {"id": self.id, "ms": self.ms}
        return {**of, "resolvers": self.resolvers, "cache": self.cache, "dynamodb": self.dynamodb}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


class Traces:
    """The latest requests: 200 of them, or fewer where they are long."""

    def __init__(self) -> None:
        self.kept: dict[str, Trace] = {}
        self.characters = 0

    def add(self, trace: Trace) -> None:
        self.kept[trace.id] = trace
        self.characters += trace.characters
        while len(self.kept) > MOST or self.characters > MOST_CHARACTERS:
            self.characters -= self.kept.pop(next(iter(self.kept))).characters

    def latest(self) -> list[Trace]:
        """All of them, the newest first."""
        return list(reversed(self.kept.values()))

    def get(self, id: str) -> Trace | None:
        return self.kept.get(id)
