"""SIGINT and SIGTERM end a program without a traceback, with the status 130 or 143."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.paths import ROOT

pytestmark = pytest.mark.process

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
IMPORTS = """
from local.lifecycle import exit_signals
exit_signals.exit_immediately()
print("ready", flush=True)
import signal
signal.pause()
"""
MAIN = """
import signal
from local.lifecycle import exit_signals

def main():
    try:
        print("ready", flush=True)
        signal.pause()
    finally:
        print("cleaned up", flush=True)
        {cleanup}

exit_signals.run(main)
"""
FINALIZER = """
import signal
from local.lifecycle import exit_signals

class Slow:
    def __del__(self):
        print("ready", flush=True)
        signal.pause()

def main():
    Slow()
    signal.pause()

exit_signals.run(main)
"""

THREAD = """
import signal, threading
from local.lifecycle import exit_signals

def main():
    threading.Thread(target=threading.Event().wait).start()
    print("ready", flush=True)
    signal.pause()

exit_signals.run(main)
"""


def interrupt(program: str, *numbers: signal.Signals) -> tuple[int, str]:
    """Sends a program one signal after each line of its output; returns its exit status and the rest of its output."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    ) as process:
        assert process.stdout
        for number in numbers:
            process.stdout.readline()
            process.send_signal(number)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


@SIGNALS
def test_a_signal_during_the_imports_ends_the_program_at_once(number: signal.Signals) -> None:
    assert interrupt(IMPORTS, number) == (128 + number, "")


@SIGNALS
def test_a_signal_lets_the_program_clean_up(number: signal.Signals) -> None:
    assert interrupt(MAIN.format(cleanup=""), number) == (128 + number, "cleaned up\n")


@SIGNALS
def test_a_second_signal_ends_a_cleanup_that_hangs(number: signal.Signals) -> None:
    assert interrupt(MAIN.format(cleanup="signal.pause()"), signal.SIGINT, number) == (128 + number, "")


@SIGNALS
def test_a_signal_in_a_finalizer_is_not_lost(number: signal.Signals) -> None:
    assert interrupt(FINALIZER, number) == (128 + number, "")


@SIGNALS
def test_a_thread_that_hangs_does_not_delay_the_end(number: signal.Signals) -> None:
    assert interrupt(THREAD, number) == (128 + number, "")


@pytest.mark.parametrize("tool", ["load", "verify", "token", "api_key"])
def test_a_signal_during_the_imports_of_a_tool_ends_it_at_once(tool: str, tmp_path: Path) -> None:
    (tmp_path / "argparse.py").write_text('print("ready", flush=True)\nimport signal\nsignal.pause()')
    command = [sys.executable, "-m", f"local.cli.{tool}"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")


@pytest.mark.parametrize(("end", "status"), [("", 0), ("return 3", 3), ("raise SystemExit(4)", 4)])
def test_without_a_signal_the_status_is_that_of_the_program(end: str, status: int) -> None:
    program = (
        f"from local.lifecycle import exit_signals\ndef main():\n    print('done')\n    {end}\nexit_signals.run(main)"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (status, "done\n", "")
