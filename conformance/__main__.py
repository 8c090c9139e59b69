"""`make probe ENDPOINT=https://…/graphql TOKEN=…`: what an API answers to its clients and to the open questions.

It makes homes of its own, in a ZIP that is nobody's, and removes them at the end. OUT is the folder to write to
(.cache/probe); WAIT is how many seconds it may wait for the WebSocket's keep-alives (130). Ends with 0 where all was
asked, whatever came back; with 1 where a part was cut short or homes are still there; with 2 where the endpoint cannot
be asked.
"""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from conformance import operations, property_questions, questions, realtime
from conformance.client import Api, NotAsked
from conformance.finding import Finding
from conformance.not_checked import unasked
from conformance.report import Report, secretless
from conformance.sample_properties import Homes, said
from local import stdio

USAGE = "make probe ENDPOINT=https://…/graphql TOKEN=…"


def main() -> int:
    try:
        api = named(os.environ)
        me = introduced(api)
        wait = seconds(os.environ.get("WAIT") or "130")
        report = probe(api, me, wait)
    except NotAsked as error:
        print(secretless(str(error), os.environ.get("TOKEN") or ""), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Cut off: nothing is written down.", file=sys.stderr)
        return 130
    for path in report.write(Path(os.environ.get("OUT") or ".cache/probe")):
        print(path)
    print(f"{len(report.findings)} answers, {len(report.differing)} not as the desk's", end="; ")
    print(f"{len(report.unasked)} questions not asked.")
    return 1 if report.left or report.stopped else 0


def named(environment: Any) -> Api:
    """The API that the environment names. Raises NotAsked."""
    endpoint, token = environment.get("ENDPOINT"), environment.get("TOKEN")
    if not endpoint:
        raise NotAsked(f"ENDPOINT is missing: {USAGE}")
    if not token:
        raise NotAsked(f"TOKEN is missing, a token that {endpoint} takes: {USAGE}")
    return Api(endpoint, token)


def seconds(text: str) -> float:
    if not text.isdecimal() or len(text) > 4:
        raise NotAsked(f"WAIT must be a number of seconds up to 9999, not {text!r}")
    return float(text)


def introduced(api: Api) -> dict[str, Any]:
    """Who asks, as the API sees them. Raises NotAsked where it does not answer, or is another."""
    answer = api.ask("{ me { id name } }")
    if answer.status is None:
        raise NotAsked(f"nothing answers at {api.endpoint}: {str(answer.body).removeprefix('no answer: ')}")
    if answer.status == 401:
        raise NotAsked(f"{api.endpoint} does not take this TOKEN: {said(answer)}")
    me = answer.data.get("me")
    if not me:
        raise NotAsked(f"what answers at {api.endpoint} is not this API: {said(answer)}")
    return dict(me)


def probe(api: Api, me: dict[str, Any], wait: float) -> Report:
    """Asks everything, telling of each answer as it comes, and removes what was made for it."""
    homes = Homes(api)
    report = Report(api, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
    try:
        for part in parts(homes, me, wait):
            ask(part, report)
    finally:
        report.left = homes.remove()
        if report.left:
            print(f"could not be removed: homes {', '.join(report.left)}", file=sys.stderr)
    report.unasked = list(unasked({finding.name for finding in report.findings}))
    return report


def ask(part: Iterator[Finding], report: Report) -> None:
    """Asks one part of all. Where it can go no further, that is in the report, and what it has found stays there."""
    try:
        for finding in part:
            report.findings.append(finding)
            print(f"{'    ' if finding.same else 'not '}as the desk: {finding.of} {finding.name}", file=sys.stderr)
    except NotAsked as error:
        report.stopped.append(str(error))
        print(secretless(str(error), report.api.token), file=sys.stderr)


def parts(homes: Homes, me: dict[str, Any], wait: float) -> Iterator[Iterator[Finding]]:
    shipped = operations.shipped()
    answered = [operation for operation in shipped if operation.kind != "subscription"]
    for _, of_client in groupby(answered, key=lambda operation: operation.client):
        yield operations.ask(homes, list(of_client), me)
    yield (question.put(homes.api) for question in questions.questions())
    yield property_questions.ask(homes)
    followed = [operation for operation in shipped if operation.kind == "subscription"]
    yield realtime.ask(homes, followed, me, wait)


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the homes are removed first
    sys.exit(main())
