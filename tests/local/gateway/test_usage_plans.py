"""API keys and the limits of their usage plans."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.gateway.usage_plans import ApiKeyStore, TokenBucket
from local.paths import ROOT
from resolvers.wiring import REST, USAGE_PLANS
from tests.local.server_fixture import LocalServer


def test_a_bucket_grants_its_burst_and_then_its_rate() -> None:
    now = [0.0]
    bucket = TokenBucket(rate=10, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.25
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 100
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("plan", USAGE_PLANS)
def test_a_key_is_throttled_beyond_the_burst_of_its_plan(plan: str) -> None:
    keys = ApiKeyStore(USAGE_PLANS, REST, clock=lambda: 0.0)
    key = keys.issue(plan)
    refusals = [keys.rejection(key) for _ in range(USAGE_PLANS[plan].burst + 1)]
    assert refusals == [*[None] * USAGE_PLANS[plan].burst, "THROTTLED"]


def test_each_key_has_its_own_bucket() -> None:
    keys = ApiKeyStore(USAGE_PLANS, REST, clock=lambda: 0.0)
    first, second = keys.issue("commercial-basic"), keys.issue("commercial-basic")
    refusals = [keys.rejection(first) for _ in range(USAGE_PLANS["commercial-basic"].burst + 1)]
    assert (refusals[-1], keys.rejection(second)) == ("THROTTLED", None)


def test_requests_beyond_the_monthly_quota_are_rejected() -> None:
    keys = ApiKeyStore(USAGE_PLANS, REST)
    key = keys.issue("commercial-basic")
    keys.rejection(key)
    ((month, used),) = keys.used.items()
    assert used == 1
    keys.used[month] = USAGE_PLANS["commercial-basic"].quota
    assert keys.rejection(key) == "QUOTA_EXCEEDED"


@pytest.mark.parametrize("key", [None, "", "nobody-gave-this-out"])
def test_a_missing_or_unknown_key_is_rejected(key: str | None) -> None:
    assert ApiKeyStore(USAGE_PLANS, REST).rejection(key) == "INVALID_API_KEY"


def test_another_store_accepts_the_keys_that_it_is_created_with() -> None:
    key = ApiKeyStore(USAGE_PLANS, REST).issue("government")
    assert ApiKeyStore(USAGE_PLANS, REST, plans={key: "government"}).rejection(key) is None


def test_stored_keys_are_valid_after_a_restart(tmp_path: Path) -> None:
    key = ApiKeyStore(USAGE_PLANS, REST, tmp_path / "kept").issue("government")
    assert ApiKeyStore(USAGE_PLANS, REST, tmp_path / "kept").plans == {key: "government"}
    assert (tmp_path / "kept" / "keys.json").stat().st_mode & 0o777 == 0o600
    assert ApiKeyStore(USAGE_PLANS, REST).plans == {}


def printed(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local.cli.api_key", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.process
def test_the_command_prints_a_key_that_the_local_server_accepts(server: LocalServer) -> None:
    port = server.url.rpartition(":")[2]
    process = printed("--plan", "commercial-pro", "--port", port)
    key = process.stdout.strip()
    assert (process.returncode, server.keys.plans[key]) == (0, "commercial-pro")
    headers = {"x-api-key": key, "authorization": server.token("ada")}
    assert httpx.get(f"{server.url}/users/nobody/properties", headers=headers, timeout=60).status_code == 200


@pytest.mark.process
def test_the_command_reports_an_unknown_plan(server: LocalServer) -> None:
    process = printed("--plan", "gold", "--port", server.url.rpartition(":")[2])
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr == "plan must be commercial-basic or commercial-pro or government\n"


@pytest.mark.process
def test_the_command_reports_a_port_without_a_local_server() -> None:
    process = printed("--port", "1")
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr == "no server listens on port 1: start it with `make run`, or set PORT to its port\n"
