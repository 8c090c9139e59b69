"""`make load` over a table that is busy, hangs or rejects a write, and a load that a signal ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.dynamodb import table as the_table
from data.dynamodb.requests import Delete
from data.keys import Key
from local.cli import load
from local.loader.writers import Writers
from local.paths import ROOT
from tests import proxy as trouble
from tests.conftest import reset_client
from tests.local.cli.conftest import ELM, ELM_AGAIN, HEADER, OAK, Load, Table, dump
from tests.local.misbehaving_clients import wait_until
from tests.proxy import FaultProxy


@pytest.fixture
def complete_table(load_rows: Load) -> Table:
    """Loads all rows without an error, returns the resulting items, and empties the table."""
    load_rows(ELM, OAK, ELM_AGAIN)
    items = dump()
    the_table.write([Delete(key) for key in items])
    return items


WRITES = ["BatchWriteItem", "TransactWriteItems", "TransactWriteItems", "TransactWriteItems"]


@pytest.mark.parametrize("write", range(len(WRITES)))
def test_an_interrupted_load_shows_no_listing_without_its_property_and_continues(
    load_rows: Load, complete_table: Table, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", proxy.url)
    operation = WRITES[write]
    proxy.fail(operation, trouble.delay_until(lambda: None), times=WRITES[:write].count(operation))
    proxy.fail(operation, trouble.error(400, "AccessDeniedException"))
    assert load_rows(ELM, OAK, ELM_AGAIN) == 1
    partial_table = dump()
    assert partial_table != complete_table
    assert [
        key for key in partial_table if key.pk.startswith("ZIP#") and Key(key.sk, "METADATA") not in partial_table
    ] == []
    assert load_rows(ELM, OAK, ELM_AGAIN) == 0
    assert dump() == complete_table


def test_an_interrupted_load_says_what_the_table_contains(
    load_rows: Load, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", proxy.url)
    for skipped, state in [
        (0, "0 of 2 properties are loaded, each with its images, history and listing: run the command again"),
        (1, "All 2 properties are loaded, but some owners' counts of properties are not up to date: run the command"),
    ]:
        proxy.fail("TransactWriteItems", trouble.delay_until(lambda: None), times=skipped)
        proxy.fail("TransactWriteItems", trouble.error(400, "AccessDeniedException", "not authorized"))
        assert load_rows(ELM, OAK) == 1
        assert f"not authorized. {state}" in capsys.readouterr().err
        proxy.faults.clear()


class WaitingTime:
    """A clock that only waits advance, each of which is as long as allowed."""

    def __init__(self) -> None:
        self.now = 0.0

    def writers(self) -> Writers:
        return Writers(lambda: self.now, self.sleep, lambda shortest, longest: longest)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def recovery(proxy: FaultProxy) -> Iterator[threading.Event]:
    """The event for which requests that hang wait, at most until the end of the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def busy_proxy(complete_table: Table, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> FaultProxy:
    """A proxy with a client whose requests are not repeated: a load repeats its calls."""
    monkeypatch.setenv("DYNAMODB_MAX_ATTEMPTS", load.CLIENT_SETTINGS["DYNAMODB_MAX_ATTEMPTS"])
    monkeypatch.setenv("DYNAMODB_ENDPOINT", proxy.url)
    return proxy


OPERATIONS = ["BatchGetItem", "BatchWriteItem", "TransactWriteItems", "Query", "GetItem"]
FAULTS = {
    "throttled": trouble.error(400, "ProvisionedThroughputExceededException"),
    "500": trouble.error(500, "InternalServerError"),
    "reset": trouble.reset_connection(),
    "reset after the write": trouble.reset_after_success(),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_busy_table_slows_a_load_down_and_does_not_end_it(
    load_rows: Load, complete_table: Table, busy_proxy: FaultProxy, fault: trouble.Fault
) -> None:
    time = WaitingTime()
    for operation in OPERATIONS:
        busy_proxy.fail(operation, fault, times=4)
    assert load_rows(ELM, OAK, ELM_AGAIN, pool=time.writers()) == 0
    assert dump() == complete_table
    assert time.now > 4 * len(OPERATIONS)


def test_a_table_that_hangs_does_not_end_a_load(
    load_rows: Load,
    complete_table: Table,
    busy_proxy: FaultProxy,
    recovery: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DYNAMODB_READ_TIMEOUT_SECONDS", "0.5")
    time = WaitingTime()
    for operation in ("BatchGetItem", "TransactWriteItems"):
        busy_proxy.fail(operation, trouble.delay_until(recovery.wait))
    assert load_rows(ELM, OAK, ELM_AGAIN, pool=time.writers()) == 0
    recovery.set()
    assert "the table is busy: 4 of 8 writers, waiting 0 s" in capsys.readouterr().err
    monkeypatch.delenv("DYNAMODB_READ_TIMEOUT_SECONDS")
    reset_client()
    assert dump() == complete_table


def test_a_table_that_stays_busy_ends_a_load_after_ten_minutes(
    load_rows: Load, busy_proxy: FaultProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    time = WaitingTime()
    busy_proxy.fail("BatchWriteItem", FAULTS["throttled"], times=1000)
    assert load_rows(ELM, OAK, pool=time.writers()) == 1
    assert "the table has been busy for 10 minutes. 0 of 2 properties are loaded" in capsys.readouterr().err
    assert 600 < time.now <= 620
    assert dump() == {}


@pytest.mark.process
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_load_with_its_status_and_a_sentence(
    table: str, proxy: FaultProxy, recovery: threading.Event, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n{OAK}\n")
    proxy.fail("TransactWriteItems", trouble.delay_until(recovery.wait))
    command = [sys.executable, "-m", "local.cli.load", str(tmp_path / "sales.csv")]
    environment = os.environ | {"DYNAMODB_ENDPOINT": proxy.url, "TABLE_NAME": table}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert wait_until(lambda: "TransactWriteItems" in proxy.operations)
        process.send_signal(number)
        _, output = process.communicate(timeout=60)
    properties_at_end = [key for key in dump() if key.sk == "METADATA" or key.pk.startswith("ZIP#")]
    assert (process.returncode, properties_at_end) == (status, [])
    assert output.endswith(
        "interrupted. 0 of 2 properties are loaded, each with its images, history and listing: "
        "run the command again to load the rest.\n"
    )
    assert "Traceback" not in output
