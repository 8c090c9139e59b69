"""A desk of the tests' own, on a port of its own, and the words to ask it with."""

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

from data.dynamodb import attribute_values, table
from data.dynamodb.requests import Item
from local import server
from local.app import PACE, Place
from local.app import app as application
from local.appsync.engine import AppSync
from local.appsync.realtime.websocket import Pace
from local.auth.issuer import Issuer
from local.auth.sigv4 import Iam
from local.dynamodb import engine as dynamodb
from local.gateway.server import Gateway
from tests import returned_errors
from tests.fork_server import ForkedFunction
from tests.proxy import Proxy
from tests.shared_processes import Shared


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the body's members, and what the request took."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["errors"]
        return found

    @property
    def error_types(self) -> list[str | None]:
        return [error.get("errorType") for error in self.errors]

    @property
    def trace(self) -> Any:
        return self.body["extensions"]["trace"]

    @property
    def operations(self) -> list[str]:
        """The requests to DynamoDB, by their operations."""
        return [call["operation"] for call in self.trace["dynamodb"]]

    @property
    def invocations(self) -> list[tuple[str, int]]:
        """The invocations of functions, each by its field and how many events it was handed."""
        return [(call["field"], call["batch"]) for call in self.trace["resolvers"]]


class Asked(ABC):
    """A running desk at an address, and the words to ask it with. Whose tokens it takes, it leaves open."""

    def __init__(self, url: str, appsync: AppSync) -> None:
        self.url = url
        self.appsync = appsync
        self.host = url.partition("://")[2]
        recording = {"response": [returned_errors.record_response]}
        self.http = httpx.Client(base_url=url, timeout=60, event_hooks=recording)

    @abstractmethod
    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        """A token of this user's."""

    def ask(self, query: str, as_: str = "ada", groups: Sequence[str] = (), **variables: Any) -> Answer:
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self.send(body, {"authorization": self.token(as_, groups)})

    def send(self, body: bytes, credentials: Mapping[str, str]) -> Answer:
        answer = self.http.post("/graphql", content=body, headers={**credentials, "x-trace": "1"})
        return Answer(answer.status_code, answer.json())


class Desk(Asked):
    """A desk, the proxy between it and its DynamoDB, its token issuer and its AWS credentials."""

    gateway: Gateway

    def __init__(
        self, url: str, appsync: AppSync, place: Place, proxy: Proxy, engine: str, environment: dict[str, str]
    ) -> None:
        super().__init__(url, appsync)
        self.issuer = place.issuer
        self.iam = place.iam
        self.keys = place.keys
        self.proxy = proxy
        self.engine = engine
        self.environment = environment

    def forget(self) -> None:
        """Empties the cache, so that the next request is answered by functions again."""
        self.appsync.cache.clear()

    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        return self.issuer.token(user, groups, name=user.capitalize(), email=f"{user}@example.com")

    def put(self, items: list[Item]) -> None:
        """Writes items straight into the desk's table."""
        batches = table.chunks(
            [{"PutRequest": {"Item": attribute_values.item(item)}} for item in items], table.MOST_PUTS
        )
        for batch in batches:
            asked: Any = {self.environment["TABLE_NAME"]: batch}
            dynamodb.client(self.engine).batch_write_item(RequestItems=asked)


@contextmanager
def running(
    shared: Shared,
    mixed: bool = True,
    pinging: float | None = None,
    pace: Pace = PACE,
    cached: bool = True,
) -> Iterator[Desk]:
    """A desk over a new table of the run's engine, with a proxy between; `cached` says whether GETs over REST are kept.

    It pings its sockets only where a test says how often, in seconds: each ping draws from the `random` of this
    process, and Hypothesis takes that for a strategy that does not draw from its own.
    """
    engine = shared.engine
    with Proxy(engine) as proxy, server.listening(0) as taken:
        name = f"homes-{uuid.uuid4()}"
        dynamodb.make_table(engine, name)
        environment = dynamodb.environment(proxy.url, name) | {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS": engine}
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        place = Place(Issuer(url), Iam())
        app = application(environment, place, mixed, pace, cached, function=partial(ForkedFunction, shared.functions))
        with served(app, place, taken, pinging):
            desk = Desk(url, app.state.appsync, place, proxy, engine, environment)
            desk.gateway = app.state.gateway
            yield desk
            desk.http.close()


@contextmanager
def served(app: Starlette, place: Place, taken: socket.socket, pinging: float | None = None) -> Iterator[None]:
    """The app, served at a port that is taken, in a thread of this process."""
    config = server.config(app, place)
    config.ws_ping_interval = config.ws_ping_timeout = pinging
    with serving(config, taken):
        yield


@contextmanager
def serving(config: uvicorn.Config, socket: socket.socket) -> Iterator[None]:
    """Runs a server on a listening socket, in a thread of this process."""
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [socket]})
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield
    running.should_exit = True
    thread.join()
