"""What each request to DynamoDB was and cost, as DynamoDB itself counts it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request on the wire and what it cost, as DynamoDB counts it."""

    operation: str
    index: str | None
    keys: int
    items: int
    read_units: float
    write_units: float
    ms: float


def register(events: Any, hear: Callable[[Call], None]) -> None:
    """Tells `hear` of each attempt that a botocore client with these events makes: its own retries are requests too."""

    def asked(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params

    def sent(request: Any, **_: Any) -> None:
        request.context["sent"] = time.perf_counter()

    def answered(event_name: str, context: dict[str, Any], parsed_response: dict[str, Any] | None, **_: Any) -> None:
        ms = (time.perf_counter() - context["sent"]) * 1000
        hear(call(event_name.rpartition(".")[2], context["asked"], parsed_response or {}, ms))

    events.register("provide-client-params.dynamodb", asked)
    events.register("request-created.dynamodb", sent)
    events.register("response-received.dynamodb", answered)


def call(operation: str, asked: dict[str, Any], answer: dict[str, Any], ms: float) -> Call:
    """The account of one attempt, from its parameters and its answer; a failed one is answered nothing, or an error."""
    writes = operation not in ("GetItem", "BatchGetItem", "Query", "Scan")
    consumed = answer.get("ConsumedCapacity", ())
    units = sum(one["CapacityUnits"] for one in ([consumed] if isinstance(consumed, dict) else consumed))
    keys = len(asked.get("TransactItems", ())) or sum(map(members, asked.get("RequestItems", {}).values())) or 1
    items = keys if writes else found(answer)
    return Call(
        operation=operation,
        index=asked.get("IndexName"),
        keys=keys,
        items=0 if not answer or "Error" in answer else items,
        read_units=0 if writes else units,
        write_units=units if writes else 0,
        ms=round(ms, 3),
    )


def members(batch: Any) -> int:
    return len(batch["Keys"] if isinstance(batch, dict) else batch)


def found(answer: dict[str, Any]) -> int:
    if "Item" in answer:
        return 1
    return len(answer.get("Items", ())) + sum(map(len, answer.get("Responses", {}).values()))
