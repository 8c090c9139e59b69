"""Benchmarks of the local server as a process: a nested page, many concurrent clients, and short-lived subscribers."""

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
from tests.bench import hostile_requests
from tests.local import dataset
from tests.local.ws_client import encode_base64url

ZIP = "20001"
PAGE = """query($zip: String!, $least: Float) {
  listingsByZip(zipCode: $zip, first: 25, sort: PRICE_ASC, filter: {minPrice: $least}) {
    nodes { id address price property { owner { name } images { url } } } } }"""
ON_ZIP = "subscription($zip: String!) { onZipChange(zipCode: $zip) { propertyId version } }"
HOMES = [replace(dataset.make_property(n), zip_code=ZIP, id=ID(f"bench-{n}")) for n in range(26)]
ROUNDS = 100
WARM = 100  # rounds in which the engine's JIT compiler takes CPU time from the server
CLIENTS = 64
SUBSCRIBERS = 50
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))


@dataclass(frozen=True)
class Running:
    """A local server that runs as a separate process."""

    pid: int
    host: str

    def token(self, user: str) -> str:
        response = httpx.post(f"http://{self.host}/token", json={"user": user})
        return str(response.json()["access_token"])

    def megabytes(self) -> tuple[float, float]:
        """Returns the resident memory in MB of the server's process and of the processes of its functions."""
        functions = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return resident_megabytes(self.pid), sum(map(resident_megabytes, functions))


