"""The foreign API on the emulator: its configuration, and a server of it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from graphql import GraphQLSchema, build_schema
from starlette.applications import Starlette

from local import server
from local.appsync import http
from local.appsync.engine import AppSync
from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.realtime import websocket
from local.appsync.realtime.websocket import Pace
from local.auth.claims import COGNITO as COGNITO_TOKEN
from local.auth.claims import OIDC as OIDC_TOKEN
from local.auth.issuer import Issuer
from local.auth.providers import Providers
from local.lambdas.pool import Function, FunctionCode, Lambda
from local.paths import ROOT
from local.trace.model import Traces
from resolvers.field_config import COGNITO, OIDC, Batch, Cache, Evict, Field, Limits, Mode
from tests.local.foreign import books, reviews
from tests.local.server_fixture import Asked, serving

HERE = Path(__file__).parent
SIGNED_IN = (COGNITO, OIDC)
FIELDS = (
    Field("Query.book", books.book, SIGNED_IN, cache=Cache(60, by=("arguments.id",))),
    Field("Query.books", books.books, SIGNED_IN),
    Field("Book.reviews", reviews.of_books, SIGNED_IN, batch=Batch(2)),
    Field(
        "Mutation.addReview", reviews.add, (OIDC,), evicts=(Evict("Query.book", {"arguments.id": "arguments.bookId"}),)
    ),
    Field("Subscription.onReview", reviews.on_review, SIGNED_IN, local=True, follows=("addReview",)),
)
LIMITS = Limits(
    seconds=20,
    tokens=100,
    depth=3,
    resolvers=50,
    resolver_bytes=1_000_000,
    payload_bytes=1_000_000,
    published_bytes=1_000,
    subscriptions=2,
)
CODE = FunctionCode(ROOT, packages=(str(HERE.relative_to(ROOT)),))
STAFF = "staff"  # signs in by OIDC, everybody else by Cognito


class Library(Asked):
    """A client of the server."""

    def __init__(self, url: str, appsync: AppSync, issuer: Issuer) -> None:
        super().__init__(url, appsync)
        self.issuer = issuer

    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        return self.issuer.token(user, groups, kind=OIDC_TOKEN if user == STAFF else COGNITO_TOKEN)


def type_modes(schema: GraphQLSchema) -> dict[str, list[Mode]]:
    """The authorization modes of each type, by its directives."""
    nodes: dict[str, Any] = {name: type.ast_node for name, type in schema.type_map.items() if type.ast_node}
    names = {name: {directive.name.value for directive in node.directives or ()} for name, node in nodes.items()}
    return {name: [mode for mode in SIGNED_IN if mode.directive in found] for name, found in names.items()}


@contextmanager
def running() -> Iterator[Library]:
    """The server, on a port of its own, with a process for each of its functions."""
    schema = build_schema((HERE / "schema.graphql").read_text())
    entries = {module.__name__.rpartition(".")[2]: module.__name__ for module in (books, reviews)}
    functions = Lambda([Function(name, {}, entry, CODE, LIMITS) for name, entry in entries.items()], CODE)
    appsync = AppSync(ExecutableSchema(schema, FIELDS, type_modes(schema), LIMITS), functions.deployed)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await functions.warm()
        yield
        await functions.stop()

    with server.listening(0) as socket:
        issuer = Issuer(f"http://127.0.0.1:{socket.getsockname()[1]}")
        authenticate = Providers.from_environment(issuer, None).authenticate
        endpoint = http.route(appsync, authenticate, Traces(), publisher="the functions of this API publish nothing")
        routes = [endpoint, *websocket.routes(appsync.subscriptions, authenticate, Pace())]
        app = Starlette(routes=routes, lifespan=lifespan)
        with serving(uvicorn.Config(app, ws="websockets-sansio", log_level="warning"), socket):
            library = Library(issuer.url, appsync, issuer)
            yield library
            library.http.close()
