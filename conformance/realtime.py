"""The clients' subscriptions, and the open questions about the WebSocket that they come over.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from conformance.client import Answer, Api
from conformance.finding import Finding
from conformance.operations import Operation, values, variables
from conformance.sample_properties import ZIP, Homes
from local import unconfirmed

SECONDS = 15  # for an answer to what was said; AppSync's clients wait as long
AT_ONCE_SECONDS = 3
TOLD_SECONDS = 30  # for a change to be told
SUBSCRIPTION = f'subscription {{ onZipChange(zipCode: "{ZIP}") {{ zipCode propertyId version }} }}'
TWO = 'subscription { a: onZipChange(zipCode: "1") { version } b: onZipChange(zipCode: "2") { version } }'

Message = dict[str, Any]


class Socket:
    """One connection; `heard` is all that came over it, each with the seconds since it was opened."""

    def __init__(self, connection: ClientConnection, api: Api) -> None:
        self.connection = connection
        self.credentials = {"host": api.host, "Authorization": api.token}
        self.began = time.monotonic()
        self.heard: list[tuple[float, Message]] = []

    def say(self, **message: Any) -> None:
        self.connection.send(json.dumps(message))

    def start(self, id: str, query: str, given: dict[str, Any] | None = None) -> None:
        data = json.dumps({"query": query, "variables": given or {}})
        self.say(id=id, type="start", payload={"data": data, "extensions": {"authorization": self.credentials}})

    def wait(self, until: Callable[[Message], bool], seconds: float = SECONDS) -> Message | None:
        """The next message that is waited for; None where none comes in time, or the connection ends."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                message = read(self.connection.recv(left))
            except (TimeoutError, ConnectionClosed):
                return None
            self.heard.append((round(time.monotonic() - self.began, 3), message))
            if until(message):
                return dict(message)
        return None

    def said_of(self, id: str) -> Message | None:
        """The next message about a subscription."""
        return self.wait(lambda message: message.get("id") == id)


def read(text: str | bytes) -> Message:
    """A message as it came; what is none is one without a type."""
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    return message if isinstance(message, dict) else {"unread": str(text)}


@contextmanager
def opened(api: Api, token: str | None = None) -> Iterator[Socket]:
    """A connection that has said connection_init. Raises OSError or WebSocketException where there is none."""
    credentials = {"host": api.host, "Authorization": token or api.token}
    encoded = base64.urlsafe_b64encode(json.dumps(credentials).encode()).decode().rstrip("=")
    offered = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encoded}")]
    trusted = api.trusted if api.realtime.startswith("wss:") else None
    words: dict[str, Any] = {"subprotocols": offered, "ssl": trusted, "open_timeout": SECONDS, "close_timeout": 2}
    if api.here:
        words["proxy"] = None
    with connect(api.realtime, **words) as connection:
        socket = Socket(connection, api)
        socket.say(type="connection_init")
        yield socket


def ask(homes: Homes, operations: list[Operation], me: dict[str, Any], most_seconds: float) -> Iterator[Finding]:
    """Follows a new home as each client does and as we do, changes it, and asks what is open about the connection."""
    home = homes.make()
    given = values(homes, home, me)
    try:
        with opened(homes.api) as socket:
            socket.wait(kind("connection_ack"))
            yield first_keep_alive(socket)
            yield unknown_stop(socket)
            yield two_at_once(socket)
            for operation in operations:
                socket.start(operation.name, operation.text, variables(operation, given))
                socket.said_of(operation.name)
            yield started_twice(socket)
            time.sleep(1)  # whoever has just been acknowledged may miss the very next change
            homes.change(home.id)
            for operation in operations:
                yield told(socket, operation.client, operation.name, f"subscription {operation.field}")
            yield told(
                socket,
                "open",
                "DUPLICATE_START",
                "a change, after the same start twice: does the first go on?",
                "twice",
            )
            yield keep_alive(socket, most_seconds)
        with opened(homes.api, "x") as socket:
            yield closed(socket)
    except (OSError, WebSocketException) as error:
        gone = Answer(None, {}, f"no connection: {error}", 0)
        yield Finding("open", "real time", f"connection_init to {homes.api.realtime}", "connection_ack", gone, False)


def kind(type: str) -> Callable[[Message], bool]:
    return lambda message: message.get("type") == type


