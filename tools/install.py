"""Installs pinned Python packages: `python3 -m tools.install .venv requirements/run.txt`.

uv installs them if it is on PATH; if it is not, or fails, pip does. The Python of the system runs this module before
any package is installed, so it imports the standard library alone, and an old Python must be able to read it. Exits
with 1 and one sentence if the packages cannot be installed.
"""

import fcntl
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

OLDEST_PYTHON = (3, 11)
PIN = re.compile(r"^[\w.-]+(?:\[[\w,-]+\])?==", re.MULTILINE)
COLLECTING = re.compile(r"Collecting ([\w.-]+)|Requirement already satisfied: ")
LARGE_DOWNLOAD = re.compile(r"\s+Downloading .*\(([\d.]+ MB)\)")
UNREACHABLE = re.compile("NewConnection|NameResolution|ConnectTimeout|ReadTimeout|ProxyError|SSLError")


class InstallationError(Exception):
    """The packages could not be installed; the text is a sentence for the user."""


def main() -> None:
    environment, requirements = map(Path, sys.argv[1:])
    try:
        check_python(sys.version_info[:2], has_ensurepip=bool(importlib.util.find_spec("ensurepip")))
        with exclusive_access():
            create_environment(environment)
            install(environment, requirements)
    except InstallationError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def check_python(version: tuple[int, int], has_ensurepip: bool) -> None:
    """Raises InstallationError if this Python is too old, or if it cannot create an environment with pip."""
    if version < OLDEST_PYTHON:
        raise InstallationError("Python 3.11 or newer is needed, and `python3` is {}.{}".format(*version))
    if not has_ensurepip:
        raise InstallationError("Python's venv module is incomplete: `apt install python3-venv` installs the rest")


@contextmanager
def exclusive_access() -> Iterator[None]:
    """Waits until no other process installs packages: two make commands may start together."""
    with Path(__file__).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another command that installs packages…", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def create_environment(folder: Path) -> None:
    """Creates a virtual environment, unless the folder has one with pip: an interrupted creation leaves none."""
    version = [python_of(folder), "-m", "pip", "--version"]
    if Path(version[0]).exists() and subprocess.run(version, capture_output=True).returncode == 0:
        return
    start = time.monotonic()
    process = subprocess.run([sys.executable, "-m", "venv", "--clear", folder], stdout=subprocess.PIPE, text=True)
    if process.returncode:
        raise InstallationError(f"python3 -m venv could not create {folder}: {last_line(process.stdout)}")
    print(f"Created the Python environment {folder} in {time.monotonic() - start:.1f} s", flush=True)


def python_of(environment: Path) -> str:
    return str(environment / "bin" / "python")


def install(environment: Path, requirements: Path) -> None:
    """Installs the packages of a requirements file; after an interrupted attempt it installs all of them again."""
    start = time.monotonic()
    unfinished = environment / f".{requirements.stem}.unfinished"
    reinstall = unfinished.exists()
    unfinished.touch()
    uv_succeeded = bool(shutil.which("uv")) and install_with_uv(environment, requirements, reinstall)
    failure = "" if uv_succeeded else install_with_pip(environment, requirements, reinstall)
    unfinished.unlink()
    if failure:
        raise InstallationError(f"The Python packages of {requirements} could not be installed: {failure}")
    print(f"Installed the Python packages of {requirements} in {time.monotonic() - start:.1f} s", flush=True)


def install_with_uv(environment: Path, requirements: Path, reinstall: bool) -> bool:
    """Returns False if uv fails: pip may be configured for another index or other certificates.

    uv itself prints its progress and its errors.
    """
    options = ["--python", python_of(environment), *(["--reinstall"] if reinstall else [])]
    command = ["uv", "pip", "install", *options, "--require-hashes", "--requirement", str(requirements)]
    process = subprocess.run(command)  # nosec B607: the uv that is first on PATH
    if process.returncode:
        print("uv could not install the packages, so pip installs them", flush=True)
    return process.returncode == 0


def install_with_pip(environment: Path, requirements: Path, reinstall: bool) -> str:
    """Returns why pip failed, or "". Prints the name of each package that pip fetches."""
    options = ["--disable-pip-version-check", "--no-input", "--no-compile", "--progress-bar=off"]
    options += ["--require-hashes", *(["--force-reinstall"] if reinstall else [])]
    command = [python_of(environment), "-u", "-m", "pip", "install", *options, "--requirement", str(requirements)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        output = report_progress(process.stdout, len(PIN.findall(requirements.read_text())), Report(sys.stdout))
    return reason(output) if process.returncode else ""


class Report:
    """A line on a terminal that each report replaces; to a file or a pipe, a line for each report."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __call__(self, text: str) -> None:
        if self.stream.isatty():
            print(f"\r\x1b[K{text}", end="", file=self.stream, flush=True)
        elif text:
            print(text, file=self.stream, flush=True)


def report_progress(lines: Iterable[str], pins: int, report: Callable[[str], None]) -> list[str]:
    """Reports which of the pinned packages pip fetches. Returns the lines."""
    output, number, name = [], 0, ""
    for line in lines:
        output.append(line)
        if collecting := COLLECTING.match(line):
            number, name = number + 1, collecting[1]
            if name:
                report(f"  package {number} of {pins}: {name}")
        elif line.startswith("Ignoring "):  # its marker excludes this platform
            pins -= 1
        elif download := LARGE_DOWNLOAD.match(line):
            report(f"  package {number} of {pins}: {name}, {download[1]}")
        elif line.startswith("Installing collected packages"):
            report("  unpacking the packages")
    report("")
    return output


def reason(output: list[str]) -> str:
    """Returns why pip failed, by its output."""
    if UNREACHABLE.search("".join(output)):
        return "the package index is not reachable, so check the network connection and run the command again"
    errors = [line for line in output if line.startswith("ERROR: ")]
    return last_line("".join(errors or output)).removeprefix("ERROR: ")


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it printed no reason"])[-1]


if __name__ == "__main__":
    main()
