"""The entry of every AppSync Lambda function.

A root field's event comes alone and is answered `{"ok": value}` or `{"err": {"type", "message", "info"}}`, which the
field's APPSYNC_JS handler turns into a value or an error. A batched field's events come in a list and are answered in
a list, each `{"data": value}` or with `errorMessage` and `errorType`; one that comes alone by the bare value.
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

from data.errors import Fault, Refusal, TryAgain
from resolvers.field_config import Field
from resolvers.runtime import caller, encoding
from resolvers.runtime.errors import InternalError
from resolvers.wiring import ROWS

Event = Mapping[str, Any]
Answer = dict[str, Any]

MOST_FAILURES = 32  # of one batch, in search of the items that make it fail

logger = Logger(service="homes")
metrics = Metrics(namespace="Homes", service=f"homes-{os.environ.get('STAGE', 'desk')}")


def answer(event: Any, context: object) -> Any:
    """The answer to an event, or to each of a list of events, in their order."""
    first = event[0] if isinstance(event, list) else event
    logger.set_correlation_id(correlation_id(first))
    field = ROWS["{parentTypeName}.{fieldName}".format(**first["info"])]
    if isinstance(event, list):
        return many(field, event)
    return alone(field, event) if field.batch else root(field, event)


def root(field: Field, event: Event) -> Answer:
    try:
        return {"ok": encoding.encode(field.resolver(**arguments(field, event)))}
    except Exception as error:
        told = explained(field, error)
        return {"err": {"type": type(told).__name__, "message": str(told), "info": encoding.facts(told)}}


def alone(field: Field, event: Event) -> Any:
    """The bare value of a batched field whose event came alone; raises what went wrong, by the name to be seen."""
    try:
        return encoding.encode(answered(field, [event])[0])
    except Exception as error:
        raise explained(field, error) from None


def many(field: Field, events: list[Event]) -> list[Answer]:
    """The answer to each event, in their order: one that goes wrong takes none of the others along.

    Events that agree in arguments and caller go to the field's function together, so it reads once for all of them.
    """
    answers: dict[int, Answer] = {}
    for positions in alike(events):
        answers |= zip(positions, items(field, [events[position] for position in positions]), strict=True)
    return [answers[position] for position in range(len(events))]


def alike(events: list[Event]) -> list[list[int]]:
    """The positions of the events that agree in arguments and caller, group by group."""
    groups: list[tuple[Any, list[int]]] = []
    for position, event in enumerate(events):
        asked = event["arguments"], event.get("identity")
        for same, positions in groups:
            if same == asked:
                positions.append(position)
                break
        else:
            groups.append((asked, [position]))
    return [positions for _, positions in groups]


def items(field: Field, events: list[Event]) -> list[Answer]:
    """The answers to events that agree. Where one makes them fail together, the halves are tried, until it fails alone.

    But not where the table is what fails, nor without end: either would only be more to do for it.
    """
    answers: list[Answer] = []
    waiting, failures = [events], 0
    while waiting:
        some = waiting.pop()
        try:
            answers += [{"data": encoding.encode(value)} for value in answered(field, some)]
        except Exception as error:
            failures += 1
            if len(some) > 1 and failures < MOST_FAILURES and not isinstance(error, (TryAgain, Fault)):
                half = len(some) // 2
                waiting += [some[half:], some[:half]]
            else:
                told = explained(field, error)
                wrong = {"data": None, "errorMessage": str(told), "errorType": type(told).__name__}
                answers += [wrong for _ in some]
    return answers


def answered(field: Field, events: list[Event]) -> list[Any]:
    """What the field's function answers to each of these, which agree in arguments and caller."""
    parents = encoding.parents(field, [event["source"] for event in events])
    values: list[Any] = field.resolver(parents, **arguments(field, events[0]))
    if len(values) != len(events):
        raise ValueError(f"{field.path} answered {len(values)} of {len(events)}")
    return values


def arguments(field: Field, event: Event) -> dict[str, Any]:
    given = encoding.arguments(field.resolver, event["arguments"])
    if name := encoding.takes_caller(field.resolver):
        given[name] = caller.from_identity(event.get("identity"))
    return given


def explained(field: Field, error: Exception) -> Exception:
    """What the client is told of an error: a refusal as it is, of anything else where to find it in our log."""
    told = error if isinstance(error, Refusal) else InternalError(logger.get_correlation_id() or "")
    note(field.path, error, told)
    return told


def note(path: str, error: Exception, told: Exception) -> None:
    """Counts what the client of a field, or of a route, is told of an error, and logs what only we can put right."""
    metrics.add_dimension(name="field", value=path)
    metrics.add_metric(name=type(told).__name__, unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()
    metrics.clear_metrics()  # which flushing does not do where metrics are off
    if isinstance(error, TryAgain):
        logger.warning("the table is busy or away", field=path, cause=repr(error.__cause__))
    elif not isinstance(error, Refusal):
        logger.exception("a resolver failed", field=path, exc_info=error)


def correlation_id(event: Event) -> str:
    headers = (event.get("request") or {}).get("headers") or {}
    return str(headers.get("x-amzn-trace-id") or uuid.uuid4())


def traced(entry: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The entry under X-Ray, where the function has it on; its SDK is not even imported elsewhere."""
    if os.environ.get("TRACING") != "on":
        return entry
    from aws_lambda_powertools.tracing import Tracer

    tracer = Tracer(service="homes", patch_modules=["botocore"])
    wrapped: Callable[[Any, Any], Any] = tracer.capture_lambda_handler(entry, capture_response=False)
    return wrapped


handle = traced(answer)
cold_start.done()