def over(socket: Socket, body: Any) -> Answer:
    """What came over a socket, as an answer: 101 is the status of its handshake."""
    return Answer(101, {}, body, time.monotonic() - socket.began)


def error_of(message: Message | None) -> tuple[Any, Any]:
    """The first error's type and text."""
    errors = ((message or {}).get("payload") or {}).get("errors") or [{}]
    first = errors if isinstance(errors, dict) else errors[0]
    return first.get("errorType"), first.get("message")


def first_keep_alive(socket: Socket) -> Finding:
    came = socket.wait(kind("ka"), AT_ONCE_SECONDS) is not None
    desk = "a ka at once" if unconfirmed.FIRST_KEEP_ALIVE_AT_ONCE else "no ka at once"
    sent = f"connection_init, then {AT_ONCE_SECONDS} s of nothing"
    same = came is unconfirmed.FIRST_KEEP_ALIVE_AT_ONCE
    return Finding("open", "FIRST_KEEP_ALIVE_AT_ONCE", sent, desk, over(socket, list(socket.heard)), same)


def unknown_stop(socket: Socket) -> Finding:
    socket.say(type="stop", id="nothing")
    message = socket.said_of("nothing")
    type, text = unconfirmed.UNKNOWN_STOP
    same = error_of(message) == (type, text.format(id="nothing"))
    return Finding("open", "UNKNOWN_STOP", "a stop of nothing", f"error {type}", over(socket, message), same)


def two_at_once(socket: Socket) -> Finding:
    socket.start("two", TWO)
    message = socket.said_of("two")
    desk = f"Validation error of type {unconfirmed.KINDS['SingleFieldSubscriptionsRule']}"
    same = str(error_of(message)[1]).startswith(f"{desk}: ")
    return Finding("open", "KINDS", f"a start of {TWO}", f"error {desk}", over(socket, message), same)


def started_twice(socket: Socket) -> Finding:
    socket.start("twice", SUBSCRIPTION)
    socket.said_of("twice")
    socket.start("twice", SUBSCRIPTION)
    message = socket.said_of("twice")
    type, text = unconfirmed.DUPLICATE_START
    same = error_of(message) == (type, text.format(id="twice"))
    return Finding("open", "DUPLICATE_START", "the same start twice", f"error {type}", over(socket, message), same)


def told(socket: Socket, of: str, name: str, sent: str, id: str | None = None) -> Finding:
    """Whether a subscription was told of the change, which may have come before."""
    wanted = id or name

    def it(message: Message) -> bool:
        return message.get("type") == "data" and message.get("id") == wanted

    message = next((message for _, message in socket.heard if it(message)), None) or socket.wait(it, TOLD_SECONDS)
    payload = (message or {}).get("payload") or {}
    same = bool(payload.get("data")) and not payload.get("errors")
    about = [said for _, said in socket.heard if said.get("id") == wanted]
    return Finding(of, name, sent, "start_ack, then the change as data without errors", over(socket, about), same)


def keep_alive(socket: Socket, most_seconds: float) -> Finding:
    """The seconds from one `ka` to the next, waited for at most so long."""
    socket.wait(lambda _: len(alive(socket)) > 2, most_seconds)
    times = alive(socket)
    apart = [round(later - sooner, 1) for sooner, later in pairwise(times)]
    desk = f"{unconfirmed.KEEP_ALIVE_SECONDS} s from one ka to the next"
    same = bool(apart) and abs(apart[-1] - unconfirmed.KEEP_ALIVE_SECONDS) <= 5
    found = over(socket, {"seconds from one ka to the next": apart, "waited at most": most_seconds})
    return Finding("open", "KEEP_ALIVE_SECONDS", "nothing", desk, found, same)


def alive(socket: Socket) -> list[float]:
    return [at for at, message in socket.heard if message.get("type") == "ka"]


def closed(socket: Socket) -> Finding:
    """What becomes of a socket whose token is not taken."""
    message = socket.wait(kind("connection_error"))
    socket.wait(lambda _: False, AT_ONCE_SECONDS)
    code = socket.connection.close_code
    name = "With which code is a socket closed whose token is not taken?"
    found = over(socket, {"message": message, "close code": code})
    same = error_of(message)[0] == "UnauthorizedException" and code == 1000
    return Finding("open", name, "connection_init, with the token x", "connection_error, then 1000", found, same)