def resident_megabytes(pid: int | str) -> float:
    """Returns the resident memory of a process in MB, or 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


@contextmanager
def run_server(engine: str) -> Iterator[Running]:
    with server.bind(0) as sock:
        port = sock.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "DYNAMODB_ENDPOINT": engine}
    command = [sys.executable, "-m", "local.server"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            while "Serving on" not in process.stdout.readline():
                assert process.poll() is None
            yield Running(process.pid, f"127.0.0.1:{port}")
        finally:
            process.terminate()


def pages(running: Running, engine: str) -> dict[str, Callable[[], object]]:
    """Returns two functions: one gets a page of 25 properties with owners and images from the server.

    The other sends the same four DynamoDB requests one after another by boto3.
    """
    url, access_key = dynamodb.split_access_key(engine)
    dynamo = dynamodb.session(access_key).client("dynamodb", endpoint_url=url)
    name = os.environ["TABLE_NAME"]
    http = urllib3.PoolManager(headers={"authorization": running.token("ada")})  # the HTTP library of boto3
    least = iter(range(1_000_000))

    def many(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(dynamo.batch_get_item(RequestItems={name: {"Keys": keys}})["Responses"][name])

    def bare_requests() -> None:
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

    def whole_page() -> None:
        variables = {"zip": ZIP, "least": next(least)}  # a new value each time, so that no response is cached
        body = {"query": PAGE, "variables": variables}
        response = http.request("POST", f"http://{running.host}/graphql", json=body).json()
        assert len(response["data"]["listingsByZip"]["nodes"]) == 25

    return {
        "four requests one after another, by a bare boto3 script": bare_requests,
        "the page, by the local server": whole_page,
    }


async def crowd(running: Running, clients: int, rounds: int) -> float:
    """Returns the responses per second of `clients` concurrent clients, each with its own user.

    Raises AssertionError if a client receives the response of another user.
    """

    async def run_user(user: str) -> None:
        headers = {"authorization": tokens[user]}
        async with httpx.AsyncClient(base_url=f"http://{running.host}", headers=headers, timeout=60) as http:
            for _ in range(rounds):
                response = (await http.post("/graphql", json={"query": "{ me { id } }"})).json()
                assert response == {"data": {"me": {"id": user}}}, response

    tokens = {f"user-{n}": running.token(f"user-{n}") for n in range(clients)}
    started = time.perf_counter()
    await asyncio.gather(*map(run_user, tokens))
    return clients * rounds / (time.perf_counter() - started)


@dataclass
class ReceivedChanges:
    """Counts over all subscribers: messages received, gaps in the versions of a property, and sessions."""

    messages: int = 0
    gaps: int = 0
    sessions: int = 0


async def following(running: Running, received: ReceivedChanges, until: float) -> None:
    """A subscriber that connects, listens for 1 to 8 seconds, then closes or aborts the connection, and repeats that.

    Each session has a new token: a token expires after an hour, and the run may take longer.
    """
    data = json.dumps({"query": ON_ZIP, "variables": {"zip": ZIP}})
    while time.monotonic() < until:
        credentials = {"host": running.host, "Authorization": await asyncio.to_thread(running.token, "ada")}
        start = {"id": "1", "type": "start", "payload": {"data": data, "extensions": {"authorization": credentials}}}
        protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encode_base64url(credentials)}")]
        socket = await connect(
            f"ws://{running.host}/graphql/realtime", subprotocols=protocols, compression=None, ping_interval=None
        )
        await socket.send('{"type": "connection_init"}')
        await socket.send(json.dumps(start))
        await listened(socket, received, min(until, time.monotonic() + random.uniform(1, 8)))
        if random.random() < 0.5:
            socket.transport.abort()
        else:
            await socket.send('{"id": "1", "type": "stop"}')
            await socket.close()
        received.sessions += 1


async def listened(socket: ClientConnection, received: ReceivedChanges, until: float) -> None:
    versions: dict[str, int] = {}
    while (remaining := until - time.monotonic()) > 0:
        try:
            message = json.loads(await asyncio.wait_for(socket.recv(), remaining))
        except TimeoutError:
            return
        if message["type"] == "data":
            change = message["payload"]["data"]["onZipChange"]
            home, version = change["propertyId"], change["version"]
            received.gaps += version != versions.get(home, version - 1) + 1
            versions[home] = version
            received.messages += 1


async def churn(running: Running, seconds: int) -> tuple[ReceivedChanges, list[tuple[float, float]]]:
    """Runs subscribers with 20 changes per second for `seconds`; returns their counts and ten samples of memory."""
    received, until, sizes = ReceivedChanges(), time.monotonic() + seconds, []

    async def change() -> None:
        version = 10
        while time.monotonic() < until:
            version += 1
            homes = [properties.to_item(replace(home, version=version)) for home in HOMES[:20]]
            await asyncio.to_thread(table.put_many, homes)
            await asyncio.sleep(1)

    async def weigh() -> None:
        for _ in tqdm(range(10), desc="short-lived subscribers", leave=False, disable=not sys.stderr.isatty()):
            await asyncio.sleep(seconds / 10)
            sizes.append(running.megabytes())

    await asyncio.gather(change(), weigh(), *(following(running, received, until) for _ in range(SUBSCRIBERS)))
    return received, sizes


def measure(engine: str, print_table: Callable[..., None], medians: Callable[..., list[tuple[str, float]]]) -> None:
    """Prints all benchmarks of a server over the table that the environment names."""
    table.put_many([item for home in HOMES for item in dataset.items_of(home)])
    with run_server(engine) as running:
        title = "A nested page: 25 properties with owner and images (at most 1.5)"
        print_table(title, medians(pages(running, engine), ROUNDS, before=WARM))
        single_rate, crowd_rate = (asyncio.run(crowd(running, *many)) for many in ((1, 200), (CLIENTS, 20)))
        rates = f"1 client {single_rate:.0f}, {CLIENTS} at once {crowd_rate:.0f}, ratio {crowd_rate / single_rate:.2f}"
        print(f"\n`me`, responses per second, each verified: {rates}")
        hostile_requests.measure(f"http://{running.host}", running.token, print_table)
        received, sizes = asyncio.run(churn(running, SECONDS))
        print(f"\n{SECONDS} s of {SUBSCRIBERS} short-lived subscribers: {received.sessions} sessions,")
        print(f"{received.messages} changes received, {received.gaps} missed; resident memory in MB:")
        for of, megabytes in zip(("the server", "its functions"), zip(*sizes, strict=True), strict=True):
            print(f"  {of}: {' '.join(f'{size:.0f}' for size in megabytes)}, ratio of second to first half", end=" ")
            print(f"{median(megabytes[5:]) / median(megabytes[:5]):.2f}")
