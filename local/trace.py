"""What a request made: every invocation of a function, and every request to DynamoDB, retries included."""

from dataclasses import dataclass, field
from typing import Any

from local.workers import Outcome
from resolvers.encoding import camel
from resolvers.field import Field


@dataclass
class Trace:
    resolvers: list[dict[str, Any]] = field(default_factory=list)
    dynamodb: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Field, batch: int, outcome: Outcome) -> None:
        """Notes one invocation, of `batch` events, and what it asked of the table."""
        told = {"field": row.path, "function": row.function, "batch": batch, "ms": outcome.ms, "pid": outcome.pid}
        self.resolvers.append(told)
        for call in outcome.calls:
            self.dynamodb.append({camel(name): value for name, value in call.items()} | {"resolver": row.path})
