"""Serves `/graphql/realtime` with AppSync's WebSocket protocol, a dialect of graphql-ws with the same name.

https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
"""

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from local import assumptions
from local.appsync.graphql_request import PATH, RequestError, parse_graphql_request, parse_json_object
from local.appsync.realtime import handshake
from local.appsync.realtime.handshake import InvalidHandshake
from local.appsync.realtime.subscriptions import Deliver, Subscription, SubscriptionRejected, Subscriptions
from local.auth.request import Authenticate, Unauthorized

PATHS = (
    PATH,
    f"{PATH}/realtime",
    "/realtime",
)  # the first path is for AWS domain names, the others for custom domain names
PROTOCOL = "graphql-ws"
TIMEOUT_MS = 300_000
INIT_TIMEOUT_SECONDS = 15  # until connection_init must arrive
CLOSE_TIMEOUT_SECONDS = 1  # for the close handshake with a client that does not read
MAX_QUEUED_BYTES = 8 * 1024 * 1024  # for a client that reads slowly

UNSUPPORTED = ("UnsupportedOperation", "unknown not supported through the realtime channel")

log = logging.getLogger(__name__)

Message = dict[str, Any]


@dataclass(frozen=True)
class ConnectionTiming:
    """The interval of keep-alive messages and the maximum duration of a connection."""

    keep_alive_seconds: float = assumptions.KEEP_ALIVE_SECONDS
    max_hours: float = assumptions.CONNECTION_HOURS


def routes(subscriptions: Subscriptions, authenticate: Authenticate, timing: ConnectionTiming) -> list[WebSocketRoute]:
    async def realtime(socket: WebSocket) -> None:
        await WebSocketConnection(socket, subscriptions, authenticate, timing).serve()

    return [WebSocketRoute(path, realtime) for path in PATHS]


class Outbox:
    """The queue of messages to one client. `enqueue` never blocks."""

    def __init__(self) -> None:
        self.queue: deque[str] = deque()
        self.bytes = 0
        self.not_empty = asyncio.Event()
        self.overflowed = asyncio.Event()

    def enqueue(self, text: str) -> None:
        self.bytes += len(text)
        self.queue.append(text)
        self.not_empty.set()
        if self.bytes > MAX_QUEUED_BYTES:
            self.overflowed.set()

    async def raise_on_overflow(self) -> None:
        """Waits until the queue is too large, then raises ConnectionError: the sending task may be blocked forever."""
        await self.overflowed.wait()
        raise ConnectionError(f"{self.bytes:,} bytes are queued for a client that does not read")

    async def dequeue(self) -> str:
        while not self.queue:
            self.not_empty.clear()
            await self.not_empty.wait()
        text = self.queue.popleft()
        self.bytes -= len(text)
        return text


