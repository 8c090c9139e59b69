"""Locks between processes: they name their holder, and end with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.dynamodb import data_folder, file_lock
from local.dynamodb.errors import DataFolderLocked
from local.dynamodb.file_lock import FileLocked
from local.paths import ROOT

HOLDER = """
import pathlib, signal, sys
from local.dynamodb import file_lock

lock = file_lock.acquire(pathlib.Path(sys.argv[1]), seconds=0)
print("locked", flush=True)
signal.pause()
"""


def test_the_error_of_a_locked_file_names_the_process_that_holds_it(tmp_path: Path) -> None:
    with file_lock.acquire(tmp_path / "lock", seconds=0), pytest.raises(FileLocked) as error:
        file_lock.acquire(tmp_path / "lock", seconds=0)
    assert error.value.pid == str(os.getpid())


def test_a_closed_file_is_not_locked(tmp_path: Path) -> None:
    file_lock.acquire(tmp_path / "lock", seconds=0).close()
    with file_lock.acquire(tmp_path / "lock", seconds=0) as lock:
        assert Path(lock.name).read_text() == f"{os.getpid()}\n"


def test_the_error_of_a_locked_folder_names_the_folder_and_the_process(tmp_path: Path) -> None:
    expected = f"process {os.getpid()} runs DynamoDB Local on {tmp_path}: end it first"
    with data_folder.lock(tmp_path), pytest.raises(DataFolderLocked) as error:
        data_folder.lock(tmp_path)
    assert str(error.value) == expected


@pytest.mark.process
def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline() == "locked\n"
        with pytest.raises(FileLocked, match=f"process {holder.pid} "):
            file_lock.acquire(tmp_path / "lock", seconds=0)
        holder.send_signal(signal.SIGKILL)
    file_lock.acquire(tmp_path / "lock", seconds=0).close()
