"""What stands where AppSync does for the function that publishes: it lets in who signs, and keeps what is published."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.execution import get_variable_values

from local.auth.request import AuthRequest, Unauthorized
from local.auth.sigv4 import Iam
from local.paths import ROOT
from local.tls import Certificates

SCHEMA = build_schema((ROOT / "schema.graphql").read_text())


class AppSync:
    """A server at `url` that answers `answers`, one after the other, and then that all is well.

    `published` holds the variables of each request that was let in, `agents` what each client said it is, and
    `connections` how many have connected.
    """

    def __init__(self, url: str, iam: Iam) -> None:
        self.url = url
        self.iam = iam
        self.published: list[dict[str, Any]] = []
        self.agents: list[object] = []
        self.answers: list[tuple[int, bytes]] = []
        self.connections = 0

    @property
    def homes(self) -> list[dict[str, Any]]:
        """What the subscribers of homes were told, in its order."""
        return [variables["home"] for variables in self.published]

    @property
    def zips(self) -> list[list[dict[str, Any]]]:
        """What the subscribers of ZIPs were told with each change of a home."""
        return [[told for name, told in one.items() if name != "home"] for one in self.published]

    def answer(self, request: AuthRequest) -> tuple[int, bytes]:
        try:
            assert self.iam.caller(request)
        except Unauthorized as error:
            return 401, str(error).encode()
        self.agents.append(request.headers.get("user-agent"))
        said = json.loads(request.body)
        if wrong := faults(SCHEMA, said):
            return 200, json.dumps({"data": None, "errors": wrong}).encode()
        self.published.append(said["variables"])
        return self.answers.pop(0) if self.answers else (200, b'{"data": {}}')


def faults(schema: GraphQLSchema, said: dict[str, Any]) -> list[str]:
    """What is wrong with a document, or with its variables."""
    document = parse(said["query"])
    operation: Any = document.definitions[0]
    values = get_variable_values(schema, operation.variable_definitions, said["variables"])
    return [str(error) for error in [*validate(schema, document), *(values if isinstance(values, list) else ())]]


@contextmanager
def running(certificates: Certificates | None = None) -> Iterator[AppSync]:
    """A server on a port of its own, over https where it has certificates."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 10

        def setup(self) -> None:
            super().setup()
            appsync.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = appsync.answer(AuthRequest("POST", self.path, "", headers, body, []))
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificates:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificates.chain, certificates.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https" if certificates else "http"
        appsync = AppSync(f"{scheme}://127.0.0.1:{server.server_port}/graphql", Iam())
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield appsync
        server.shutdown()
        thread.join()
