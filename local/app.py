"""The ASGI application of the local server: its routes, its Lambda functions and its table."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, Router

from local.appsync import http
from local.appsync.engine import AppSync
from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import PATH
from local.appsync.realtime import websocket
from local.appsync.realtime.websocket import ConnectionTiming
from local.assumptions import ALIASES_SHARE_A_BATCH
from local.auth.issuer import Issuer
from local.auth.providers import Providers
from local.auth.sigv4 import SigV4Credentials
from local.browser_access import BrowserAccess, HostGuard, own_middleware
from local.dynamodb.checkpoint import CheckpointStore
from local.dynamodb.streams import TableStream
from local.functions import CODE, account
from local.gateway import openapi
from local.gateway.server import Gateway
from local.gateway.usage_plans import ApiKeyStore
from local.lambdas.event_source import EventSource
from local.lambdas.pool import FunctionInvoker, LambdaFunction, LambdaService
from local.loader import seed
from local.schema import compiler, type_info
from local.tls import Certificates
from local.trace import pages
from local.trace.model import Traces
from local.ui import graphiql, swagger
from resolvers.runtime.publishing import USER_AGENT
from resolvers.wiring import FIELDS, LIMITS, MEMORY_MB, REST, USAGE_PLANS

# A document of 15,000 tokens is a million objects. By default, each of its many full collections stops all threads for
# up to half a second; these take half of the CPU time.
GC_THRESHOLDS = (5_000, 20, 50)
DEFAULT_TIMING = ConnectionTiming()
CORS_MIDDLEWARE = (  # the REST routes set their own CORS headers
    Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]),
    Middleware(ExceptionMiddleware),  # inside, so that a 404 has those headers too
)


@dataclass(frozen=True)
class ServerIdentity:
    """What stays the same when the server restarts: its issuer with the address, its AWS credentials, its certificates,
    the API keys that it has issued, the hosts and origins that may use it, the stream's checkpoint, and the traces."""

    issuer: Issuer
    iam: SigV4Credentials
    certificates: Certificates | None = None
    keys: ApiKeyStore = field(default_factory=lambda: ApiKeyStore(USAGE_PLANS, REST))
    access: BrowserAccess = field(default_factory=BrowserAccess)
    checkpoints: CheckpointStore = field(default_factory=CheckpointStore)
    traces: Traces = field(default_factory=Traces)


def create_app(
    environment: dict[str, str],
    identity: ServerIdentity,
    aliases_share_batch: bool = ALIASES_SHARE_A_BATCH,
    timing: ConnectionTiming = DEFAULT_TIMING,
    cache_rest: bool = True,
    remote_functions: FunctionInvoker | None = None,
    function: Callable[..., LambdaFunction] = LambdaFunction,
) -> Starlette:
    """Returns the application over the table of `environment`; `cache_rest` turns the response cache of REST on.

    It runs its own functions, each created by `function`, and delivers the table's stream to them, unless
    `remote_functions` are given: those receive the stream by themselves. Raises botocore's errors if the engine does
    not answer.
    """
    traces = identity.traces
    providers = Providers.from_environment(identity.issuer, identity.iam)
    functions = remote_functions or create_functions(environment, identity, providers, function)
    schema = compiler.build_schema()
    api = ExecutableSchema(schema._schema, FIELDS, type_info.reachable_auth_modes(FIELDS), LIMITS)
    appsync = AppSync(api, functions.snapshot, aliases_share_batch)
    gateway = Gateway(openapi.read(), identity.keys, REST, functions.invoke, traces, cached=cache_rest)

    graphql = Router([http.route(appsync, providers.authenticate, traces, USER_AGENT)])
    public_routes = [
        *gateway.routes(),
        *websocket.routes(appsync.subscriptions, providers.authenticate, timing),
        Route(PATH, graphql, middleware=CORS_MIDDLEWARE),
    ]
    app = Starlette(
        routes=[*public_routes, own_routes(environment, identity, compiler.print_sdl(schema))],
        middleware=[Middleware(HostGuard, identity.access)],
        exception_handlers={ClientDisconnect: handle_client_disconnect},
        lifespan=lambda app: lifespan(app, functions),
    )
    stream = None if remote_functions else TableStream(environment, identity.checkpoints)
    app.state.event_source = EventSource(stream, functions.invoke) if stream else None
    app.state.appsync = appsync
    app.state.gateway = gateway
    return app


def create_functions(
    environment: dict[str, str], identity: ServerIdentity, providers: Providers, function: Callable[..., LambdaFunction]
) -> LambdaService:
    """Returns the functions that the server runs itself, with the code on disk."""
    ca_bundle = {"AWS_CA_BUNDLE": str(identity.certificates.authority)} if identity.certificates else {}
    backend = {"APPSYNC_URL": identity.issuer.url + PATH, **identity.iam.environment(), **ca_bundle}
    return LambdaService(account(environment, backend, {**providers.environment(), **ca_bundle}, function), CODE)


def info_route(environment: dict[str, str]) -> Route:
    """Returns the route that names the table and the access key of its database, for the command line tools."""
    info = {
        "dynamodb": environment["AWS_ENDPOINT_URL_DYNAMODB"],
        "accessKeyId": environment["AWS_ACCESS_KEY_ID"],
        "table": environment["TABLE_NAME"],
    }
    return Route("/info", lambda _: JSONResponse(info))


def own_routes(environment: dict[str, str], identity: ServerIdentity, sdl: str) -> Mount:
    """Returns the endpoints that only allowed origins may use: pages, traces and the issuers of credentials."""
    routes = [
        info_route(environment),
        *identity.issuer.routes(),
        *identity.iam.routes(),
        *identity.keys.routes(),
        *page_routes(sdl),
        *pages.routes(identity.traces, MEMORY_MB),
    ]
    return Mount("", routes=routes, middleware=own_middleware(identity.access))


def page_routes(sdl: str) -> list[Route]:
    """Returns the routes of GraphiQL, of Swagger UI and of the schema, which is text so that browsers show it."""
    schema = Route("/schema.graphql", lambda _: PlainTextResponse(sdl))
    return [*graphiql.routes(seed.sample_users()), *swagger.routes(), schema]


async def handle_client_disconnect(_: Request, __: Exception) -> Response:
    """A client that disconnects during its request gets no response; it is not an error."""
    return Response()


@asynccontextmanager
async def lifespan(app: Starlette, functions: FunctionInvoker) -> AsyncIterator[None]:
    """Runs the functions, and delivers the table's stream to them unless they receive it by themselves."""
    await functions.warm()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.freeze()  # what is loaded by now stays loaded: collecting it again and again took a tenth of the time
    mapping: EventSource | None = app.state.event_source
    if mapping:
        mapping.start()
    yield
    if mapping:
        await mapping.stop()
    await functions.stop()
    appsync: AppSync = app.state.appsync
    appsync.api.threads.stop()
