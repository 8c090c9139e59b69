"""A local server with DATA whose processes a test kills, and a copy of its code that logs each published change."""

import os
import signal
import subprocess
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until

MARKER = "KILLABLE_SERVER"  # all processes of the server inherit this variable
TIMEOUT_SECONDS = 120
LOG_PUBLISHED_CHANGES = """

import os as _os
import time as _time

_publish = publish


def publish(change, zip_changes):
    while _os.path.exists(_os.environ["PUBLISHED_CHANGES"] + "-later"):
        _time.sleep(0.05)
    _publish(change, zip_changes)
    with open(_os.environ["PUBLISHED_CHANGES"], "a") as file:
        file.write(f"{change.property_id} {change.version}\\n")
"""


def log_published_changes(checkout: Path) -> None:
    """Changes a copy of the code so that it appends each published change to the file PUBLISHED_CHANGES.

    While there is a file whose name has the suffix "-later", the function does not publish.
    """
    (checkout / ".cache").symlink_to(ROOT / ".cache")
    publishing = checkout / "resolvers" / "runtime" / "publishing.py"
    publishing.write_text(publishing.read_text() + LOG_PUBLISHED_CHANGES)


class KillableServer:
    """The processes of one server after another, all on one port and one data folder."""

    def __init__(self, checkout: Path, port: int) -> None:
        self.checkout = checkout
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.output = checkout / "output"
        self.published_changes = checkout / "published"
        self.published_changes.touch()
        self.publish_later = checkout / "published-later"
        self.marker = str(uuid.uuid4())
        self.client_environment = {**os.environ, "PORT": str(port)}
        self.environment = {
            **self.client_environment,
            "DATA": str(checkout / "table"),
            "PUBLISHED_CHANGES": str(self.published_changes),
            MARKER: self.marker,
        }
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        """Starts a server. It does not wait until the server answers."""
        command = [sys.executable, "-m", "local.server"]
        with self.output.open("ab") as output:
            return subprocess.Popen(
                command, cwd=self.checkout, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def is_answering(self) -> bool:
        """Returns whether the server reads the table for a client."""
        try:
            token = httpx.post(f"{self.url}/token", data={"user": "ada"}, timeout=20).json()["access_token"]
            response = self.execute(token, "{ me { id propertyCount } }")
        except httpx.HTTPError:
            return False
        return "errors" not in response

    def await_answer(self) -> None:
        """Waits until the server answers. Fails if it ends instead."""
        assert wait_until(lambda: self.has_ended() or self.is_answering(), TIMEOUT_SECONDS), self.log()
        assert not self.has_ended(), self.log()

    def execute(self, token: str, query: str, **variables: Any) -> Any:
        """Returns the body of the response to a GraphQL request. Raises httpx.HTTPError if there is no response."""
        body = {"query": query, "variables": variables}
        return httpx.post(f"{self.url}/graphql", headers={"authorization": token}, json=body, timeout=30).json()

    def recover(self) -> None:
        """Waits until the server answers after a kill; starts it again if it has ended, without an orphan."""
        assert wait_until(lambda: self.has_ended() or self.is_answering(), TIMEOUT_SECONDS), self.log()
        if self.has_ended():
            assert wait_until(lambda: not self.processes(), TIMEOUT_SECONDS), self.processes()
            self.process = self.start()
            self.await_answer()

    def processes(self) -> dict[int, str]:
        """Returns the commands of all processes of this server, by process id."""
        return dict(processes_with(f"{MARKER}={self.marker}"))

    def pids(self, command_part: str) -> list[int]:
        return [pid for pid, command in self.processes().items() if command_part in command]

    def kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):  # it has just ended, as functions do when their code or server changes
            os.kill(pid, signal.SIGKILL)

    def published_versions(self) -> dict[str, set[int]]:
        """Returns the versions of each property that were published."""
        versions = defaultdict[str, set[int]](set)
        for line in self.published_changes.read_text().splitlines():
            id, version = line.split()
            versions[id].add(int(version))
        return versions

    def log(self) -> str:
        return self.output.read_text()[-5_000:]

    def stop(self) -> None:
        """Ends the server with SIGTERM, and then all of its processes."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(TIMEOUT_SECONDS)
        for pid in self.processes():
            self.kill(pid)
        self.process.wait()


def processes_with(variable: str) -> Iterator[tuple[int, str]]:
    """Yields the id and the command of each running process that has this environment variable."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError):  # the process ends during the read, or is another user's
            if folder.name.isdecimal() and variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
