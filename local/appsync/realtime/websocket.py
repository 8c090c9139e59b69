"""`/graphql/realtime`: AppSync's WebSocket protocol, which calls itself graphql-ws and is a dialect of it.

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
from local.appsync.realtime.handshake import BadHandshake
from local.appsync.realtime.subscriptions import NotSubscribed, Subscription, Subscriptions
from local.auth.request import Authenticate, Unauthorized

PATHS = (PATH, f"{PATH}/realtime", "/realtime")  # the first as at AWS's own names, the others as at one's own
PROTOCOL = "graphql-ws"
TIMEOUT_MS = 300_000
PATIENCE_SECONDS = 15  # for a connection_init
FAREWELL_SECONDS = 1  # for a client that does not read to be told so
MOST_WAITING_BYTES = 8 * 1024 * 1024  # for a client that reads too slowly

UNSUPPORTED = ("UnsupportedOperation", "unknown not supported through the realtime channel")

log = logging.getLogger(__name__)

Message = dict[str, Any]


@dataclass(frozen=True)
class Pace:
    """How often a connection is told that it lives, and for how long it may."""

    keep_alive_seconds: float = assumptions.KEEP_ALIVE_SECONDS
    hours: float = assumptions.CONNECTION_HOURS


def routes(subscriptions: Subscriptions, authenticate: Authenticate, pace: Pace) -> list[WebSocketRoute]:
    async def realtime(socket: WebSocket) -> None:
        await Connection(socket, subscriptions, authenticate, pace).serve()

    return [WebSocketRoute(path, realtime) for path in PATHS]


class Outbox:
    """What one client is still to be sent. Whoever puts something in never waits."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()
        self.bytes = 0
        self.filled = asyncio.Event()
        self.overfull = asyncio.Event()

    def put(self, text: str) -> None:
        self.bytes += len(text)
        self.waiting.append(text)
        self.filled.set()
        if self.bytes > MOST_WAITING_BYTES:
            self.overfull.set()

    async def overflow(self) -> None:
        """Waits for too much to wait, and raises ConnectionError: whoever sends it may be stuck for good."""
        await self.overfull.wait()
        raise ConnectionError(f"{self.bytes:,} bytes wait for a client that does not read them")

    async def get(self) -> str:
        while not self.waiting:
            self.filled.clear()
            await self.filled.wait()
        text = self.waiting.popleft()
        self.bytes -= len(text)
        return text


