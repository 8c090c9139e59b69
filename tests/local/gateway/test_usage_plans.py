"""API keys and what their plans allow."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.gateway.usage_plans import Bucket, Keys
from local.paths import ROOT
from resolvers.wiring import PLANS, REST
from tests.local.server_fixture import Desk


def test_a_bucket_gives_what_it_holds_and_then_what_comes_in() -> None:
    now = [0.0]
    bucket = Bucket(rate=10, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.25
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 100
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("plan", PLANS)
def test_a_key_may_ask_as_much_at_once_as_its_plan_says(plan: str) -> None:
    keys = Keys(PLANS, REST, clock=lambda: 0.0)
    key = keys.issue(plan)
    refusals = [keys.refusal(key) for _ in range(PLANS[plan].burst + 1)]
    assert refusals == [*[None] * PLANS[plan].burst, "THROTTLED"]


def test_each_key_has_its_own() -> None:
    keys = Keys(PLANS, REST, clock=lambda: 0.0)
    first, second = keys.issue("commercial-basic"), keys.issue("commercial-basic")
    refusals = [keys.refusal(first) for _ in range(PLANS["commercial-basic"].burst + 1)]
    assert (refusals[-1], keys.refusal(second)) == ("THROTTLED", None)


def test_a_month_holds_no_more_than_the_quota() -> None:
    keys = Keys(PLANS, REST)
    key = keys.issue("commercial-basic")
    keys.refusal(key)
    ((month, used),) = keys.used.items()
    assert used == 1
    keys.used[month] = PLANS["commercial-basic"].quota
    assert keys.refusal(key) == "QUOTA_EXCEEDED"


@pytest.mark.parametrize("key", [None, "", "nobody-gave-this-out"])
def test_whoever_has_no_key_is_refused(key: str | None) -> None:
    assert Keys(PLANS, REST).refusal(key) == "INVALID_API_KEY"


def test_keys_outlive_a_desk_that_keeps_its_table(tmp_path: Path) -> None:
    key = Keys(PLANS, REST, tmp_path / "kept").issue("government")
    assert Keys(PLANS, REST, tmp_path / "kept").plans == {key: "government"}
    assert (tmp_path / "kept" / "keys.json").stat().st_mode & 0o777 == 0o600
    assert Keys(PLANS, REST).plans == {}


def printed(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local.cli.api_key", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.process
def test_the_command_prints_a_key_that_the_desk_takes(desk: Desk) -> None:
    port = desk.url.rpartition(":")[2]
    made = printed("--plan", "commercial-pro", "--port", port)
    key = made.stdout.strip()
    assert (made.returncode, desk.keys.plans[key]) == (0, "commercial-pro")
    headers = {"x-api-key": key, "authorization": desk.token("ada")}
    assert httpx.get(f"{desk.url}/users/nobody/properties", headers=headers, timeout=60).status_code == 200


@pytest.mark.process
def test_a_plan_that_there_is_not_is_said_so(desk: Desk) -> None:
    made = printed("--plan", "gold", "--port", desk.url.rpartition(":")[2])
    assert (made.returncode, made.stdout) == (1, "")
    assert made.stderr == "plan must be commercial-basic or commercial-pro or government\n"


@pytest.mark.process
def test_a_port_without_a_desk_is_said_so() -> None:
    made = printed("--port", "1")
    assert (made.returncode, made.stdout) == (1, "")
    assert made.stderr == "no desk answers at port 1: start it with `make run`, or set PORT to its port\n"
