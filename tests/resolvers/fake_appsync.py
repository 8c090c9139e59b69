"""A fake AppSync for the publishing function: verifies signatures, validates mutations and records their variables."""

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
from local.auth.sigv4 import SigV4Credentials
from local.dynamodb.engine import FAKE_CREDENTIAL
from local.paths import ROOT
from local.tls import Certificates

SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
# The table's client has the same credentials, and DynamoDB Local has a database for each access key.
CREDENTIALS = {**SigV4Credentials().environment(), "AWS_ACCESS_KEY_ID": FAKE_CREDENTIAL}


class AppSync:
    """A server at `url` that returns `responses`, one for each request, and a success after these.

    `published` holds the variables of each authorized request, `user_agents` their User-Agent headers, and
    `connections` the number of connections.
    """

    def __init__(self, url: str, iam: SigV4Credentials) -> None:
        self.url = url
        self.iam = iam
        self.published: list[dict[str, Any]] = []
        self.user_agents: list[object] = []
        self.responses: list[tuple[int, bytes]] = []
        self.connections = 0

    @property
    def property_changes(self) -> list[dict[str, Any]]:
        """Returns the changes that were published to subscribers of properties, in order."""
        return [variables["property"] for variables in self.published]

    @property
    def zip_changes(self) -> list[list[dict[str, Any]]]:
        """Returns the changes that were published to subscribers of ZIP codes, for each change of a property."""
        return [[change for name, change in variables.items() if name != "property"] for variables in self.published]

    def respond(self, request: AuthRequest) -> tuple[int, bytes]:
        try:
            assert self.iam.caller(request)
        except Unauthorized as error:
            return 401, str(error).encode()
        self.user_agents.append(request.headers.get("user-agent"))
        body = json.loads(request.body)
        if errors := validation_errors(SCHEMA, body):
            return 200, json.dumps({"data": None, "errors": errors}).encode()
        self.published.append(body["variables"])
        return self.responses.pop(0) if self.responses else (200, b'{"data": {}}')


def validation_errors(schema: GraphQLSchema, body: dict[str, Any]) -> list[str]:
    """Returns the errors of a document and of its variables."""
    document = parse(body["query"])
    operation: Any = document.definitions[0]
    values = get_variable_values(schema, operation.variable_definitions, body["variables"])
    return [str(error) for error in [*validate(schema, document), *(values if isinstance(values, list) else ())]]


@contextmanager
def running(certificates: Certificates | None = None) -> Iterator[AppSync]:
    """Runs a server on a free port, with HTTPS if it has certificates."""

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
            status, response = appsync.respond(AuthRequest("POST", self.path, "", headers, body, []))
            self.send_response(status)
            self.send_header("content-length", str(len(response)))
            self.end_headers()
            self.wfile.write(response)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificates:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificates.chain, certificates.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https" if certificates else "http"
        appsync = AppSync(
            f"{scheme}://127.0.0.1:{server.server_port}/graphql", SigV4Credentials(credentials=CREDENTIALS)
        )
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield appsync
        server.shutdown()
        thread.join()
