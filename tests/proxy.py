"""A proxy before DynamoDB Local that records operations and injects faults that the engine never has by itself."""

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

JSON_HEADERS = (("Content-Type", "application/x-amz-json-1.0"),)
FRAMING_HEADERS = {"connection", "content-length", "transfer-encoding"}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
REASON_MESSAGES = {
    "ProvisionedThroughputExceeded": "The level of configured provisioned throughput for the table was exceeded.",
    "ThrottlingError": "Throughput exceeds the current capacity of your table or index.",
    "TransactionConflict": "Transaction is ongoing for the item",
}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RawRequest:
    operation: str
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class RawResponse:
    status: int
    body: bytes
    headers: Headers = JSON_HEADERS


Forward = Callable[[RawRequest], RawResponse]
Fault = Callable[[RawRequest, Forward], RawResponse | None]  # None: the connection is reset


def error(status: int, code: str, message: str = "injected") -> Fault:
    """Forwards nothing and returns DynamoDB's error with this code."""
    return lambda request, forward: error_response(status, code, {"message": message})


def cancelled_transaction(*codes: str) -> Fault:
    """Forwards nothing and cancels the transaction: one reason for each action, in order, and "None" for the rest."""

    def fault(request: RawRequest, forward: Forward) -> RawResponse:
        actions = json.loads(request.body)["TransactItems"]
        reason_codes = [*codes, *["None"] * (len(actions) - len(codes))]
        text = "Transaction cancelled, please refer cancellation reasons for specific reasons"
        members = {
            "Message": f"{text} [{', '.join(reason_codes)}]",
            "CancellationReasons": [reason(code) for code in reason_codes],
        }
        return error_response(400, "TransactionCanceledException", members)

    return fault


def partly_unprocessed(count: int) -> Fault:
    """Forwards a batch of one table without its last `count` members, which are returned as unprocessed.

    If no member remains, returns ProvisionedThroughputExceededException, as DynamoDB does.
    """

    def fault(request: RawRequest, forward: Forward) -> RawResponse:
        document = json.loads(request.body)
        [(table, batch)] = document["RequestItems"].items()
        member_name, members = ("UnprocessedKeys", batch["Keys"]) if "Keys" in batch else ("UnprocessedItems", batch)
        if count >= len(members):
            return error_response(400, "ProvisionedThroughputExceededException", {"message": "injected"})
        document["RequestItems"] = {table: with_members(batch, members[:-count])}
        response = forward(replace(request, body=json.dumps(document).encode()))
        unprocessed_members = {member_name: {table: with_members(batch, members[-count:])}}
        return RawResponse(response.status, json.dumps(json.loads(response.body) | unprocessed_members).encode())

    return fault


def reset_connection() -> Fault:
    """Forwards nothing and resets the connection."""
    return lambda request, forward: None


def reset_after_success() -> Fault:
    """Forwards the request, then resets the connection, so the response is lost."""

    def fault(request: RawRequest, forward: Forward) -> None:
        forward(request)

    return fault


def delay_until(wait: Callable[[], object]) -> Fault:
    """Forwards the request after `wait` returns, for example the `wait` of an event or a barrier."""

    def fault(request: RawRequest, forward: Forward) -> RawResponse:
        wait()
        return forward(request)

    return fault


def error_response(status: int, code: str, members: dict[str, Any]) -> RawResponse:
    return RawResponse(status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}"} | members).encode())


def reason(code: str) -> dict[str, str]:
    return {"Code": code, "Message": REASON_MESSAGES[code]} if code in REASON_MESSAGES else {"Code": code}


def with_members(batch: Any, members: list[Any]) -> Any:
    return batch | {"Keys": members} if isinstance(batch, dict) else members


@dataclass
class FaultProxy:
    """Forwards each request to `endpoint` and returns its response, over any number of connections.

    `operations` has the requested operations, retries included, in order: `proxy.operations.count("Query")`.
    """

    endpoint: str
    operations: list[str] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def fail(self, operation: str, fault: Fault, times: int = 1) -> None:
        """Applies the fault to the next `times` requests of this operation, after the faults added earlier."""
        self.faults[operation].extend([fault] * times)

    def respond(self, request: RawRequest) -> RawResponse | None:
        self.operations.append(request.operation)
        try:
            fault = self.faults[request.operation].popleft()
        except IndexError:
            return self.forward(request)
        return fault(request, self.forward)

    def forward(self, request: RawRequest) -> RawResponse:
        with closing(HTTPConnection(urlsplit(self.endpoint).netloc)) as connection:
            connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
            for name, value in with_content_length(request.headers, request.body):
                connection.putheader(name, value)
            connection.endheaders(request.body)
            response = connection.getresponse()
            return RawResponse(response.status, response.read(), tuple(response.getheaders()))

    def __enter__(self) -> Self:
        self.server = ProxyServer(("127.0.0.1", 0), partial(ProxyHandler, self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class ProxyServer(ThreadingTCPServer):
    """Closes its connections when it closes, and waits for their threads, so no thread outlives a test."""

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


class ProxyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept
    disable_nagle_algorithm = True

    def __init__(self, proxy: FaultProxy, *args: Any) -> None:
        self.proxy = proxy
        super().__init__(*args)

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client closed the connection
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        response = self.proxy.respond(RawRequest(operation, tuple(self.headers.items()), body))
        if response is None:
            self.reset()
        else:
            self.send_response_only(response.status)
            for name, value in with_content_length(response.headers, response.body):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


def with_content_length(headers: Headers, body: bytes) -> Headers:
    """Returns the headers with the body's Content-Length, because chunked responses are forwarded in one piece."""
    other_headers = tuple((name, value) for name, value in headers if name.lower() not in FRAMING_HEADERS)
    return (*other_headers, ("Content-Length", str(len(body))))
