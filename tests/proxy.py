"""Trouble for the tests: stands before DynamoDB Local, keeps count, and does what the engine never does by itself."""

import json
import os
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

JSON = (("Content-Type", "application/x-amz-json-1.0"),)
FRAMING = {"connection", "content-length", "transfer-encoding"}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
REASONS = {
    "ProvisionedThroughputExceeded": "The level of configured provisioned throughput for the table was exceeded.",
    "ThrottlingError": "Throughput exceeds the current capacity of your table or index.",
    "TransactionConflict": "Transaction is ongoing for the item",
}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    operation: str
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Headers = JSON


Forward = Callable[[Request], Answer]
Fault = Callable[[Request, Forward], Answer | None]  # None: the connection is reset


def error(status: int, code: str, message: str = "injected") -> Fault:
    """Nothing done, and DynamoDB's error of this code."""
    return lambda asked, forward: refusal(status, code, {"message": message})


def cancelled(*codes: str) -> Fault:
    """A transaction not done, for these reasons: the first is the first action's, and actions beyond them have none."""

    def fault(asked: Request, forward: Forward) -> Answer:
        actions = json.loads(asked.body)["TransactItems"]
        named = [*codes, *["None"] * (len(actions) - len(codes))]
        text = "Transaction cancelled, please refer cancellation reasons for specific reasons"
        facts = {"Message": f"{text} [{', '.join(named)}]", "CancellationReasons": [reason(code) for code in named]}
        return refusal(400, "TransactionCanceledException", facts)

    return fault


def unprocessed(count: int) -> Fault:
    """A batch on one table, done without its last `count` members, which come back unprocessed.

    Where none would be left to do, DynamoDB answers that the throughput is exceeded, and so does this.
    """

    def fault(asked: Request, forward: Forward) -> Answer:
        document = json.loads(asked.body)
        [(table, batch)] = document["RequestItems"].items()
        word, members = ("UnprocessedKeys", batch["Keys"]) if "Keys" in batch else ("UnprocessedItems", batch)
        if count >= len(members):
            return refusal(400, "ProvisionedThroughputExceededException", {"message": "injected"})
        document["RequestItems"] = {table: with_members(batch, members[:-count])}
        answer = forward(replace(asked, body=json.dumps(document).encode()))
        left = {word: {table: with_members(batch, members[-count:])}}
        return Answer(answer.status, json.dumps(json.loads(answer.body) | left).encode())

    return fault


def reset() -> Fault:
    """Nothing done, and the connection is reset."""
    return lambda asked, forward: None


def reset_after() -> Fault:
    """All done, but the connection is reset: the answer is lost."""

    def fault(asked: Request, forward: Forward) -> None:
        forward(asked)

    return fault


def after(wait: Callable[[], object]) -> Fault:
    """All done, when `wait` has returned: that of an event, or of a barrier."""

    def fault(asked: Request, forward: Forward) -> Answer:
        wait()
        return forward(asked)

    return fault


def refusal(status: int, code: str, facts: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}"} | facts).encode())


def reason(code: str) -> dict[str, str]:
    return {"Code": code, "Message": REASONS[code]} if code in REASONS else {"Code": code}


def with_members(batch: Any, members: list[Any]) -> Any:
    return batch | {"Keys": members} if isinstance(batch, dict) else members


@dataclass
class Proxy:
    """Hands each request on to `endpoint` and its answer back, over as many connections as the client likes.

    `seen` are the operations asked for, retries included, in the order they came: `proxy.seen.count("Query")`.
    """

    endpoint: str
    seen: list[str] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def fail(self, operation: str, fault: Fault, times: int = 1) -> None:
        """The next `times` requests of this operation, and of no other, meet the fault: after those already told of."""
        self.faults[operation].extend([fault] * times)

    def answer(self, asked: Request) -> Answer | None:
        self.seen.append(asked.operation)
        try:
            fault = self.faults[asked.operation].popleft()
        except IndexError:
            return self.forward(asked)
        return fault(asked, self.forward)

    def forward(self, asked: Request) -> Answer:
        with closing(HTTPConnection(urlsplit(self.endpoint).netloc)) as connection:
            connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
            for name, value in framed(asked.headers, asked.body):
                connection.putheader(name, value)
            connection.endheaders(asked.body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), tuple(answer.getheaders()))

    def __enter__(self) -> Self:
        self.server = Server(("127.0.0.1", 0), partial(Handler, self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Server(ThreadingTCPServer):
    """Closes its connections with itself, and waits for their threads: a test leaves nothing behind."""

    request_queue_size = 128

    def __init__(self, *args: Any) -> None:
        self.connections: set[Any] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept
    disable_nagle_algorithm = True

    def __init__(self, proxy: Proxy, *args: Any) -> None:
        self.proxy = proxy
        super().__init__(*args)

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client did not wait
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        answer = self.proxy.answer(Request(operation, tuple(self.headers.items()), body))
        if answer is None:
            self.reset()
        else:
            self.send_response_only(answer.status)
            for name, value in framed(answer.headers, answer.body):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


def framed(headers: Headers, body: bytes) -> Headers:
    """The headers for this body in one piece: what comes in chunks goes on whole."""
    kept = tuple((name, value) for name, value in headers if name.lower() not in FRAMING)
    return (*kept, ("Content-Length", str(len(body))))
