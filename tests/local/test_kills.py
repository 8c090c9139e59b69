"""SIGKILL of the server, a function, the engine or the loader, with DATA and under load.

No acknowledged change is lost or stays unpublished, no process is left, and the server works on after each kill.
"""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.records import DateTime
from local.loader import synthetic
from tests.local.kill_clients import CREATE, INPUT, VERSION, Subscriber, Writer, run_clients
from tests.local.killable_server import TIMEOUT_SECONDS, KillableServer, log_published_changes
from tests.local.misbehaving_clients import wait_until
from tests.local.test_server import free_port, token
from tests.profiles import rounds, seed

WRITERS = 3
ROWS = 40  # of each file that is loaded
HEADER = "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,yr_built,zipcode,lat,long"
ROW = "{id},20141013T000000,221900,3,1.75,1180,5650,1955,98178,47.5112,-122.257"
SOLD_AT = DateTime("2014-10-13T00:00:00.000Z")
TARGETS = ("server", "function", "engine", "loader")


class Program:
    """Kills processes of a server while its clients write, and compares what they saw with what was published."""

    def __init__(self, server: KillableServer, writers: list[Writer], subscriber: Subscriber, seed: int) -> None:
        self.server = server
        self.writers = writers
        self.subscriber = subscriber
        self.random = random.Random(seed)
        self.loaded: list[str] = []

    def run(self, kills: int) -> Counter[str]:
        """Kills as many processes, the four kinds in turn in a random order. Returns the number of kills of each."""
        counts: Counter[str] = Counter()
        for number in range(kills):
            if number % len(TARGETS) == 0:
                order = self.random.sample(TARGETS, len(TARGETS))
            target = order[number % len(TARGETS)]
            print(f"kill {number + 1}: {target}", flush=True)
            self.kill(target)
            counts[target] += 1
            self.check_publication()
        return counts

    def kill(self, target: str) -> None:
        """Kills a process after a random number of further acknowledged changes, and waits until the server answers."""
        connections = self.subscriber.connections
        assert wait_until(lambda: self.subscriber.is_subscribed, TIMEOUT_SECONDS)
        start = len(self.acknowledged())
        if target == "loader":
            self.kill_loader()
        else:
            self.await_changes(self.random.randint(1, 20))
            self.server.kill(self.pid_of(target))
        self.server.recover()
        self.await_changes(1)
        changes = self.acknowledged()[start:]
        assert wait_until(
            lambda: self.subscriber.connections > connections or self.subscriber.received >= set(changes),
            TIMEOUT_SECONDS,
        )

    def pid_of(self, target: str) -> int:
        if target == "server":
            return self.server.process.pid
        pids = self.server.pids({"function": "local.lambdas.worker", "engine": "DynamoDBLocal.jar"}[target])
        return self.random.choice(pids)

    def kill_loader(self) -> None:
        """Kills a loader after a random number of its properties is published, and loads its file again."""
        first = 1_000_000 + len(self.loaded)
        ids = [str(first + row) for row in range(ROWS)]
        file = self.server.checkout / "sales.csv"
        file.write_text("\n".join([HEADER, *(ROW.format(id=id) for id in ids)]))
        self.loaded += [synthetic.property_id(id, SOLD_AT) for id in ids]
        published = len(self.server.published_versions())
        count = self.random.randint(1, ROWS)
        with self.load(file) as loader:
            wait_until(
                lambda: loader.poll() is not None or len(self.server.published_versions()) >= published + count,
                TIMEOUT_SECONDS,
            )
            loader.kill()
        with self.load(file) as loader:
            output, _ = loader.communicate(timeout=TIMEOUT_SECONDS)
            assert loader.returncode == 0, output

    def load(self, file: Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "local.cli.load", str(file)]
        return subprocess.Popen(
            command,
            cwd=self.server.checkout,
            env=self.server.client_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def acknowledged(self) -> list[tuple[str, int]]:
        return [change for writer in self.writers for change in list(writer.acknowledged)]

    def await_changes(self, count: int) -> None:
        """Waits until the server has acknowledged as many further changes."""
        target = len(self.acknowledged()) + count
        assert wait_until(lambda: len(self.acknowledged()) >= target, TIMEOUT_SECONDS), self.server.log()

    def check_publication(self) -> None:
        """Asserts that each acknowledged change and each loaded property is published."""
        changes = self.acknowledged()
        assert wait_until(lambda: not self.unpublished(changes), TIMEOUT_SECONDS), self.unpublished(changes)

    def unpublished(self, changes: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Returns the changes that are not published, and version 1 of the loaded properties that are not."""
        published = self.server.published_versions()
        expected = [*changes, *((id, 1) for id in self.loaded)]
        return [(id, version) for id, version in expected if version not in published[id]]

    def check_table(self, token: str) -> None:
        """Asserts that the table has each acknowledged change, and that each change in the table is published."""
        published = self.server.published_versions()
        for id, version in dict(sorted(self.acknowledged())).items():
            stored = self.server.execute(token, VERSION, id=id)["data"]["property"]["version"]
            assert stored >= version
            assert published[id] >= {*range(1, stored + 1)}


@pytest.fixture
def server(checkout: Path) -> Iterator[KillableServer]:
    log_published_changes(checkout)
    killable_server = KillableServer(checkout, free_port())
    try:
        killable_server.await_answer()
        yield killable_server
    finally:
        killable_server.stop()


@pytest.mark.process
def test_a_change_that_a_kill_left_unpublished_is_published_by_the_next_server(server: KillableServer) -> None:
    ada = token(server.port)
    server.publish_later.touch()
    created = server.execute(ada, CREATE, input=INPUT)["data"]["createProperty"]
    server.kill(server.process.pid)
    server.recover()
    assert server.published_versions() == {}
    server.publish_later.unlink()
    assert wait_until(lambda: server.published_versions() == {created["id"]: {1}}, TIMEOUT_SECONDS)


@pytest.mark.soak
def test_kills_lose_no_acknowledged_change_and_leave_none_unpublished(server: KillableServer) -> None:
    kills = rounds(60, default_rounds=4)
    ada = token(server.port)
    print(f"seed {(number := seed())}")
    with run_clients(server, ada, WRITERS) as (writers, subscriber):
        program = Program(server, writers, subscriber, number)
        assert program.run(kills) == dict.fromkeys(TARGETS, kills // len(TARGETS))
    program.check_publication()
    server.process.send_signal(signal.SIGINT)
    assert wait_until(server.has_ended, TIMEOUT_SECONDS), server.log()
    server.recover()  # with empty caches, and the token of the first start
    program.check_table(ada)
    assert verify(server) == 0
    print(f"{len(program.acknowledged()):,} acknowledged changes, {len(program.loaded):,} loaded properties")


def verify(server: KillableServer) -> int:
    """Returns the exit status of `make verify`."""
    command = [sys.executable, "-m", "local.cli.verify"]
    return subprocess.run(command, cwd=server.checkout, env=server.client_environment, stdout=sys.stderr).returncode
