"""An AWS account of the tests' own, emulated by MiniStack: nothing in it outlives the run."""

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import STDOUT
from typing import Any
from urllib.request import ProxyHandler, build_opener

import boto3

from local.aws import ACCOUNT_ID, REGION
from local.paths import ROOT
from tests.local.test_server import free_port

PROGRAM = ROOT / ".cache" / "ministack" / "bin" / "ministack"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ACCOUNT_ID,  # MiniStack takes it for the account's number
    "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
    "AWS_SESSION_TOKEN": secrets.token_hex(32),
}
SECONDS = 60


@dataclass(frozen=True)
class Account:
    """Where the account is, and how to speak to it."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What leads AWS's own programs and libraries to this account, and to no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own = {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        nobody_else = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        return {**kept, **CREDENTIALS, **own, **nobody_else, "NO_PROXY": "127.0.0.1,localhost"}

    def client(self, service: Any) -> Any:
        session = boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        return session.client(service, REGION, endpoint_url=self.url)


@contextmanager
def running(folder: Path) -> Iterator[Account]:
    """An empty account, whose files are in a folder, until the context ends."""
    port = free_port()
    told = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1", "TMPDIR": str(folder)}
    told["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = f"http://127.0.0.1:{port}"  # its functions inherit this
    own = {"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(folder), "S3_DATA_DIR": str(folder / "s3")}
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [str(PROGRAM)], cwd=folder, env={**told, **own, **CREDENTIALS}, stdout=log, stderr=STDOUT
        )
        try:
            account = Account(f"http://127.0.0.1:{port}")
            wait_until_ready(account, process, folder / "ministack.log")
            yield account
        finally:
            process.terminate()
            process.wait(SECONDS)


def wait_until_ready(account: Account, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ask, until = build_opener(ProxyHandler({})), time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), ask.open(f"{account.url}/_ministack/health", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"MiniStack did not start: {log.read_text()[-2000:]}")
