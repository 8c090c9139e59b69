"""Fuzzing by schemathesis with all of its checks: requests that the contract allows, and requests that it forbids."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.gateway import openapi
from local.paths import ROOT
from tests.local.server_fixture import LocalServer
from tests.profiles import count, seed

pytestmark = pytest.mark.process

FOLDER = Path(__file__).parent
OPERATIONS = 8
CACHED_CHECKS = ("use_after_free", "ensure_resource_availability")  # what a GET that is kept for a minute cannot do
NO_ID = ("examples", "coverage", "fuzzing")  # a rejected client gets no id to continue with


def run_schemathesis(
    server: LocalServer, report: Path, *more: str, token: str | None
) -> "subprocess.CompletedProcess[str]":
    """Runs schemathesis against a local server. It writes each case to the report."""
    # Header names in the case of the contract: schemathesis compares them case-sensitively.
    headers = [("x-api-key", server.keys.issue("government")), *([("Authorization", token)] if token else [])]
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(FOLDER / "schemathesis.toml")]
    command += ["run", str(openapi.FILE), "--url", server.url, "--no-color", "--checks", "all", "--report", "ndjson"]
    command += ["--report-ndjson-path", str(report), "--max-examples", str(count()), "--seed", str(seed()), *more]
    command += [word for name, value in headers for word in ("--header", f"{name}: {value}")]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.rest.hooks"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def cases(report: Path) -> tuple[Counter[str], Counter[int]]:
    """Returns the number of generated cases of each operation, and the number of responses with each status."""
    counts, statuses = Counter[str](), Counter[int]()
    for line in report.read_text().splitlines():
        for recorder in recorders(json.loads(line)):
            for case in recorder.get("cases", {}).values():
                counts[f"{case['value']['method']} {case['value']['path']}"] += 1
            for interaction in recorder.get("interactions", {}).values():
                if response := interaction.get("response"):
                    statuses[response["status_code"]] += 1
    return counts, statuses


def recorders(report: Any) -> Iterator[Any]:
    for event in report.values():
        if isinstance(event, dict) and isinstance(event.get("recorder"), dict):
            yield event["recorder"]


def case_shortfalls(counts: Counter[str]) -> dict[str, int]:
    """Returns the number of cases of each operation that has fewer cases than the requested number of examples."""
    names = [
        f"{operation.method} {operation.path}"
        for resource in openapi.read().resources
        for operation in resource.operations.values()
    ]
    assert len(names) == OPERATIONS
    return {name: counts[name] for name in names if counts[name] < count()}


def test_all_checks_pass_for_a_signed_in_user_without_the_cache(uncached: LocalServer, tmp_path: Path) -> None:
    process = run_schemathesis(uncached, tmp_path / "report", token=uncached.token("ada"))
    assert process.returncode == 0, process.stdout
    counts, statuses = cases(tmp_path / "report")
    assert case_shortfalls(counts) == {}
    assert {200, 201, 204, 400, 404, 412} <= set(statuses), statuses


def test_all_checks_but_two_pass_with_the_cache(server: LocalServer, tmp_path: Path) -> None:
    more = ("--exclude-checks", ",".join(CACHED_CHECKS))
    process = run_schemathesis(server, tmp_path / "report", *more, token=server.token("ada"))
    assert process.returncode == 0, process.stdout
    counts, _ = cases(tmp_path / "report")
    assert case_shortfalls(counts) == {}


def test_every_request_without_a_token_is_rejected(uncached: LocalServer, tmp_path: Path) -> None:
    before = len(uncached.proxy.operations)
    process = run_schemathesis(uncached, tmp_path / "report", "--phases", ",".join(NO_ID), token=None)
    assert process.returncode == 0, process.stdout
    counts, statuses = cases(tmp_path / "report")
    assert case_shortfalls(counts) == {}
    assert set(statuses) <= {204, 401, 404, 405}, statuses  # 204 is a preflight
    assert len(uncached.proxy.operations) == before
