"""`make bench`: prints medians and their ratios; the programs of a ratio run alternately in the same process.

Absolute durations depend on the machine and its load, so compare the ratios. No test asserts a duration.
"""

import io
import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence

from tqdm import tqdm

from data import keys, properties
from data.dynamodb import table
from data.records import ID
from local.aws import REGION
from local.dynamodb import engine
from local.paths import ROOT
from tests.bench import local_server, package, schema_diff
from tests.local import dataset

ROUNDS = 9
ENVIRONMENT = {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "POWERTOOLS_SERVICE_NAME": "bench"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "POWERTOOLS_METRICS_NAMESPACE": "bench"}
USUAL = """
import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import AppSyncResolver
Logger(); Metrics(); Tracer(); AppSyncResolver()
boto3.resource("dynamodb").Table("homes")
"""
STARTS = {
    "the usual stack: boto3 resource, AppSyncResolver, Logger, Tracer, Metrics": USUAL,
    "boto3.client alone": "import boto3; boto3.client('dynamodb')",
    "our handler with its client": (
        "from data.dynamodb import table; from resolvers.runtime import handler; table.client()"
    ),
}


def main() -> None:
    print_table("Cold start: a fresh process, imports and client", medians(starts(), ROUNDS))
    with engine.engine() as endpoint:
        os.environ.update(engine.environment(endpoint, "bench"))
        engine.create_table(endpoint, "bench")
        table.put_many(dataset.table_items())
        package.measure(print_table, medians)
        print_table("Reading 25 properties", medians(reads(), 100))
        print_table("Reading a property with its images", medians(home_reads(), 100))
        local_server.measure(endpoint, print_table, medians)
    schema_diff.measure(print_table, medians)
    print(f"\nThe functions' source, zipped: {zipped_kilobytes():.0f} KB (budget 200)")


def starts() -> dict[str, Callable[[], object]]:
    environment = {**os.environ, **ENVIRONMENT, **CREDENTIALS}

    def start(program: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment)

    return {name: start(program) for name, program in STARTS.items()}


def reads() -> dict[str, Callable[[], object]]:
    ids = [home.id for home in dataset.PROPERTIES[:25]]
    return {
        "one by one, as a resolver without a batch does": lambda: [properties.by_id(id) for id in ids],
        "in one batch, as our resolver does": lambda: properties.by_ids(ids),
    }


def home_reads() -> dict[str, Callable[[], object]]:
    home = dataset.PROPERTIES[5]

    def in_two() -> None:
        table.get(keys.property(home.id))
        table.get_many(keys.image(home.id, ID(id)) for id in home.image_ids)

    return {"in two requests": in_two, "in one Query": lambda: properties.with_images(home.id)}


def medians(things: dict[str, Callable[[], object]], rounds: int, before: int = 1) -> list[tuple[str, float]]:
    """Returns the median milliseconds of each function.

    Each round calls every function once; the first `before` rounds are a warm-up, which is not counted.
    """
    times: dict[str, list[float]] = {name: [] for name in things}
    for _ in tqdm(range(before + rounds), leave=False, disable=not sys.stderr.isatty()):
        for name, do in things.items():
            started = time.perf_counter()
            do()
            times[name].append((time.perf_counter() - started) * 1000)
    return [(name, statistics.median(durations[before:])) for name, durations in times.items()]


def print_table(title: str, rows: Sequence[tuple[str, float]]) -> None:
    """Prints the median of each row and its ratio to the first row."""
    print(f"\n{title}\n{'':76}{'ms':>8}{'ratio':>8}")
    for name, ms in rows:
        print(f"  {name:74}{ms:8.1f}{ms / rows[0][1]:8.2f}")


def zipped_kilobytes() -> float:
    """Returns the size in KB of the zipped source of the functions: `data` without its sample, and `resolvers`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted([*(ROOT / "data").rglob("*.py"), *(ROOT / "resolvers").rglob("*.py")]):
            archive.write(path, path.relative_to(ROOT))
    return len(packed.getvalue()) / 1024


if __name__ == "__main__":
    main()