class Connection:
    """One client's socket, with what it follows by the ids that the client gave."""

    def __init__(self, socket: WebSocket, subscriptions: Subscriptions, authenticate: Authenticate, pace: Pace) -> None:
        self.socket = socket
        self.subscriptions = subscriptions
        self.authenticate = authenticate
        self.pace = pace
        self.outbox = Outbox()
        self.following: dict[str, Subscription] = {}

    async def serve(self) -> None:
        """Serves the client until one of the two goes, or the connection has lived as long as it may."""
        await self.socket.accept(PROTOCOL if PROTOCOL in handshake.protocols(self.socket) else None)
        try:
            async with asyncio.timeout(self.pace.hours * 3_600), asyncio.TaskGroup() as tasks:
                if await self.connected():
                    tasks.create_task(self.send())
                    tasks.create_task(self.keep_alive())
                    tasks.create_task(self.hear())
                    tasks.create_task(self.outbox.overflow())
        except* (WebSocketDisconnect, ConnectionError, TimeoutError) as gone:
            log.info("a client of the realtime endpoint is gone: %s", gone.exceptions)
        finally:
            for subscription in self.following.values():
                self.subscriptions.end(subscription)
            with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await self.socket.close()

    async def connected(self) -> bool:
        """Whether the client may stay; if not it is told why. What it says before connection_init is passed over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await self.receive()).get("type") != "connection_init":
                pass
        try:
            await self.authenticate(handshake.connect(self.socket))
        except Unauthorized as error:
            return await self.refused("UnauthorizedException", str(error), 401)
        except BadHandshake as error:
            return await self.refused("BadRequest", str(error), 400)
        self.tell("connection_ack", payload={"connectionTimeoutMs": TIMEOUT_MS})
        return True

    async def refused(self, type: str, message: str, code: int) -> bool:
        errors = [{"errorType": type, "message": message, "errorCode": code}]
        await self.deliver(json.dumps({"type": "connection_error", "payload": {"errors": errors}}))
        return False

    async def receive(self) -> Message:
        """The next message; an empty one for what is none."""
        frame = await self.socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame["code"])
        try:
            message = json.loads(frame.get("text") or "")
        except (ValueError, RecursionError):
            return {}
        return message if isinstance(message, dict) else {}

    async def send(self) -> None:
        while True:
            await self.deliver(await self.outbox.get())

    async def deliver(self, text: str) -> None:
        """Sends a text. Raises ConnectionError where the server has just closed the connection for what came over it,
        and we have yet to hear of that.
        """
        try:
            await self.socket.send_text(text)
        except RuntimeError as error:
            raise ConnectionError("the server has closed it") from error

    async def keep_alive(self) -> None:
        if assumptions.FIRST_KEEP_ALIVE_AT_ONCE:
            self.tell("ka")
        while True:
            await asyncio.sleep(self.pace.keep_alive_seconds)
            self.tell("ka")

    async def hear(self) -> None:
        while True:
            message = await self.receive()
            id = message.get("id")
            if message.get("type") == "start" and isinstance(id, str):
                await self.start(id, message.get("payload"))
            elif message.get("type") == "stop" and isinstance(id, str):
                self.stop(id)
            elif message.get("type") != "connection_init":
                self.wrong(id, *UNSUPPORTED)

    async def start(self, id: str, payload: Any) -> None:
        """Begins a subscription under an id of the client's, or tells why not."""
        try:
            self.check_limits(id)
            self.following[id] = await self.begun(id, payload if isinstance(payload, dict) else {})
            self.tell("start_ack", id=id)
        except RequestError as error:
            self.wrong(id, error.type, str(error))
        except NotSubscribed as failure:
            self.tell("error", id=id, payload={"errors": failure.errors})

    def check_limits(self, id: str) -> None:
        """Raises RequestError for an id that is in use, and beyond the subscriptions that a connection may have."""
        if id in self.following:
            type, message = assumptions.DUPLICATE_START
            raise RequestError(400, type, message.format(id=id))
        limit = self.subscriptions.api.limits.subscriptions
        if len(self.following) >= limit:
            raise RequestError(400, "MaxSubscriptionsReachedError", f"Max number of {limit} subscriptions reached")

    async def begun(self, id: str, payload: Message) -> Subscription:
        data, extensions = payload.get("data"), payload.get("extensions")
        if not isinstance(data, str):
            raise RequestError(400, *UNSUPPORTED)
        try:
            authorization = extensions.get("authorization") if isinstance(extensions, dict) else None
            caller = await self.authenticate(handshake.start(self.socket, authorization, data))
        except (BadHandshake, Unauthorized) as error:
            raise RequestError(401, "UnauthorizedException", str(error)) from error
        request = parse_graphql_request(parse_json_object(data))
        return self.subscriptions.begin(request, caller, lambda text: self.change(id, text))

    def change(self, id: str, payload: str) -> None:
        self.outbox.put(f'{{"type": "data", "id": {json.dumps(id)}, "payload": {payload}}}')

    def stop(self, id: str) -> None:
        if id in self.following:
            self.subscriptions.end(self.following.pop(id))
            self.tell("complete", id=id)
        else:
            type, message = assumptions.UNKNOWN_STOP
            self.wrong(id, type, message.format(id=id))

    def wrong(self, id: Any, type: str, message: str) -> None:
        error = {"errorType": type, "message": message}
        errors = [error] if assumptions.ERRORS_ARE_A_LIST else error
        self.tell("error", **({"id": id} if isinstance(id, str) else {}), payload={"errors": errors})

    def tell(self, type: str, **members: Any) -> None:
        self.outbox.put(json.dumps({"type": type, **members}))
