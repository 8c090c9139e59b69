"""Runs a local server for tests on a free port, with a client for it."""

import json
import socket
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from data.dynamodb import attribute_values, table
from data.dynamodb.requests import Item
from local import server
from local.app import DEFAULT_TIMING, ServerIdentity, create_app
from local.appsync.engine import AppSync
from local.appsync.realtime.websocket import ConnectionTiming
from local.auth.issuer import Issuer
from local.auth.sigv4 import SigV4Credentials
from local.dynamodb import engine as dynamodb
from local.gateway.server import Gateway
from tests import returned_errors
from tests.fork_server import ForkedFunction
from tests.proxy import FaultProxy
from tests.shared_processes import SharedProcesses


@dataclass(frozen=True)
class GraphQLResponse:
    """The response of a GraphQL request: its status, its body and its trace."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        errors: list[dict[str, Any]] = self.body["errors"]
        return errors

    @property
    def error_types(self) -> list[str | None]:
        return [error.get("errorType") for error in self.errors]

    @property
    def trace(self) -> Any:
        return self.body["extensions"]["trace"]

    @property
    def operations(self) -> list[str]:
        """The operation names of the requests to DynamoDB, in order."""
        return [call["operation"] for call in self.trace["dynamodb"]]

    @property
    def invocations(self) -> list[tuple[str, int]]:
        """The function invocations, each as its field and its number of events."""
        return [(call["field"], call["batch"]) for call in self.trace["resolvers"]]


class ServerClient(ABC):
    """A client of a running server. Subclasses issue the tokens that the server accepts."""

    def __init__(self, url: str, appsync: AppSync) -> None:
        self.url = url
        self.appsync = appsync
        self.host = url.partition("://")[2]
        event_hooks = {"response": [returned_errors.record_response]}
        self.http = httpx.Client(base_url=url, timeout=60, event_hooks=event_hooks)

    @abstractmethod
    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        """Returns a token for this user."""

    def execute(
        self, query: str, as_user: str = "ada", groups: Sequence[str] = (), **variables: Any
    ) -> GraphQLResponse:
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self.send(body, {"authorization": self.token(as_user, groups)})

    def send(self, body: bytes, credentials: Mapping[str, str]) -> GraphQLResponse:
        response = self.http.post("/graphql", content=body, headers={**credentials, "x-trace": "1"})
        return GraphQLResponse(response.status_code, response.json())


class LocalServer(ServerClient):
    """A running local server, its fault proxy in front of DynamoDB, its token issuer and its AWS credentials."""

    gateway: Gateway
    routes: Sequence[BaseRoute]

    def __init__(
        self,
        url: str,
        appsync: AppSync,
        identity: ServerIdentity,
        proxy: FaultProxy,
        engine: str,
        environment: dict[str, str],
    ) -> None:
        super().__init__(url, appsync)
        self.issuer = identity.issuer
        self.iam = identity.iam
        self.keys = identity.keys
        self.proxy = proxy
        self.engine = engine
        self.environment = environment

    def clear_cache(self) -> None:
        """Empties the resolver cache, so that the next request invokes functions again."""
        self.appsync.cache.clear()

    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        return self.issuer.token(user, groups, name=user.capitalize(), email=f"{user}@example.com")

    def put_items(self, items: list[Item]) -> None:
        """Writes items directly to the table of the server."""
        batches = table.chunks(
            [{"PutRequest": {"Item": attribute_values.serialize_item(item)}} for item in items], table.MAX_BATCH_WRITE
        )
        for batch in batches:
            request_items: Any = {self.environment["TABLE_NAME"]: batch}
            dynamodb.client(self.engine).batch_write_item(RequestItems=request_items)


@contextmanager
def run_server(
    shared: SharedProcesses,
    aliases_share_batch: bool = True,
    ping_seconds: float | None = None,
    timing: ConnectionTiming = DEFAULT_TIMING,
    cache_rest_responses: bool = True,
) -> Iterator[LocalServer]:
    """Runs a local server with a new table in the shared engine, and a fault proxy between the two.

    It pings its WebSockets only if a test sets `ping_seconds`: each ping draws from the `random` of this process, and
    Hypothesis would report that as a strategy that does not draw from its own.
    """
    engine = shared.engine
    with FaultProxy(engine) as proxy, server.bind(0) as listener:
        table_name = f"homes-{uuid.uuid4()}"
        dynamodb.create_table(engine, table_name)
        environment = dynamodb.environment(proxy.url, table_name) | {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS": engine}
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        identity = ServerIdentity(Issuer(url), SigV4Credentials())
        app = create_app(
            environment,
            identity,
            aliases_share_batch,
            timing,
            cache_rest_responses,
            function=partial(ForkedFunction, shared.functions),
        )
        with serve_app(app, identity, listener, ping_seconds):
            local_server = LocalServer(url, app.state.appsync, identity, proxy, engine, environment)
            local_server.gateway = app.state.gateway
            local_server.routes = app.routes
            yield local_server
            local_server.http.close()


@contextmanager
def serve_app(
    app: Starlette, identity: ServerIdentity, listener: socket.socket, ping_seconds: float | None = None
) -> Iterator[None]:
    """Serves an app on a listening socket, in a thread of this process."""
    config = server.config(app, identity)
    config.ws_ping_interval = config.ws_ping_timeout = ping_seconds
    with run_uvicorn(config, listener):
        yield


@contextmanager
def run_uvicorn(config: uvicorn.Config, listener: socket.socket) -> Iterator[None]:
    """Runs a server on a listening socket, in a thread of this process."""
    uvicorn_server = uvicorn.Server(config)
    thread = threading.Thread(target=uvicorn_server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not uvicorn_server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield
    uvicorn_server.should_exit = True
    thread.join()