class WebSocketConnection:
    """One client connection, and its active subscriptions by the ids that the client chose."""

    def __init__(
        self, socket: WebSocket, subscriptions: Subscriptions, authenticate: Authenticate, timing: ConnectionTiming
    ) -> None:
        self.socket = socket
        self.subscriptions = subscriptions
        self.authenticate = authenticate
        self.timing = timing
        self.outbox = Outbox()
        self.active: dict[str, Subscription] = {}

    async def serve(self) -> None:
        """Serves the client until either side disconnects or the maximum duration has passed."""
        await self.socket.accept(PROTOCOL if PROTOCOL in handshake.offered_protocols(self.socket) else None)
        try:
            async with asyncio.timeout(self.timing.max_hours * 3_600), asyncio.TaskGroup() as tasks:
                if await self.initialize():
                    tasks.create_task(self.send_queued())
                    tasks.create_task(self.keep_alive())
                    tasks.create_task(self.handle_messages())
                    tasks.create_task(self.outbox.raise_on_overflow())
        except* (WebSocketDisconnect, ConnectionError, TimeoutError) as disconnections:
            log.info("a client of the realtime endpoint disconnected: %s", disconnections.exceptions)
        finally:
            for subscription in self.active.values():
                self.subscriptions.remove(subscription)
            with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                    await self.socket.close()

    async def initialize(self) -> bool:
        """Authenticates the client: returns True after `connection_ack`, False after `connection_error`.

        Ignores all messages before `connection_init`.
        """
        async with asyncio.timeout(INIT_TIMEOUT_SECONDS):
            while (await self.receive()).get("type") != "connection_init":
                pass
        try:
            await self.authenticate(handshake.connect_request(self.socket))
        except Unauthorized as error:
            return await self.reject("UnauthorizedException", str(error), 401)
        except InvalidHandshake as error:
            return await self.reject("BadRequest", str(error), 400)
        self.send_message("connection_ack", payload={"connectionTimeoutMs": TIMEOUT_MS})
        return True

    async def reject(self, type: str, message: str, code: int) -> bool:
        errors = [{"errorType": type, "message": message, "errorCode": code}]
        await self.send_text(json.dumps({"type": "connection_error", "payload": {"errors": errors}}))
        return False

    async def receive(self) -> Message:
        """Returns the next message; an empty one if the frame is not a JSON object."""
        frame = await self.socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame["code"])
        try:
            message = json.loads(frame.get("text") or "")
        except (ValueError, RecursionError):
            return {}
        return message if isinstance(message, dict) else {}

    async def send_queued(self) -> None:
        while True:
            await self.send_text(await self.outbox.dequeue())

    async def send_text(self, text: str) -> None:
        """Sends a text frame.

        Raises ConnectionError if the server has closed the connection after an invalid frame and the disconnect event
        has not arrived yet.
        """
        try:
            await self.socket.send_text(text)
        except RuntimeError as error:
            raise ConnectionError("the server has closed the connection") from error

    async def keep_alive(self) -> None:
        if assumptions.FIRST_KEEP_ALIVE_IS_IMMEDIATE:
            self.send_message("ka")
        while True:
            await asyncio.sleep(self.timing.keep_alive_seconds)
            self.send_message("ka")

    async def handle_messages(self) -> None:
        while True:
            message = await self.receive()
            id = message.get("id")
            if message.get("type") == "start" and isinstance(id, str):
                await self.handle_start(id, message.get("payload"))
            elif message.get("type") == "stop" and isinstance(id, str):
                self.handle_stop(id)
            elif message.get("type") != "connection_init":
                self.send_error(id, *UNSUPPORTED)

    async def handle_start(self, id: str, payload: Any) -> None:
        """Creates a subscription with an id that the client chose, or sends the error."""
        try:
            self.check_limits(id)
            subscription = await self.create_subscription(id, payload if isinstance(payload, dict) else {})
            self.active[id] = subscription
            self.subscriptions.add(subscription)
            self.send_message("start_ack", id=id)
        except RequestError as error:
            self.send_error(id, error.type, str(error))
        except SubscriptionRejected as failure:
            self.send_message("error", id=id, payload={"errors": failure.errors})

    def check_limits(self, id: str) -> None:
        """Raises RequestError if the id is in use or the connection has the maximum number of subscriptions."""
        if id in self.active:
            type, message = assumptions.DUPLICATE_START
            raise RequestError(400, type, message.format(id=id))
        limit = self.subscriptions.api.limits.subscriptions
        if len(self.active) >= limit:
            raise RequestError(400, "MaxSubscriptionsReachedError", f"Max number of {limit} subscriptions reached")

    async def create_subscription(self, id: str, payload: Message) -> Subscription:
        """Authenticates the client and creates a subscription, which receives no changes yet."""
        data, extensions = payload.get("data"), payload.get("extensions")
        if not isinstance(data, str):
            raise RequestError(400, *UNSUPPORTED)
        try:
            authorization = extensions.get("authorization") if isinstance(extensions, dict) else None
            caller = await self.authenticate(handshake.start_request(self.socket, authorization, data))
        except (InvalidHandshake, Unauthorized) as error:
            raise RequestError(401, "UnauthorizedException", str(error)) from error
        loop = asyncio.get_running_loop()

        def deliver(text: str) -> None:
            loop.call_soon_threadsafe(self.send_change, id, deliver, text)

        async def create() -> Subscription:
            return self.subscriptions.create(parse_graphql_request(parse_json_object(data)), caller, deliver)

        return await self.subscriptions.api.threads.run(create())

    def send_change(self, id: str, deliver: Deliver, payload: str) -> None:
        """Sends a change to the subscription with this callback, unless the client has stopped it meanwhile."""
        if id in self.active and self.active[id].deliver is deliver:
            self.outbox.enqueue(f'{{"type": "data", "id": {json.dumps(id)}, "payload": {payload}}}')

    def handle_stop(self, id: str) -> None:
        if id in self.active:
            self.subscriptions.remove(self.active.pop(id))
            self.send_message("complete", id=id)
        else:
            type, message = assumptions.UNKNOWN_STOP
            self.send_error(id, type, message.format(id=id))

    def send_error(self, id: Any, type: str, message: str) -> None:
        error = {"errorType": type, "message": message}
        errors = [error] if assumptions.ERRORS_ARE_A_LIST else error
        self.send_message("error", **({"id": id} if isinstance(id, str) else {}), payload={"errors": errors})

    def send_message(self, type: str, **fields: Any) -> None:
        self.outbox.enqueue(json.dumps({"type": type, **fields}))
