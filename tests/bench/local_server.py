"""The desk as a process, measured from outside: one nested page, many clients, and subscribers who come and go."""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import urllib3
from tqdm import tqdm
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from data import properties
from data.dynamodb import table
from data.records import ID
from local import server
from local.dynamodb import engine as dynamodb
from local.paths import ROOT
from tests.local import dataset
from tests.local.ws_client import encoded

ZIP = "20001"
PAGE = """query($zip: String!, $least: Float) {
  listingsByZip(zipCode: $zip, first: 25, sort: PRICE_ASC, filter: {minPrice: $least}) {
    nodes { id address price property { owner { name } images { url } } } } }"""
ON_ZIP = "subscription($zip: String!) { onZipChange(zipCode: $zip) { propertyId version } }"
HOMES = [replace(dataset.home(n), zip_code=ZIP, id=ID(f"bench-{n}")) for n in range(26)]
ROUNDS = 100
WARM = 100  # the engine compiles itself on the way, on the cores that the desk would use
CLIENTS = 64
SUBSCRIBERS = 50
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))


@dataclass(frozen=True)
class Running:
    """A desk that runs as a process of its own."""

    pid: int
    host: str

    def token(self, user: str) -> str:
        answer = httpx.post(f"http://{self.host}/token", json={"user": user})
        return str(answer.json()["access_token"])

    def megabytes(self) -> tuple[float, float]:
        """The memory that the desk's own process holds, and that of its functions' processes."""
        functions = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return held(self.pid), sum(map(held, functions))


def held(pid: int | str) -> float:
    """The megabytes that a process holds; none once it has ended."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmRSS")) / 1024


@contextmanager
def desk(engine: str) -> Iterator[Running]:
    with server.listening(0) as taken:
        port = taken.getsockname()[1]
    told = {**os.environ, "PORT": str(port), "DYNAMODB_ENDPOINT": engine}
    command = [sys.executable, "-m", "local.server"]
    with subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            while "The desk is at" not in process.stdout.readline():
                assert process.poll() is None
            yield Running(process.pid, f"127.0.0.1:{port}")
        finally:
            process.terminate()


def pages(running: Running, engine: str) -> dict[str, Callable[[], object]]:
    """A page of 25 homes with owners and pictures; and its four requests to DynamoDB one after another, by boto3."""
    dynamo = dynamodb.session().client("dynamodb", endpoint_url=engine)
    name = os.environ["TABLE_NAME"]
    http = urllib3.PoolManager(headers={"authorization": running.token("ada")})  # what boto3 itself goes by
    least = iter(range(1_000_000))

    def many(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(dynamo.batch_get_item(RequestItems={name: {"Keys": keys}})["Responses"][name])

    def bare() -> None:
        cards = dynamo.query(
            TableName=name,
            IndexName="by_price",
            KeyConditionExpression="pk = :pk AND list_price >= :least",
            ExpressionAttributeValues={":pk": {"S": f"ZIP#{ZIP}"}, ":least": {"N": "0"}},
            Limit=26,
        )["Items"][:25]
        homes = many([{"pk": card["sk"], "sk": {"S": "METADATA"}} for card in cards])
        owners = {home["owner_id"]["S"] for home in homes}
        many([{"pk": {"S": f"USER#{owner}"}, "sk": {"S": "PROFILE"}} for owner in owners])
        many([{"pk": home["pk"], "sk": {"S": f"IMG#{id['S']}"}} for home in homes for id in home["image_ids"]["L"]])

    def whole() -> None:
        variables = {"zip": ZIP, "least": next(least)}  # another one each time: no answer comes out of the cache
        body = {"query": PAGE, "variables": variables}
        answer = http.request("POST", f"http://{running.host}/graphql", json=body).json()
        assert len(answer["data"]["listingsByZip"]["nodes"]) == 25

    return {"four requests one after another, by a bare boto3 script": bare, "the page, by the desk": whole}


async def crowd(running: Running, clients: int, rounds: int) -> float:
    """Answers a second that so many clients get at once, each as a user of its own. Raises where one gets another's."""

    async def one(user: str) -> None:
        headers = {"authorization": tokens[user]}
        async with httpx.AsyncClient(base_url=f"http://{running.host}", headers=headers, timeout=60) as http:
            for _ in range(rounds):
                answer = (await http.post("/graphql", json={"query": "{ me { id } }"})).json()
                assert answer == {"data": {"me": {"id": user}}}, answer

    tokens = {f"user-{n}": running.token(f"user-{n}") for n in range(clients)}
    begun = time.perf_counter()
    await asyncio.gather(*map(one, tokens))
    return clients * rounds / (time.perf_counter() - begun)


