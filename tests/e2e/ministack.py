"""An AWS account for the tests, emulated by MiniStack; its content is deleted after the run."""

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
    "AWS_ACCESS_KEY_ID": ACCOUNT_ID,  # MiniStack uses it as the account id
    "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
    "AWS_SESSION_TOKEN": secrets.token_hex(32),
}
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Account:
    """The endpoint of the emulated account, and clients for it."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that direct AWS's programs and libraries to this account only."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        endpoint = {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        no_config_files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        return {**inherited, **CREDENTIALS, **endpoint, **no_config_files, "NO_PROXY": "127.0.0.1,localhost"}

    def client(self, service: Any) -> Any:
        session = boto3.Session(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        return session.client(service, REGION, endpoint_url=self.url)


@contextmanager
def run_ministack(folder: Path) -> Iterator[Account]:
    """Runs an empty account, with its files in `folder`, until the context ends."""
    port = free_port()
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "TMPDIR": str(folder),
    }
    settings["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = f"http://127.0.0.1:{port}"  # its functions inherit this
    paths = {"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(folder), "S3_DATA_DIR": str(folder / "s3")}
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [str(PROGRAM)], cwd=folder, env={**settings, **paths, **CREDENTIALS}, stdout=log, stderr=STDOUT
        )
        try:
            account = Account(f"http://127.0.0.1:{port}")
            wait_until_ready(account, process, folder / "ministack.log")
            yield account
        finally:
            process.terminate()
            process.wait(TIMEOUT_SECONDS)


def wait_until_ready(account: Account, process: "subprocess.Popen[bytes]", log: Path) -> None:
    opener, deadline = build_opener(ProxyHandler({})), time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), opener.open(f"{account.url}/_ministack/health", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"MiniStack did not start: {log.read_text()[-2000:]}")
