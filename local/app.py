"""The desk as an application: what is served at its one port, by which functions, over which table."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from local.appsync import http
from local.appsync.engine import AppSync
from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import PATH
from local.appsync.realtime import websocket
from local.appsync.realtime.websocket import Pace
from local.assumptions import ALIASES_SHARE_A_BATCH
from local.auth.issuer import Issuer
from local.auth.providers import Providers
from local.auth.sigv4 import Iam
from local.dynamodb.streams import Stream
from local.functions import CODE, account
from local.gateway import openapi
from local.gateway.server import Gateway
from local.gateway.usage_plans import Keys
from local.lambdas import event_source
from local.lambdas.pool import Function, Functions, Lambda
from local.schema import compiler, type_info
from local.tls import Certificates
from local.trace import pages
from local.trace.model import Traces
from local.ui import graphiql, swagger
from resolvers.runtime.publishing import AGENT
from resolvers.wiring import FIELDS, LIMITS, MEMORY_MB, PLANS, REST

PACE = Pace()
OPEN_TO_BROWSERS = (  # the REST routes state themselves what a browser may do
    Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]),
    Middleware(ExceptionMiddleware),  # inside, so that a 404 has those headers too
)


@dataclass(frozen=True)
class Place:
    """What makes a desk that very one: its address with the keys it signs by, the certificates it shows there, and the
    API keys that it gave out."""

    issuer: Issuer
    iam: Iam
    certificates: Certificates | None = None
    keys: Keys = field(default_factory=lambda: Keys(PLANS, REST))


def app(
    environment: dict[str, str],
    place: Place,
    mixed: bool = ALIASES_SHARE_A_BATCH,
    pace: Pace = PACE,
    cached: bool = True,
    elsewhere: Functions | None = None,
    function: Callable[..., Function] = Function,
) -> Starlette:
    """The desk over the table that `environment` leads to; `cached` says whether GETs over REST are kept.

    Functions of its own answer, each made by `function`, and are handed the table's stream; or some `elsewhere`, where
    it reaches them anyway.
    """
    kept = Traces()
    providers = Providers.from_environment(place.issuer, place.iam)
    functions = elsewhere or own_functions(environment, place, providers, function)
    api = ExecutableSchema(compiler.build()._schema, FIELDS, type_info.reached(FIELDS), LIMITS)
    appsync = AppSync(api, functions.deployed, mixed)
    gateway = Gateway(openapi.read(), place.keys, REST, functions.invoke, cached=cached)

    others = [
        http.route(appsync, providers.authenticate, kept, AGENT),
        *websocket.routes(appsync.subscriptions, providers.authenticate, pace),
        about(environment),
        *place.issuer.routes(),
        *place.iam.routes(),
        *place.keys.routes(),
        *graphiql.routes(),
        *swagger.routes(),
        *pages.routes(kept, MEMORY_MB),
    ]
    served = Starlette(
        routes=[*gateway.routes(), Mount("", routes=others, middleware=OPEN_TO_BROWSERS)],
        exception_handlers={ClientDisconnect: gone},
        lifespan=lambda _: running(functions, environment if elsewhere is None else None),
    )
    served.state.appsync = appsync
    served.state.gateway = gateway
    return served


def own_functions(
    environment: dict[str, str], place: Place, providers: Providers, function: Callable[..., Function]
) -> Lambda:
    """The functions that the desk runs itself, on the code on disk."""
    trust = {"AWS_CA_BUNDLE": str(place.certificates.authority)} if place.certificates else {}
    backend = {"APPSYNC_URL": place.issuer.url + PATH, **place.iam.environment(), **trust}
    return Lambda(account(environment, backend, {**providers.environment(), **trust}, function), CODE)


def about(environment: dict[str, str]) -> Route:
    """Where the table is, for the tools beside the desk."""
    told = {"dynamodb": environment["AWS_ENDPOINT_URL_DYNAMODB"], "table": environment["TABLE_NAME"]}
    return Route("/desk", lambda _: JSONResponse(told))


async def gone(_: Request, __: Exception) -> Response:
    """Whoever left in the middle of a request is told nothing, and that is no error of the desk's."""
    return Response()


@asynccontextmanager
async def running(functions: Functions, streamed: dict[str, str] | None) -> AsyncIterator[None]:
    """The functions at work; the stream of the table that `streamed` leads to, if it does, is handed to them."""
    await functions.warm()
    gc.freeze()  # what is there by now stays: looking through all of it again and again took a tenth of the time
    async with following(streamed, functions) if streamed else nullcontext():
        yield
    await functions.stop()


@asynccontextmanager
async def following(environment: dict[str, str], functions: Functions) -> AsyncIterator[None]:
    """Hands the table's stream to its function meanwhile."""
    written = await asyncio.to_thread(Stream, environment)
    task = asyncio.create_task(event_source.follow(written, functions.invoke))
    yield
    task.cancel()
    await asyncio.wait([task])
