"""What each request to DynamoDB was and cost, as DynamoDB itself counts it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_KEYS = 100


@dataclass(frozen=True)
class Call:
    """One request on the wire and what it cost, as DynamoDB counts it.

    `where` is the keys it named, each as `pk / sk`, at most 100; `scanned` the items it read, of which a filter let
    `items` through; `error` is why it failed; `at` when it was sent, by time.perf_counter.
    """

    operation: str
    index: str | None
    keys: int
    where: tuple[str, ...]
    items: int
    scanned: int
    read_units: float
    write_units: float
    at: float
    ms: float
    error: str | None


def register(events: Any, hear: Callable[[Call], None]) -> None:
    """Tells `hear` of each attempt that a botocore client with these events makes: its own retries are requests too."""

    def asked(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = params

    def sent(request: Any, **_: Any) -> None:
        request.context["sent"] = time.perf_counter()

    def answered(
        event_name: str, context: dict[str, Any], parsed_response: Any, exception: Exception | None, **_: Any
    ) -> None:
        answer = parsed_response or {"Error": {"Code": type(exception).__name__}}
        hear(call(event_name.rpartition(".")[2], context["asked"], answer, context["sent"]))

    events.register("provide-client-params.dynamodb", asked)
    events.register("request-created.dynamodb", sent)
    events.register("response-received.dynamodb", answered)


def call(operation: str, asked: dict[str, Any], answer: dict[str, Any], at: float) -> Call:
    """The account of one attempt, just answered, from its parameters and its answer."""
    ms = (time.perf_counter() - at) * 1000
    writes = operation not in ("GetItem", "BatchGetItem", "Query", "Scan")
    consumed = answer.get("ConsumedCapacity", ())
    units = sum(one["CapacityUnits"] for one in ([consumed] if isinstance(consumed, dict) else consumed))
    keys = len(asked.get("TransactItems", ())) or sum(map(members, asked.get("RequestItems", {}).values())) or 1
    error = answer.get("Error", {}).get("Code")
    items = 0 if error else keys if writes else found(answer)
    return Call(
        operation=operation,
        index=asked.get("IndexName"),
        keys=keys,
        where=tuple(where(asked)[:MOST_KEYS]),
        items=items,
        scanned=answer.get("ScannedCount", items),
        read_units=0 if writes else units,
        write_units=units if writes else 0,
        at=at,
        ms=round(ms, 3),
        error=error,
    )


def members(batch: Any) -> int:
    return len(batch["Keys"] if isinstance(batch, dict) else batch)


def found(answer: dict[str, Any]) -> int:
    if "Item" in answer:
        return 1
    return len(answer.get("Items", ())) + sum(map(len, answer.get("Responses", {}).values()))


def where(asked: Mapping[str, Any]) -> list[str]:
    """The keys that a request names: a range as `pk / low … high`, a write in a batch after its kind; a scan's none."""
    if "KeyConditionExpression" in asked:
        pk, low, high = (text(asked["ExpressionAttributeValues"][name]) for name in (":pk", ":low", ":high"))
        return [f"{pk} / {low} … {high}"]
    batches = asked.get("RequestItems", {}).values()
    reads = [key for batch in batches if isinstance(batch, dict) for key in batch["Keys"]]
    writes = [*asked.get("TransactItems", ()), *(one for batch in batches if isinstance(batch, list) for one in batch)]
    alone = [asked[name] for name in ("Key", "Item") if name in asked]
    return [
        *map(key_in, alone + reads),
        *(
            f"{kind.removesuffix('Request')} {key_in(of.get('Key') or of['Item'])}"
            for one in writes
            for kind, of in one.items()
        ),
    ]


def key_in(item: Mapping[str, Any]) -> str:
    return f"{text(item['pk'])} / {text(item['sk'])}"


def text(value: Mapping[str, str]) -> str:
    (held,) = value.values()
    return held
