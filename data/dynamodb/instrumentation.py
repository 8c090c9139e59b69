"""Reports each request to DynamoDB and its cost, as DynamoDB counts it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_KEYS = 100


@dataclass(frozen=True)
class DynamoDBCall:
    """One request on the wire and its cost, as DynamoDB counts it.

    `keys` is the number of requested keys, and `key_names` has at most 100 of them, each as `pk / sk`. `scanned` items
    were read; a filter returned `items` of them. `at` is the time of sending by time.perf_counter. `error` is the code
    of the error, if the request failed. The traces of the local server show these names.
    """

    operation: str
    index: str | None
    keys: int
    key_names: tuple[str, ...]
    items: int
    scanned: int
    read_units: float
    write_units: float
    at: float
    ms: float
    error: str | None


def register(events: Any, on_call: Callable[[DynamoDBCall], None]) -> None:
    """Calls `on_call` for each attempt of the botocore client that has these events: a retry is a request, too."""

    def on_params(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["call_params"] = params

    def on_send(request: Any, **_: Any) -> None:
        request.context["sent_at"] = time.perf_counter()

    def on_response(
        event_name: str, context: dict[str, Any], parsed_response: Any, exception: Exception | None, **_: Any
    ) -> None:
        response = parsed_response or {"Error": {"Code": type(exception).__name__}}
        on_call(describe_call(event_name.rpartition(".")[2], context["call_params"], response, context["sent_at"]))

    events.register("provide-client-params.dynamodb", on_params)
    events.register("request-created.dynamodb", on_send)
    events.register("response-received.dynamodb", on_response)


def describe_call(operation: str, params: dict[str, Any], response: dict[str, Any], started_at: float) -> DynamoDBCall:
    """Describes an attempt whose response has just arrived."""
    ms = (time.perf_counter() - started_at) * 1000
    is_write = operation not in ("GetItem", "BatchGetItem", "Query", "Scan")
    consumed = response.get("ConsumedCapacity", ())
    units = sum(capacity["CapacityUnits"] for capacity in ([consumed] if isinstance(consumed, dict) else consumed))
    key_count = (
        len(params.get("TransactItems", ())) or sum(map(batch_size, params.get("RequestItems", {}).values())) or 1
    )
    error = response.get("Error", {}).get("Code")
    item_count = 0 if error else key_count if is_write else count_items(response)
    return DynamoDBCall(
        operation=operation,
        index=params.get("IndexName"),
        keys=key_count,
        key_names=tuple(key_names(params)[:MAX_KEYS]),
        items=item_count,
        scanned=response.get("ScannedCount", item_count),
        read_units=0 if is_write else units,
        write_units=units if is_write else 0,
        at=started_at,
        ms=round(ms, 3),
        error=error,
    )


def batch_size(batch: Any) -> int:
    return len(batch["Keys"] if isinstance(batch, dict) else batch)


def count_items(response: dict[str, Any]) -> int:
    if "Item" in response:
        return 1
    return len(response.get("Items", ())) + sum(map(len, response.get("Responses", {}).values()))


def key_names(params: Mapping[str, Any]) -> list[str]:
    """Returns the keys of a request: a range as `pk / lower … upper`, a write as `Put pk / sk`; empty for a Scan."""
    if "KeyConditionExpression" in params:
        pk, lower, upper = (
            attribute_text(params["ExpressionAttributeValues"][name]) for name in (":pk", ":low", ":high")
        )
        return [f"{pk} / {lower} … {upper}"]
    batches = params.get("RequestItems", {}).values()
    reads = [key for batch in batches if isinstance(batch, dict) for key in batch["Keys"]]
    writes = [
        *params.get("TransactItems", ()),
        *(write for batch in batches if isinstance(batch, list) for write in batch),
    ]
    single_keys = [params[name] for name in ("Key", "Item") if name in params]
    return [
        *map(format_key, single_keys + reads),
        *(
            f"{request_type.removesuffix('Request')} {format_key(request.get('Key') or request['Item'])}"
            for write in writes
            for request_type, request in write.items()
        ),
    ]


def format_key(item: Mapping[str, Any]) -> str:
    return f"{attribute_text(item['pk'])} / {attribute_text(item['sk'])}"


def attribute_text(value: Mapping[str, str]) -> str:
    (text,) = value.values()
    return text
