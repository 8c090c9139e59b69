"""The desk: one port with `/graphql`, its real time, GraphiQL at `/`, the REST routes and a token issuer.

PORT says where (8000); DATA is a folder that keeps the table between runs; DYNAMODB_ENDPOINT is another engine to use;
TLS=1 serves https and wss; CACHE=0 keeps no answer to a GET over REST. Other issuers whose tokens are taken are named
as local/auth/providers.py says.
"""

import asyncio
import errno
import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette

from local import reload, tls
from local.app import Place, app
from local.auth.issuer import Issuer
from local.auth.sigv4 import Iam
from local.dynamodb import engine, table_env
from local.gateway.usage_plans import Keys
from local.loader import seed
from local.schema import compiler
from local.ui import graphiql, swagger
from resolvers.wiring import PLANS, REST

MOST_MESSAGE_BYTES = 1_000_000  # a client's, over the WebSocket


@contextmanager
def table(data: Path | None, endpoint: str | None) -> Iterator[dict[str, str]]:
    """The environment that leads to the desk's table, made where it is not there.

    It is in the engine at `endpoint`, or in one of the desk's own, which ends with this."""
    if endpoint:
        yield table_env.prepared(endpoint)
        return
    with engine.engine(data) as own:
        yield table_env.prepared(own)


def listening(port: int) -> socket.socket:
    """The port, taken before anything slow is begun. Named TCP, for asyncio sends without delay on no other socket."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("127.0.0.1", port))
        taken.listen()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            sys.exit(f"port {port} cannot be had: {error.strerror}")
        sys.exit(f"port {port} is taken: choose another, as in `make run PORT={port + 1}`")
    return taken


def port_in(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        sys.exit(f"PORT must be a number from 1 to 65535, not {text}")
    return int(text)


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    port = port_in(os.environ.get("PORT") or "8000")
    data = Path(os.environ["DATA"]) if os.environ.get("DATA") else None
    taken = listening(port)
    certificates = tls.certificates() if tls.asked() else None
    place = Place(Issuer(tls.address(port), data), Iam(data), certificates, Keys(PLANS, REST, data))
    for what, folder in (("GraphiQL", graphiql.FOLDER), ("page at /docs", swagger.FOLDER)):
        try:
            graphiql.assets(folder)
        except graphiql.NotInstalled as missing:
            print(f"no {what}: {missing}", file=sys.stderr)
    try:
        with table(data, os.environ.get("DYNAMODB_ENDPOINT")) as environment:
            serve(environment, place, taken)
    except (engine.NotStarted, engine.DataInUse) as error:
        sys.exit(str(error))


def serve(environment: dict[str, str], place: Place, taken: socket.socket) -> None:
    """Serves until the process is told to end; begins anew, over the same engine, where the schema has changed."""
    if homes := seed.fill_if_empty():
        print(f"The table was empty: wrote {homes} sample homes.")
    if place.certificates:
        print(f"For clients to trust it: NODE_EXTRA_CA_CERTS={place.certificates.authority}, or that file elsewhere.")
    print(
        f"The desk is at {place.issuer.url}: GraphiQL at /, traces at /trace, the API at /graphql, REST at /docs. "
        "Ctrl-C ends it.",
        flush=True,
    )
    with suppress(KeyboardInterrupt):
        served = app(environment, place, cached=os.environ.get("CACHE") != "0")
        if uvloop.run(until_stale(served, place, taken)):
            print("The schema has changed: the desk starts again. Without DATA, ask for new tokens.", flush=True)
            own = {"DYNAMODB_ENDPOINT": environment["AWS_ENDPOINT_URL_DYNAMODB"]}
            os.execve(sys.executable, [sys.executable, "-m", "local.server"], {**os.environ, **own})  # nosec B606


def config(served: Starlette, place: Place) -> uvicorn.Config:
    """How the desk is served."""
    return uvicorn.Config(
        served,
        ws="websockets-sansio",
        ws_max_size=MOST_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ssl_certfile=place.certificates.chain if place.certificates else None,
        ssl_keyfile=place.certificates.key if place.certificates else None,
        log_level="warning",
        timeout_keep_alive=60,  # longer than clients keep a connection that idles: none is closed as a request sets out
        timeout_graceful_shutdown=2,
    )


async def until_stale(served: Starlette, place: Place, taken: socket.socket) -> bool:
    """Whether the server ended because it serves another schema than the code on disk makes.

    What the caches keep was answered by the code as it was: a change of the code empties them.
    """

    def forget() -> None:
        served.state.appsync.cache.clear()
        served.state.gateway.forget()

    server = uvicorn.Server(config(served, place))
    contract = compiler.contract(compiler.build())
    stale = asyncio.create_task(reload.schema_changed(contract, forget))
    stale.add_done_callback(lambda _: setattr(server, "should_exit", True))
    await server.serve(sockets=[taken])
    return stale.done() and not stale.cancelled() and stale.result() is None


if __name__ == "__main__":
    main()
