"""Benchmark of a deployment package: the time from the start of its process to its first response from a real table.

Both packages are unpacked from zips with the same layer and started by AWS's runtime interface client; boto3 is
installed, as in Lambda. They are built for this machine's processor and Python, so Lambda's own times differ.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from infra.build import package
from infra.build.package import HOST_TARGET
from infra.constructs.functions import APPSYNC_HANDLER
from local.aws import REGION
from tests.lambda_runtime import first_response, unpack
from tests.local import dataset
from tests.resolvers.events import event

ROUNDS = 9
USUALLY = "the usual stack: boto3 resource, AppSyncResolver, Logger, Tracer, Metrics"
USUAL = """
import os

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import AppSyncResolver
from boto3.dynamodb.conditions import Key

logger, metrics, tracer, app = Logger(), Metrics(), Tracer(), AppSyncResolver()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@app.resolver(type_name="Query", field_name="property")
@tracer.capture_method
def by_id(id: str):
    parts = Key("pk").eq(f"PROP#{id}") & Key("sk").between("IMG#", "METADATA")
    return table.query(KeyConditionExpression=parts, ConsistentRead=True)["Items"]


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handle(event, context):
    return app.resolve(event, context)
"""
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
    "AWS_XRAY_CONTEXT_MISSING": "IGNORE_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "bench",
    "POWERTOOLS_SERVICE_NAME": "homes",
    "STAGE": "dev",
    "TRACING": "on",
}  # of a deployed function, without the name of its table

Rows = Sequence[tuple[str, float]]
Measure = Callable[[dict[str, Callable[[], object]], int], Rows]


def measure(show: Callable[[str, Rows], None], medians: Measure) -> None:
    """Prints the start time of our package and of the usual stack, over the table that the environment names."""
    request = event("Query.property", {"id": dataset.PROPERTIES[5].id})
    with ExitStack() as ending:
        layer, ours = (
            ending.enter_context(unpack(folder))
            for folder in (package.layer(HOST_TARGET), package.functions(HOST_TARGET))
        )
        source_layer, source = (ending.enter_context(uncompiled(folder)) for folder in (layer, ours))
        usual = ending.enter_context(unpack())
        (usual / "usual.py").write_text(USUAL)

        def start(handler: str, task: Path, layer: Path) -> Callable[[], Any]:
            return lambda: first_response(handler, task, [layer / "python"], request, ENVIRONMENT)

        starts = {
            USUALLY: start("usual.handle", usual, source_layer),
            "the same, with a compiled layer": start("usual.handle", usual, layer),
            "our package": start(APPSYNC_HANDLER, ours, layer),
            "our package, uncompiled, as built without a Python of its version": start(
                APPSYNC_HANDLER, source, source_layer
            ),
        }
        show("Package start: from its process to its first response", medians(starts, ROUNDS))


@contextmanager
def uncompiled(folder: Path) -> Iterator[Path]:
    """Yields a copy of a package that has only its source files."""
    with unpack() as copy:
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        yield copy