@dataclass
class Heard:
    """What all subscribers have been told, and how often one missed a version in between."""

    messages: int = 0
    gaps: int = 0
    sessions: int = 0


async def following(running: Running, heard: Heard, until: float) -> None:
    """A subscriber who comes, follows for some seconds, leaves or dies without a word, and comes again.

    Each time with a token of its own: they last an hour, and so may the run.
    """
    data = json.dumps({"query": ON_ZIP, "variables": {"zip": ZIP}})
    while time.monotonic() < until:
        credentials = {"host": running.host, "Authorization": await asyncio.to_thread(running.token, "ada")}
        start = {"id": "1", "type": "start", "payload": {"data": data, "extensions": {"authorization": credentials}}}
        protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encoded(credentials)}")]
        socket = await connect(
            f"ws://{running.host}/graphql/realtime", subprotocols=protocols, compression=None, ping_interval=None
        )
        await socket.send('{"type": "connection_init"}')
        await socket.send(json.dumps(start))
        await listened(socket, heard, min(until, time.monotonic() + random.uniform(1, 8)))
        if random.random() < 0.5:
            socket.transport.abort()
        else:
            await socket.send('{"id": "1", "type": "stop"}')
            await socket.close()
        heard.sessions += 1


async def listened(socket: ClientConnection, heard: Heard, until: float) -> None:
    versions: dict[str, int] = {}
    while (left := until - time.monotonic()) > 0:
        try:
            message = json.loads(await asyncio.wait_for(socket.recv(), left))
        except TimeoutError:
            return
        if message["type"] == "data":
            change = message["payload"]["data"]["onZipChange"]
            home, version = change["propertyId"], change["version"]
            heard.gaps += version != versions.get(home, version - 1) + 1
            versions[home] = version
            heard.messages += 1


async def churn(running: Running, seconds: int) -> tuple[Heard, list[tuple[float, float]]]:
    """So many seconds of subscribers and changes, twenty a second; the megabytes held, ten times on the way."""
    heard, until, sizes = Heard(), time.monotonic() + seconds, []

    async def change() -> None:
        version = 10
        while time.monotonic() < until:
            version += 1
            homes = [properties.to_item(replace(home, version=version)) for home in HOMES[:20]]
            await asyncio.to_thread(table.put_many, homes)
            await asyncio.sleep(1)

    async def weigh() -> None:
        for _ in tqdm(range(10), desc="subscribers come and go", leave=False, disable=not sys.stderr.isatty()):
            await asyncio.sleep(seconds / 10)
            sizes.append(running.megabytes())

    await asyncio.gather(change(), weigh(), *(following(running, heard, until) for _ in range(SUBSCRIBERS)))
    return heard, sizes


def measure(engine: str, print_table: Callable[..., None], medians: Callable[..., list[tuple[str, float]]]) -> None:
    """Prints all of it, for a desk over the table that the environment names."""
    table.put_many([item for home in HOMES for item in dataset.items_of(home)])
    with desk(engine) as running:
        title = "A nested page: 25 homes with owner and pictures (at most 1.5)"
        print_table(title, medians(pages(running, engine), ROUNDS, before=WARM))
        alone, together = (asyncio.run(crowd(running, *many)) for many in ((1, 200), (CLIENTS, 20)))
        rates = f"1 client {alone:.0f}, {CLIENTS} at once {together:.0f}, ratio {together / alone:.2f}"
        print(f"\n`me`, answers a second, none lost and each its own: {rates}")
        heard, sizes = asyncio.run(churn(running, SECONDS))
        print(f"\n{SECONDS} s of {SUBSCRIBERS} subscribers who come and go: {heard.sessions} sessions,")
        print(f"{heard.messages} changes heard, {heard.gaps} missed; MB held on the way:")
        for of, megabytes in zip(("the desk", "its functions"), zip(*sizes, strict=True), strict=True):
            print(f"  {of}: {' '.join(f'{size:.0f}' for size in megabytes)}, the second half to the first", end=" ")
            print(f"{median(megabytes[5:]) / median(megabytes[:5]):.2f}")
