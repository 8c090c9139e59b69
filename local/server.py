"""The local server: one port with `/graphql`, real time, GraphiQL at `/`, the REST routes and a token issuer.

Environment: PORT (8000); DATA, a folder that keeps the table between runs; DYNAMODB_ENDPOINT, another engine; TLS=1
serves https and wss; CACHE=0 turns off the response cache of REST; HOSTS, more host names of this server; ORIGINS, the
origins whose pages may get tokens and keys. local/browser_access.py explains the last two, and local/auth/providers.py
lists the variables of external issuers.
"""

if __name__ == "__main__":  # before the other imports: they take a second
    from local.lifecycle import exit_signals

    exit_signals.exit_immediately()

import asyncio
import errno
import logging
import os
import socket
import sys
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette

from data.dynamodb import table
from local import reload, restart, settings, tls
from local.app import ServerIdentity, create_app
from local.auth.issuer import Issuer
from local.auth.sigv4 import SigV4Credentials
from local.browser_access import BrowserAccess
from local.dynamodb import engine, table_engine, table_env
from local.dynamodb.checkpoint import CheckpointStore, checkpoint_file
from local.dynamodb.table_engine import TableEngine
from local.gateway.usage_plans import ApiKeyStore
from local.lambdas.event_source import EventSource
from local.lifecycle.progress import StartUp
from local.loader import seed
from local.paths import ROOT
from local.restart import RestartState
from local.schema import compiler
from local.trace.model import Traces
from local.ui import graphiql, swagger
from resolvers.wiring import REST, USAGE_PLANS

MAX_MESSAGE_BYTES = 1_000_000  # a client's, over the WebSocket
SWITCH_SECONDS = 0.001  # a thread that computes runs this long before the event loop does; Python's default is 0.005


def bind(port: int) -> socket.socket:
    """Binds the port before anything slow starts. IPPROTO_TCP is explicit, or asyncio does not set TCP_NODELAY."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
        sock.listen()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            sys.exit(f"cannot bind to port {port}: {error.strerror}")
        sys.exit(f"port {port} is in use: choose another, as in `make run PORT={port + 1}`")
    return sock


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        start()
    except (engine.EngineError, engine.DataFolderLocked, settings.InvalidSetting) as error:
        sys.exit(str(error))


def start() -> None:
    """Starts the engine and serves. Raises InvalidSetting, EngineError or DataFolderLocked."""
    start_up = StartUp()
    port, data = settings.port(), settings.data_folder()
    endpoint = os.environ.get("DYNAMODB_ENDPOINT") or None
    access = BrowserAccess.from_environment(os.environ)
    state = restart.inherited_state()
    sock = state.listening_socket() if state else bind(port)
    identity = restored_identity(port, data, access, state) if state else create_identity(port, data, access, endpoint)
    for what, folder in (("GraphiQL", graphiql.FOLDER), ("page at /docs", swagger.FOLDER)):
        try:
            graphiql.assets(folder)
        except graphiql.PackagesUnavailable as missing:
            print(f"no {what}: {missing}", file=sys.stderr)
    start_up.finish("pages")
    with table_engine.run(data, endpoint) as running:
        start_up.finish("engine")
        marker = data / "sample-incomplete" if data and not endpoint else None
        with table_engine.report_failures(running):
            environment = table_env.ensure_table(running.endpoint)
            count = seed.seed_if_empty(marker)
            start_up.finish(f"table: {count} samples" if count else "table")
            served = create_app(environment, identity, cache_rest=settings.is_enabled("CACHE", True))
        serve(served, running, identity, sock, start_up)


def create_identity(port: int, data: Path | None, access: BrowserAccess, endpoint: str | None) -> ServerIdentity:
    """Returns the identity of a server that starts: the one in the folder `data`, or a new one.

    The checkpoint of the stream of another engine, at `endpoint`, is in .cache/ if there is no such folder.
    """
    file = checkpoint_file(ROOT / ".cache", endpoint, table.table_name()) if endpoint else None
    return ServerIdentity(
        Issuer(tls.base_url(port), data),
        SigV4Credentials(data),
        tls.certificates() if tls.is_enabled() else None,
        ApiKeyStore(USAGE_PLANS, REST, data),
        access,
        CheckpointStore(data / "stream.json" if data else file),
    )


def restored_identity(port: int, data: Path | None, access: BrowserAccess, state: RestartState) -> ServerIdentity:
    """Returns the identity of the process before a restart."""
    return ServerIdentity(
        Issuer(tls.base_url(port), data, state.issuer_key),
        SigV4Credentials(data, state.iam),
        tls.certificates() if tls.is_enabled() else None,
        ApiKeyStore(USAGE_PLANS, REST, data, plans=state.api_keys),
        access,
        state.checkpoints(),
        Traces.from_json(state.traces),
    )


def serve(
    served: Starlette, running: TableEngine, identity: ServerIdentity, sock: socket.socket, start_up: StartUp
) -> None:
    """Serves until the process is ended. If the schema changes, restarts the process over the same engine.

    Raises EngineError or DataFolderLocked if the engine is lost."""
    if identity.certificates:
        print(f"Clients must trust the authority: NODE_EXTRA_CA_CERTS={identity.certificates.authority}")
    sys.setswitchinterval(SWITCH_SECONDS)
    if uvloop.run(serve_until_schema_changes(served, identity, sock, running, start_up)):
        print("The schema has changed: restarting.", flush=True)
        restart.restart(running.environment(), identity, sock)


def config(app: Starlette, identity: ServerIdentity) -> uvicorn.Config:
    """Returns uvicorn's configuration."""
    return uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ssl_certfile=identity.certificates.chain if identity.certificates else None,
        ssl_keyfile=identity.certificates.key if identity.certificates else None,
        log_level="warning",
        timeout_keep_alive=60,  # longer than clients keep an idle connection, so none is closed under a request
        timeout_graceful_shutdown=2,
    )


