"""The handler of every AppSync Lambda function.

The event of a root field is a single object. Its response is `{"ok": value}` or `{"err": {"type", "message", "info"}}`,
which the field's APPSYNC_JS handler turns into a value or an error. The events of a batched field are a list. Their
response is a list of `{"data": value}` or of objects with `errorMessage` and `errorType`; if a batched field's event is
a single object, its response is the plain value.
https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-lambda.html
"""

from resolvers.runtime import cold_start

# isort: split

import os
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from data.errors import ApiError, StorageError, TryAgain
from resolvers.field_config import FieldConfig
from resolvers.runtime import caller, encoding
from resolvers.runtime.errors import InternalError
from resolvers.wiring import FIELD_BY_PATH

Event = Mapping[str, Any]
Result = dict[str, Any]

MAX_FAILURES = 32  # in one batch, while its failing items are searched for

logger = Logger(service="homes")
metrics = Metrics(namespace="Homes", service=f"homes-{os.environ.get('STAGE', 'local')}")


def resolve_event(event: Any, context: object) -> Any:
    """Returns the response to an event, or to each event of a list, in order."""
    first = event[0] if isinstance(event, list) else event
    logger.set_correlation_id(correlation_id(first))
    field = FIELD_BY_PATH["{parentTypeName}.{fieldName}".format(**first["info"])]
    if isinstance(event, list):
        return resolve_batch(field, event)
    return resolve_single(field, event) if field.batch else resolve_root(field, event)


def resolve_root(field: FieldConfig, event: Event) -> Result:
    try:
        return {"ok": encoding.encode(field.resolver(**arguments(field, event)))}
    except Exception as error:
        client_error = to_client_error(field, error)
        return {
            "err": {
                "type": type(client_error).__name__,
                "message": str(client_error),
                "info": encoding.error_info(client_error),
            }
        }


def resolve_single(field: FieldConfig, event: Event) -> Any:
    """Returns the plain value for a single event of a batched field; raises the client error."""
    try:
        return encoding.encode(call_batch_resolver(field, [event])[0])
    except Exception as error:
        raise to_client_error(field, error) from None


def resolve_batch(field: FieldConfig, events: list[Event]) -> list[Result]:
    """Returns the result of each event, in order; a failing event does not affect the others.

    Events with equal arguments and caller are passed to the resolver together, so it reads once for all of them.
    """
    results: dict[int, Result] = {}
    for positions in group_by_arguments_and_caller(events):
        results |= zip(positions, resolve_group(field, [events[position] for position in positions]), strict=True)
    return [results[position] for position in range(len(events))]


def group_by_arguments_and_caller(events: list[Event]) -> list[list[int]]:
    """Returns the positions of the events, grouped by equal arguments and the same caller."""
    groups: list[tuple[Any, list[int]]] = []
    for position, event in enumerate(events):
        group_key = event["arguments"], event.get("identity")
        for key, positions in groups:
            if key == group_key:
                positions.append(position)
                break
        else:
            groups.append((group_key, [position]))
    return [positions for _, positions in groups]


def resolve_group(field: FieldConfig, events: list[Event]) -> list[Result]:
    """Returns the results of events with equal arguments and caller.

    If a call fails, its halves are called until each failing event is isolated: not if the table itself fails, and at
    most until MAX_FAILURES calls have failed, because further calls would only add load.
    """
    results: list[Result] = []
    pending, failures = [events], 0
    while pending:
        chunk = pending.pop()
        try:
            results += [{"data": encoding.encode(value)} for value in call_batch_resolver(field, chunk)]
        except Exception as error:
            failures += 1
            if len(chunk) > 1 and failures < MAX_FAILURES and not isinstance(error, (TryAgain, StorageError)):
                half = len(chunk) // 2
                pending += [chunk[half:], chunk[:half]]
            else:
                client_error = to_client_error(field, error)
                failure = {"data": None, "errorMessage": str(client_error), "errorType": type(client_error).__name__}
                results += [failure for _ in chunk]
    return results


def call_batch_resolver(field: FieldConfig, events: list[Event]) -> list[Any]:
    """Returns the resolver's value for each of these events, which have equal arguments and caller."""
    parents = encoding.batch_arguments(field, [event["source"] for event in events])
    values: list[Any] = field.resolver(parents, **arguments(field, events[0]))
    if len(values) != len(events):
        raise ValueError(f"{field.path} returned {len(values)} values for {len(events)} events")
    return values


def arguments(field: FieldConfig, event: Event) -> dict[str, Any]:
    values = encoding.arguments(field.resolver, event["arguments"])
    if name := encoding.caller_parameter(field.resolver):
        values[name] = caller.from_identity(event.get("identity"))
    return values


def to_client_error(field: FieldConfig, error: Exception) -> Exception:
    """Returns the error for the client: a client error unchanged, for any other an InternalError with the log's id."""
    client_error = error if isinstance(error, ApiError) else InternalError(logger.get_correlation_id() or "")
    record_error(field.path, error, client_error)
    return client_error


def record_error(path: str, error: Exception, client_error: Exception) -> None:
    """Counts the error that the client of a field or route receives, and logs failures of the service."""
    metrics.add_dimension(name="field", value=path)
    metrics.add_metric(name=type(client_error).__name__, unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()
    metrics.clear_metrics()  # flushing does not clear them if metrics are disabled
    if isinstance(error, TryAgain):
        logger.warning("the table is throttled or unreachable", field=path, cause=repr(error.__cause__))
    elif not isinstance(error, ApiError):
        logger.exception("a resolver failed", field=path, exc_info=error)


def correlation_id(event: Event) -> str:
    headers = (event.get("request") or {}).get("headers") or {}
    return str(headers.get("x-amzn-trace-id") or uuid.uuid4())


def with_tracing(entry: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Returns the handler with X-Ray tracing if TRACING is `on`; otherwise the SDK is not imported."""
    if os.environ.get("TRACING") != "on":
        return entry
    from aws_lambda_powertools.tracing import Tracer

    tracer = Tracer(service="homes", patch_modules=["botocore"])
    wrapped: Callable[[Any, Any], Any] = tracer.capture_lambda_handler(entry, capture_response=False)
    return wrapped


handle = with_tracing(resolve_event)
cold_start.finish()
