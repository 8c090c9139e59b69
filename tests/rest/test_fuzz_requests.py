"""Whatever the contract allows, and whatever it does not: asked by schemathesis, with all of its checks."""

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
from tests.local.server_fixture import Desk
from tests.profiles import count, seed

pytestmark = pytest.mark.process

HERE = Path(__file__).parent
OPERATIONS = 8
KEPT = ("use_after_free", "ensure_resource_availability")  # what a GET that is kept for a minute cannot do
NO_ID = ("examples", "coverage", "fuzzing")  # whoever is turned away has nothing to go on with


def asked(desk: Desk, report: Path, *more: str, token: str | None) -> "subprocess.CompletedProcess[str]":
    """What schemathesis says of a desk; each case that it made is in the report."""
    # spelled as the contract does, or it takes a header for one that is not in the contract
    headers = [("x-api-key", desk.keys.issue("government")), *([("Authorization", token)] if token else [])]
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml")]
    command += ["run", str(openapi.FILE), "--url", desk.url, "--no-color", "--checks", "all", "--report", "ndjson"]
    command += ["--report-ndjson-path", str(report), "--max-examples", str(count()), "--seed", str(seed()), *more]
    command += [word for name, value in headers for word in ("--header", f"{name}: {value}")]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.rest.hooks"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def cases(report: Path) -> tuple[Counter[str], Counter[int]]:
    """How many cases were made of each operation, and how many answers came with each status."""
    made, statuses = Counter[str](), Counter[int]()
    for line in report.read_text().splitlines():
        for recorder in recorders(json.loads(line)):
            for case in recorder.get("cases", {}).values():
                made[f"{case['value']['method']} {case['value']['path']}"] += 1
            for interaction in recorder.get("interactions", {}).values():
                if response := interaction.get("response"):
                    statuses[response["status_code"]] += 1
    return made, statuses


def recorders(told: Any) -> Iterator[Any]:
    for event in told.values():
        if isinstance(event, dict) and isinstance(event.get("recorder"), dict):
            yield event["recorder"]


def short(made: Counter[str]) -> dict[str, int]:
    """The operations of the contract of which there are fewer cases than examples were asked for."""
    names = [
        f"{one.method} {one.path}" for resource in openapi.read().resources for one in resource.operations.values()
    ]
    assert len(names) == OPERATIONS
    return {name: made[name] for name in names if made[name] < count()}


def test_signed_in_all_checks_hold_those_over_several_requests_included(uncached: Desk, tmp_path: Path) -> None:
    said = asked(uncached, tmp_path / "report", token=uncached.token("ada"))
    assert said.returncode == 0, said.stdout
    made, statuses = cases(tmp_path / "report")
    assert short(made) == {}
    assert {200, 201, 204, 400, 404, 412} <= set(statuses), statuses


def test_with_the_cache_on_all_hold_but_the_two_that_it_breaks(desk: Desk, tmp_path: Path) -> None:
    more = ("--exclude-checks", ",".join(KEPT))
    said = asked(desk, tmp_path / "report", *more, token=desk.token("ada"))
    assert said.returncode == 0, said.stdout
    made, _ = cases(tmp_path / "report")
    assert short(made) == {}


def test_whoever_is_not_signed_in_is_turned_away_whatever_is_asked(uncached: Desk, tmp_path: Path) -> None:
    before = len(uncached.proxy.seen)
    said = asked(uncached, tmp_path / "report", "--phases", ",".join(NO_ID), token=None)
    assert said.returncode == 0, said.stdout
    made, statuses = cases(tmp_path / "report")
    assert short(made) == {}
    assert set(statuses) <= {204, 401, 404, 405}, statuses  # 204 is a preflight
    assert len(uncached.proxy.seen) == before