class Server(uvicorn.Server):
    """uvicorn's server. It prints its address when the functions have started.

    It stops the delivery of the table's stream before it stops accepting connections: the function `stream` publishes
    to this server, and a record that it cannot publish would be discarded after some attempts.
    """

    def __init__(self, config: uvicorn.Config, mapping: EventSource | None, url: str, start_up: StartUp) -> None:
        super().__init__(config)
        self.mapping = mapping
        self.url = url
        self.start_up = start_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        self.start_up.finish("functions")
        print(
            f"Serving on {self.url} after {self.start_up.seconds:.1f} s: GraphiQL at /, traces at /trace, "
            "the API at /graphql, REST at /docs (Ctrl-C to stop)",
            flush=True,
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.mapping:
            await self.mapping.stop()
        await super().shutdown(sockets)


async def serve_until_schema_changes(
    app: Starlette, identity: ServerIdentity, sock: socket.socket, running: TableEngine, start_up: StartUp
) -> bool:
    """Returns True if the server ended because the code on disk now makes another schema.

    Raises EngineError or DataFolderLocked if it ended because the engine is lost.

    A change of the code empties the caches: their answers are those of the old code.
    """

    def clear_caches() -> None:
        app.state.appsync.cache.clear()
        app.state.gateway.clear_caches()

    server = Server(config(app, identity), app.state.event_source, identity.issuer.url, start_up)
    contract = compiler.fingerprint(compiler.build_schema())
    schema_change = asyncio.create_task(reload.wait_for_schema_change(contract, clear_caches))
    engine_loss = asyncio.create_task(running.watch())
    for task in (schema_change, engine_loss):
        task.add_done_callback(lambda _: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets=[sock.dup()])  # uvicorn closes the duplicate
    finally:
        if not schema_change.done():  # else the process after the restart inherits the socket
            sock.close()
    if engine_loss.done():
        engine_loss.result()
    return schema_change.done() and not schema_change.cancelled() and schema_change.result() is None


if __name__ == "__main__":
    exit_signals.run(main)
