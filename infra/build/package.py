"""Builds what a deployment uploads: the functions' code, and layers with the packages that Lambda's runtime lacks.

A layer contains wheels for the functions' architecture, whichever machine builds it; Docker is not needed.
https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
"""

import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # as in local/paths.py, which infra may not import
LAYER_REQUIREMENTS = ROOT / "infra" / "layer.txt"
AUTHORIZER_REQUIREMENTS = ROOT / "infra" / "authorizer.txt"
BUILD_DIRECTORY = ROOT / ".cache" / "package"
PACKAGES = ("data", "resolvers")
EXCLUDED = shutil.ignore_patterns("__pycache__", "*.pyc", "maintenance", "sample", ".*")
WHEELS = {"arm64": ("manylinux2014_aarch64", "manylinux_2_28_aarch64"), "x86_64": ("manylinux2014_x86_64",)}


@dataclass(frozen=True)
class Target:
    """The platform of the functions: Lambda's name of an architecture, and a Python version."""

    architecture: str = "arm64"
    python: str = "3.13"

    @property
    def interpreter(self) -> str | None:
        """Path of a local interpreter of this version, or None. Bytecode does not depend on the processor."""
        for candidate in (sys.executable, shutil.which(f"python{self.python}")):
            if candidate and python_version(candidate) == self.python:
                return candidate
        return None

    @property
    def bytecode_tag(self) -> str:
        return self.python if self.interpreter else "source"


LAMBDA_TARGET = Target()
HOST_TARGET = Target(
    {"aarch64": "arm64"}.get(platform.machine(), platform.machine()), "{}.{}".format(*sys.version_info[:2])
)


@cache
def python_version(interpreter: str) -> str:
    """Returns "major.minor" of an interpreter, or "" if the command does not run Python."""
    command = [interpreter, "-I", "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
    process = subprocess.run(command, capture_output=True, text=True)
    return process.stdout.strip()


class BuildError(Exception):
    """The layer could not be built; the text has pip's output."""


def functions(target: Target = LAMBDA_TARGET) -> Path:
    """Returns a folder with only the functions' code. Its name contains a hash of the content."""
    with build_directory() as folder:
        for package in PACKAGES:
            shutil.copytree(ROOT / package, folder / package, ignore=EXCLUDED)
        name = f"functions-{target.bytecode_tag}-{content_hash(folder)}"
        if not (BUILD_DIRECTORY / name).exists():
            compile(target, folder, "/var/task")
        return publish_build(folder, name)


def layer(target: Target = LAMBDA_TARGET, requirements: Path = LAYER_REQUIREMENTS) -> Path:
    """Returns the folder of a target's layer; builds it if these requirements have none yet. Raises BuildError."""
    name = f"layer-{target.architecture}-{target.python}-{target.bytecode_tag}-{digest(requirements.read_bytes())}"
    if (BUILD_DIRECTORY / name).exists():
        return BUILD_DIRECTORY / name
    with build_directory() as folder:
        install(target, requirements, folder / "python")
        for unneeded in [*folder.rglob("*.dist-info"), *folder.glob("python/bin")]:
            shutil.rmtree(unneeded)
        compile(target, folder, "/opt")
        return publish_build(folder, name)


def compile(target: Target, folder: Path, mount_path: str) -> None:
    """Compiles a folder that Lambda mounts at `mount_path`. Does nothing if no interpreter has the target's version.

    Uses `unchecked-hash` .pyc files because zip archives lose mtimes. Without them every cold start compiles all
    imports (the file system is read-only).
    """
    if target.interpreter:
        command = [target.interpreter, "-m", "compileall", "-q", "-s", str(folder), "-p", mount_path]
        subprocess.run([*command, "--invalidation-mode", "unchecked-hash", str(folder)], check=True)


@contextmanager
def build_directory() -> Iterator[Path]:
    """A temporary folder on the file system of the finished builds, so that it can be renamed."""
    BUILD_DIRECTORY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD_DIRECTORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "content"


def publish_build(folder: Path, name: str) -> Path:
    """Renames the folder to its final name. If another process was faster, its folder has the same content."""
    with suppress(OSError):
        folder.rename(BUILD_DIRECTORY / name)
    return BUILD_DIRECTORY / name


def content_hash(folder: Path) -> str:
    """Hash of the paths and contents of all files."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return digest(
        b"".join(digest(f"{file.relative_to(folder)}".encode() + file.read_bytes()).encode() for file in files)
    )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def install(target: Target, requirements: Path, folder: Path) -> None:
    platforms = [argument for tag in WHEELS[target.architecture] for argument in ("--platform", tag)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-compile", "--only-binary=:all:", "--implementation", "cp", "--python-version", target.python]
    command += [*platforms, "--require-hashes", "--requirement", str(requirements), "--target", str(folder)]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        raise BuildError(f"the layer for {target.architecture} could not be built:\n{process.stderr}")


def zip_folder(folder: Path) -> io.BytesIO:
    """The folder as a zip archive, in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zip_file:
        for file in sorted(folder.rglob("*")):
            zip_file.write(file, file.relative_to(folder))
    return buffer


def zip_size(folder: Path) -> int:
    """Size of the folder's zip archive, in bytes."""
    return zip_folder(folder).tell()
