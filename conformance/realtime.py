"""The checks of the clients' subscriptions, and of the open questions about AppSync's WebSocket protocol.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from websockets.exceptions import WebSocketException

from conformance.client import ApiResponse
from conformance.contract import ASSUMPTIONS
from conformance.finding import OPEN_QUESTION, ConformanceFinding
from conformance.operations import ClientOperation, sample_values, variable_values
from conformance.realtime_connection import Message, RealtimeConnection, open_connection
from conformance.sample_properties import ZIP_CODE, SampleProperties

IMMEDIATE_SECONDS = 3
DELIVERY_SECONDS = 30  # from a change to its message
SETTLE_SECONDS = 1  # a subscription that was just acknowledged may miss the next change
KEEP_ALIVE_TOLERANCE_SECONDS = 5
SUBSCRIPTION = f'subscription {{ onZipChange(zipCode: "{ZIP_CODE}") {{ zipCode propertyId version }} }}'
TWO_ROOT_FIELDS = 'subscription { a: onZipChange(zipCode: "1") { version } b: onZipChange(zipCode: "2") { version } }'


def check_realtime(
    samples: SampleProperties, operations: list[ClientOperation], caller: dict[str, Any], max_wait_seconds: float
) -> Iterator[ConformanceFinding]:
    """Subscribes to a new property with each operation, changes it, and runs the checks of the open questions."""
    sample = samples.create()
    values = sample_values(samples, sample, caller)
    try:
        with open_connection(samples.client) as connection:
            connection.receive(has_type("connection_ack"))
            yield check_first_keep_alive(connection)
            yield check_unknown_stop(connection)
            yield check_two_root_fields(connection)
            yield from check_subscriptions(connection, samples, sample.id, operations, values)
            yield check_keep_alive(connection, max_wait_seconds)
        with open_connection(samples.client, "x") as connection:
            yield check_invalid_token(connection)
    except (OSError, WebSocketException) as error:
        response = ApiResponse(None, {}, f"no connection: {error}", 0)
        request = f"connection_init to {samples.client.realtime_url}"
        yield ConformanceFinding(OPEN_QUESTION, "WebSocket connection", request, "connection_ack", response, False)


def check_subscriptions(
    connection: RealtimeConnection,
    samples: SampleProperties,
    property_id: str,
    operations: list[ClientOperation],
    values: dict[str, Any],
) -> Iterator[ConformanceFinding]:
    """Starts each operation and a duplicate subscription, changes the property, and checks that each receives it."""
    for operation in operations:
        connection.subscribe(operation.name, operation.text, variable_values(operation, values))
        connection.receive_reply(operation.name)
    yield check_duplicate_start(connection)
    time.sleep(SETTLE_SECONDS)
    samples.change_price(property_id)
    for operation in operations:
        request = f"subscription {operation.root_field}"
        yield check_delivery(connection, operation.name, operation.client, operation.name, request)
    request = "a change after the duplicate start: does the first subscription continue?"
    yield check_delivery(connection, "duplicate", OPEN_QUESTION, "DUPLICATE_START", request)


def has_type(type: str) -> Callable[[Message], bool]:
    return lambda message: message.get("type") == type


def first_error(message: Message | None) -> tuple[Any, Any]:
    """The type and message of the first error in an error message."""
    errors = ((message or {}).get("payload") or {}).get("errors") or [{}]
    error = errors if isinstance(errors, dict) else errors[0]
    return error.get("errorType"), error.get("message")


def check_first_keep_alive(connection: RealtimeConnection) -> ConformanceFinding:
    is_immediate = connection.receive(has_type("ka"), IMMEDIATE_SECONDS) is not None
    expected = ASSUMPTIONS["FIRST_KEEP_ALIVE_IS_IMMEDIATE"]
    return ConformanceFinding(
        OPEN_QUESTION,
        "FIRST_KEEP_ALIVE_IS_IMMEDIATE",
        f"connection_init, then nothing for {IMMEDIATE_SECONDS} s",
        f"{'a' if expected else 'no'} ka immediately",
        connection.response(list(connection.messages)),
        is_immediate is expected,
    )


def check_unknown_stop(connection: RealtimeConnection) -> ConformanceFinding:
    connection.send(type="stop", id="unknown")
    reply = connection.receive_reply("unknown")
    type, text = ASSUMPTIONS["UNKNOWN_STOP"]
    matches = first_error(reply) == (type, text.format(id="unknown"))
    request = "stop with an unknown id"
    response = connection.response(reply)
    return ConformanceFinding(OPEN_QUESTION, "UNKNOWN_STOP", request, f"error {type}", response, matches)


def check_two_root_fields(connection: RealtimeConnection) -> ConformanceFinding:
    connection.subscribe("two", TWO_ROOT_FIELDS)
    reply = connection.receive_reply("two")
    error = f"Validation error of type {ASSUMPTIONS['KINDS']['SingleFieldSubscriptionsRule']}"
    matches = str(first_error(reply)[1]).startswith(f"{error}: ")
    request = f"start of {TWO_ROOT_FIELDS}"
    response = connection.response(reply)
    return ConformanceFinding(OPEN_QUESTION, "KINDS", request, f"error {error}", response, matches)


def check_duplicate_start(connection: RealtimeConnection) -> ConformanceFinding:
    connection.subscribe("duplicate", SUBSCRIPTION)
    connection.receive_reply("duplicate")
    connection.subscribe("duplicate", SUBSCRIPTION)
    reply = connection.receive_reply("duplicate")
    type, text = ASSUMPTIONS["DUPLICATE_START"]
    matches = first_error(reply) == (type, text.format(id="duplicate"))
    request = "the same start twice"
    response = connection.response(reply)
    return ConformanceFinding(OPEN_QUESTION, "DUPLICATE_START", request, f"error {type}", response, matches)


def check_delivery(connection: RealtimeConnection, id: str, group: str, name: str, request: str) -> ConformanceFinding:
    """Checks that the subscription `id` received the change; its message may have arrived before this call."""

    def is_data(message: Message) -> bool:
        return message.get("type") == "data" and message.get("id") == id

    received = next((message for _, message in connection.messages if is_data(message)), None)
    payload = (received or connection.receive(is_data, DELIVERY_SECONDS) or {}).get("payload") or {}
    matches = bool(payload.get("data")) and not payload.get("errors")
    response = connection.response([message for _, message in connection.messages if message.get("id") == id])
    expected = "start_ack, then the change as data without errors"
    return ConformanceFinding(group, name, request, expected, response, matches)


def check_keep_alive(connection: RealtimeConnection, max_wait_seconds: float) -> ConformanceFinding:
    """Checks the seconds between keep-alive messages; waits at most `max_wait_seconds` for three of them."""
    connection.receive(lambda _: len(keep_alive_times(connection)) > 2, max_wait_seconds)
    intervals = [round(later - earlier, 1) for earlier, later in pairwise(keep_alive_times(connection))]
    expected = ASSUMPTIONS["KEEP_ALIVE_SECONDS"]
    return ConformanceFinding(
        OPEN_QUESTION,
        "KEEP_ALIVE_SECONDS",
        "nothing",
        f"{expected} s between ka messages",
        connection.response({"secondsBetweenKeepAlives": intervals, "maxWaitSeconds": max_wait_seconds}),
        bool(intervals) and abs(intervals[-1] - expected) <= KEEP_ALIVE_TOLERANCE_SECONDS,
    )


def keep_alive_times(connection: RealtimeConnection) -> list[float]:
    return [seconds for seconds, message in connection.messages if message.get("type") == "ka"]


def check_invalid_token(connection: RealtimeConnection) -> ConformanceFinding:
    """Checks the error and the close code of a connection with an invalid token."""
    message = connection.receive(has_type("connection_error"))
    connection.receive(lambda _: False, IMMEDIATE_SECONDS)
    code = connection.websocket.close_code
    return ConformanceFinding(
        OPEN_QUESTION,
        "With which code does AppSync close a connection whose token is invalid?",
        "connection_init, with the token x",
        "connection_error, then close code 1000",
        connection.response({"message": message, "closeCode": code}),
        first_error(message)[0] == "UnauthorizedException" and code == 1000,
    )
