"""Configures the foreign API and runs it on the emulator."""

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
from local.appsync.realtime.websocket import ConnectionTiming
from local.auth.claims import COGNITO as COGNITO_TOKEN
from local.auth.claims import OIDC as OIDC_TOKEN
from local.auth.issuer import Issuer
from local.auth.providers import Providers
from local.lambdas.pool import FunctionCode, LambdaFunction, LambdaService
from local.paths import ROOT
from local.trace.model import Traces
from resolvers.field_config import COGNITO, OIDC, AuthMode, Batch, Cache, CacheEviction, FieldConfig, Limits
from tests.local.foreign import books, reviews
from tests.local.server_fixture import ServerClient, run_uvicorn

FOLDER = Path(__file__).parent
SIGNED_IN = (COGNITO, OIDC)
FIELDS = (
    FieldConfig("Query.book", books.book, SIGNED_IN, cache=Cache(60, keys=("arguments.id",))),
    FieldConfig("Query.books", books.books, SIGNED_IN),
    FieldConfig("Book.reviews", reviews.of_books, SIGNED_IN, batch=Batch(2)),
    FieldConfig(
        "Mutation.addReview",
        reviews.add,
        (OIDC,),
        evictions=(CacheEviction("Query.book", {"arguments.id": "arguments.bookId"}),),
    ),
    FieldConfig(
        "Subscription.onReview", reviews.on_review, SIGNED_IN, none_data_source=True, subscribes_to=("addReview",)
    ),
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
CODE = FunctionCode(ROOT, packages=(str(FOLDER.relative_to(ROOT)),))
STAFF = "staff"  # signs in with OIDC; all other users sign in with Cognito


class LibraryClient(ServerClient):
    """A client of the foreign API."""

    def __init__(self, url: str, appsync: AppSync, issuer: Issuer) -> None:
        super().__init__(url, appsync)
        self.issuer = issuer

    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        return self.issuer.token(user, groups, kind=OIDC_TOKEN if user == STAFF else COGNITO_TOKEN)


def type_modes(schema: GraphQLSchema) -> dict[str, list[AuthMode]]:
    """Returns the authorization modes of each type, from its directives."""
    nodes: dict[str, Any] = {name: type.ast_node for name, type in schema.type_map.items() if type.ast_node}
    names = {name: {directive.name.value for directive in node.directives or ()} for name, node in nodes.items()}
    return {name: [mode for mode in SIGNED_IN if mode.directive in directives] for name, directives in names.items()}


@contextmanager
def run_server() -> Iterator[LibraryClient]:
    """Runs the server on a free port, with one process for each function."""
    schema = build_schema((FOLDER / "schema.graphql").read_text())
    entries = {module.__name__.rpartition(".")[2]: module.__name__ for module in (books, reviews)}
    functions = LambdaService([LambdaFunction(name, {}, entry, CODE, LIMITS) for name, entry in entries.items()], CODE)
    appsync = AppSync(ExecutableSchema(schema, FIELDS, type_modes(schema), LIMITS), functions.snapshot)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await functions.warm()
        yield
        await functions.stop()
        appsync.api.threads.stop()

    with server.bind(0) as listener:
        issuer = Issuer(f"http://127.0.0.1:{listener.getsockname()[1]}")
        authenticate = Providers.from_environment(issuer, None).authenticate
        endpoint = http.route(appsync, authenticate, Traces(), publisher="no user agent publishes")
        routes = [endpoint, *websocket.routes(appsync.subscriptions, authenticate, ConnectionTiming())]
        app = Starlette(routes=routes, lifespan=lifespan)
        with run_uvicorn(uvicorn.Config(app, ws="websockets-sansio", log_level="warning"), listener):
            library = LibraryClient(issuer.url, appsync, issuer)
            yield library
            library.http.close()
