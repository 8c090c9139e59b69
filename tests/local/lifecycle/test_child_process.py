"""Child processes end with the process that started them, by the kernel or by a supervisor."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.lifecycle import child_process
from local.paths import ROOT
from tests.local.misbehaving_clients import wait_until
from tests.local.processes import children, is_alive

pytestmark = pytest.mark.process

# Each prints the id of the child that runs `sleep`. The second runs it as on a system without parent-death signals.
BY_KERNEL = """
import subprocess
from local.lifecycle import child_process
print(subprocess.Popen(child_process.with_parent("sleep", "600")).pid, flush=True)
"""
BY_SUPERVISOR = """
import os, subprocess, sys
program = "import sys; from local.lifecycle import child_process as c; c.supervise(int(sys.argv[1]), ['sleep', '600'])"
print(subprocess.Popen([sys.executable, "-c", program, str(os.getpid())]).pid, flush=True)
"""
UNTIL_KILLED = "import signal; signal.pause()"


@contextmanager
def run_parent(program: str) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    """Yields a process that runs until it is killed, and the id of its child."""
    command = [sys.executable, "-c", program + UNTIL_KILLED]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        yield parent, int(parent.stdout.readline())
        parent.kill()


def test_the_kernel_kills_the_child_of_a_killed_process() -> None:
    with run_parent(BY_KERNEL) as (parent, child):
        parent.kill()
        assert wait_until(lambda: not is_alive(child))


def test_a_supervisor_ends_the_child_of_a_killed_process() -> None:
    with run_parent(BY_SUPERVISOR) as (parent, supervisor):
        assert wait_until(lambda: len(children(supervisor)) == 1)
        [child] = children(supervisor)
        parent.kill()
        assert wait_until(lambda: not is_alive(child))
        assert wait_until(lambda: not is_alive(supervisor))


def test_a_supervisor_ends_its_child_at_sigterm() -> None:
    program = (
        f"import os; from local.lifecycle.child_process import supervise; supervise(os.getppid(), {['sleep', '600']})"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as supervisor:
        assert wait_until(lambda: len(children(supervisor.pid)) == 1)
        [child] = children(supervisor.pid)
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(60) == 0
    assert not is_alive(child)


def test_a_child_whose_parent_is_dead_already_does_not_start() -> None:
    command = [sys.executable, "-IS", child_process.__file__, "1", "echo", "started"]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60).stdout == ""


def test_a_child_has_the_output_and_the_status_of_its_command() -> None:
    command = child_process.with_parent("sh", "-c", "echo started; exit 7")
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.returncode) == ("started\n", 7)
