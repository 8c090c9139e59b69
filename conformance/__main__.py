"""`make probe ENDPOINT=https://…/graphql TOKEN=…` compares the responses of an API with those of the local server.

Sends the operations of the released apps and a request for each open question. The run creates properties in a ZIP code
that is not in use, and deletes them at its end. OUT is the folder for the reports (.cache/probe). WAIT is the maximum
number of seconds to wait for keep-alive messages of the WebSocket (130). CA_FILE is a PEM file with additional CAs to
trust.

The exit status is 0 if all checks ran, whatever their results; 1 if a part was aborted or a property was not deleted; 2
if the endpoint cannot be checked.
"""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from conformance import not_checked, questions
from conformance.client import ApiClient, ConformanceError
from conformance.finding import ConformanceFinding
from conformance.operations import check_operations, released_operations
from conformance.property_questions import check_property_questions
from conformance.realtime import check_realtime
from conformance.report import ConformanceReport, redact
from conformance.sample_properties import SampleProperties
from conformance.stdio import ignore_broken_pipes

USAGE = "make probe ENDPOINT=https://…/graphql TOKEN=…"
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


def main() -> int:
    try:
        client = client_from_environment(os.environ)
        caller = fetch_caller(client)
        report = run_checks(client, caller, parse_seconds(os.environ.get("WAIT") or "130"))
    except ConformanceError as error:
        print(redact(str(error), os.environ.get("TOKEN") or ""), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted: no report is written.", file=sys.stderr)
        return INTERRUPTED
    for path in report.write(Path(os.environ.get("OUT") or ".cache/probe")):
        print(path)
    print(report.summary)
    return 1 if report.leftovers or report.aborted else 0


def client_from_environment(environment: Mapping[str, str]) -> ApiClient:
    """Returns a client for ENDPOINT with TOKEN. Raises ConformanceError if one is missing or invalid."""
    endpoint, token = environment.get("ENDPOINT"), environment.get("TOKEN")
    if not endpoint:
        raise ConformanceError(f"ENDPOINT is missing: {USAGE}")
    if not token:
        raise ConformanceError(f"TOKEN is missing, a token that {endpoint} accepts: {USAGE}")
    return ApiClient(endpoint, token, environment.get("CA_FILE") or None)


def parse_seconds(text: str) -> float:
    if not text.isdecimal() or len(text) > 4:
        raise ConformanceError(f"WAIT must be a number of seconds up to 9999, not {text!r}")
    return float(text)


def fetch_caller(client: ApiClient) -> dict[str, Any]:
    """Returns the API's `me`. Raises ConformanceError if the endpoint does not respond, or is not this API."""
    response = client.execute("{ me { id name } }")
    if response.status is None:
        reason = str(response.body).removeprefix("no response: ")
        raise ConformanceError(f"{client.endpoint} does not respond: {reason}")
    if response.status == 401:
        raise ConformanceError(f"{client.endpoint} does not accept this TOKEN: {response.error_summary}")
    caller = response.data.get("me")
    if not caller:
        raise ConformanceError(f"{client.endpoint} is not this API: {response.error_summary}")
    return dict(caller)


def run_checks(client: ApiClient, caller: dict[str, Any], max_wait_seconds: float) -> ConformanceReport:
    """Runs all checks, prints each result as it arrives, and deletes the sample properties."""
    samples = SampleProperties(client)
    report = ConformanceReport(client, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
    try:
        for part in check_parts(samples, caller, max_wait_seconds):
            run_part(part, report)
    finally:
        report.leftovers = samples.delete_all()
        if report.leftovers:
            print(f"sample properties not deleted: {', '.join(report.leftovers)}", file=sys.stderr)
    checked_names = {finding.name for finding in report.findings}
    report.skipped = list(not_checked.skipped_checks(checked_names, not_checked.DOCUMENT.read_text()))
    return report


def run_part(part: Iterator[ConformanceFinding], report: ConformanceReport) -> None:
    """Adds the findings of one part to the report. If the part raises ConformanceError, its findings so far remain."""
    try:
        for finding in part:
            report.findings.append(finding)
            print(f"{'same     ' if finding.matches else 'different'} {finding.group}: {finding.name}", file=sys.stderr)
    except ConformanceError as error:
        report.aborted.append(str(error))
        print(redact(str(error), report.client.token), file=sys.stderr)


def check_parts(
    samples: SampleProperties, caller: dict[str, Any], max_wait_seconds: float
) -> Iterator[Iterator[ConformanceFinding]]:
    """The parts of a run: the operations of each client version, the open questions, and real time."""
    operations = released_operations()
    requests = [operation for operation in operations if operation.kind != "subscription"]
    for _, client_operations in groupby(requests, key=lambda operation: operation.client):
        yield check_operations(samples, list(client_operations), caller)
    yield (check.run(samples.client) for check in questions.checks())
    yield check_property_questions(samples)
    subscriptions = [operation for operation in operations if operation.kind == "subscription"]
    yield check_realtime(samples, subscriptions, caller, max_wait_seconds)


if __name__ == "__main__":
    ignore_broken_pipes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # raises, so that the properties are deleted first
    sys.exit(main())
