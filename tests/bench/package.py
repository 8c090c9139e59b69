"""How soon a shipped package answers: from the start of its process to its first answer, out of a real table.

Both packages are unpacked from zips, with the same layer, and started by AWS's runtime client; boto3 is there, as it
is in Lambda. They are made for this machine's processor and Python: a measure of Lambda's own they are not.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from infra.build import package
from infra.build.package import HOST
from infra.constructs.functions import ENTRY
from local.aws import REGION
from tests.lambda_runtime import first_answer, unpacked
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
}  # of a deployed function, where its table is aside

Rows = Sequence[tuple[str, float]]
Measure = Callable[[dict[str, Callable[[], object]], int], Rows]


def measure(show: Callable[[str, Rows], None], medians: Measure) -> None:
    """Shows the package's start beside the usual stack's, over the table that the environment leads to."""
    asked = event("Query.property", {"id": dataset.ALL[5].id})
    with ExitStack() as ending:
        layer, ours = (
            ending.enter_context(unpacked(folder)) for folder in (package.layer(HOST), package.functions(HOST))
        )
        source_layer, source = (ending.enter_context(uncompiled(folder)) for folder in (layer, ours))
        usual = ending.enter_context(unpacked())
        (usual / "usual.py").write_text(USUAL)

        def start(handler: str, task: Path, layer: Path) -> Callable[[], Any]:
            return lambda: first_answer(handler, task, [layer / "python"], asked, ENVIRONMENT)

        starts = {
            USUALLY: start("usual.handle", usual, source_layer),
            "the same, its layer compiled": start("usual.handle", usual, layer),
            "our package": start(ENTRY, ours, layer),
            "our package, as one is made where there is no Python of its version": start(ENTRY, source, source_layer),
        }
        show("A package's start: from its process to its first answer", medians(starts, ROUNDS))


@contextmanager
def uncompiled(folder: Path) -> Iterator[Path]:
    """A copy of a package with its sources alone."""
    with unpacked() as copy:
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        yield copy
