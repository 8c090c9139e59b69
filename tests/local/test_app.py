"""The end of the local server: the stream's function publishes to it, so the delivery of records stops first."""

import asyncio

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from local import server
from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import TableStream
from local.lambdas.event_source import EventSource
from local.lambdas.pool import FunctionCode, LambdaService
from local.lifecycle.progress import StartUp
from local.paths import ROOT


class PublishingEventSource(EventSource):
    """An event source whose function sends one more request to the server while the delivery stops."""

    def __init__(self, url: str, stream: TableStream) -> None:
        super().__init__(stream, LambdaService([], FunctionCode(ROOT, ())).invoke)
        self.url = url
        self.statuses: list[int] = []

    async def stop(self) -> None:
        async with httpx.AsyncClient() as client:
            self.statuses.append((await client.get(self.url)).status_code)


def test_the_server_answers_until_the_delivery_of_the_stream_has_stopped(engine: str, table: str) -> None:
    app = Starlette(routes=[Route("/", lambda _: Response())])
    with server.bind(0) as listener:
        stream = TableStream(dynamodb.environment(engine, table))
        mapping = PublishingEventSource(f"http://127.0.0.1:{listener.getsockname()[1]}/", stream)
        config = uvicorn.Config(app, log_level="warning", lifespan="off")
        running = server.Server(config, mapping, mapping.url, StartUp())
        running.should_exit = True  # it shuts down as soon as it has started
        asyncio.run(running.serve(sockets=[listener]))
    assert mapping.statuses == [200]
