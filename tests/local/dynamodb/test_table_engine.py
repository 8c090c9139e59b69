"""The engine of the local server's table, which may be one that the server has not started."""

import asyncio
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from local.dynamodb import process, table_engine
from tests.local.misbehaving_clients import wait_until


class Responder(BaseHTTPRequestHandler):
    """Responds as DynamoDB Local responds to a request without a signature."""

    def do_GET(self) -> None:
        self.send_error(400)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


def serve(port: int) -> HTTPServer:
    server = HTTPServer(("127.0.0.1", port), Responder)
    Thread(target=server.serve_forever).start()
    return server


def stop(server: HTTPServer) -> None:
    server.shutdown()
    server.server_close()


def test_an_external_engine_that_stops_responding_is_reported_until_it_responds_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = process.free_port()
    errors = ""

    def has_reported(sentence: str) -> Callable[[], bool]:
        def report() -> bool:
            nonlocal errors
            errors += capsys.readouterr().err
            return sentence in errors

        return report

    async def watch() -> None:
        with table_engine.run(None, f"http://127.0.0.1:{port}") as engine:
            watching = asyncio.create_task(engine.watch())
            assert await asyncio.to_thread(wait_until, has_reported("does not respond"))
            server = serve(port)
            assert await asyncio.to_thread(wait_until, has_reported("responds again"))
            stop(server)
            watching.cancel()

    asyncio.run(watch())
    assert errors.splitlines()[:2] == [
        f"DynamoDB at http://127.0.0.1:{port} does not respond: requests fail until it does.",
        f"DynamoDB at http://127.0.0.1:{port} responds again.",
    ]


def test_an_engine_that_accepts_connections_but_does_not_respond_is_not_listening() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not process.is_listening(f"http://127.0.0.1:{silent.getsockname()[1]}")


def test_an_address_with_an_access_key_is_requested_without_it() -> None:
    server = serve(0)
    assert process.is_listening(f"http://KEY@127.0.0.1:{server.server_port}")
    stop(server)
