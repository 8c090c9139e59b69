"""What is uploaded: the functions' own code, and a layer of what they import that Lambda's runtime does not bring.

The layer holds wheels for the architecture that the functions run on, whatever machine builds it: no Docker.
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
REQUIREMENTS = ROOT / "infra" / "layer.txt"
VERIFYING = ROOT / "infra" / "authorizer.txt"
BUILT = ROOT / ".cache" / "package"
ROOMS = ("data", "resolvers")
NEVER = shutil.ignore_patterns("__pycache__", "*.pyc", "maintenance", "sample", ".*")
WHEELS = {"arm64": ("manylinux2014_aarch64", "manylinux_2_28_aarch64"), "x86_64": ("manylinux2014_x86_64",)}


@dataclass(frozen=True)
class Target:
    """What the functions run on: Lambda's name of an architecture, and a version of Python."""

    architecture: str = "arm64"
    python: str = "3.13"

    @property
    def interpreter(self) -> str | None:
        """A Python of this version on this machine, whatever its processor: what it compiles is for any."""
        for found in (sys.executable, shutil.which(f"python{self.python}")):
            if found and version(found) == self.python:
                return found
        return None

    @property
    def compiled(self) -> str:
        return self.python if self.interpreter else "source"


LAMBDA = Target()
HOST = Target({"aarch64": "arm64"}.get(platform.machine(), platform.machine()), "{}.{}".format(*sys.version_info[:2]))


@cache
def version(interpreter: str) -> str:
    """The version of a Python; of what is none, or none that is set up, nothing."""
    command = [interpreter, "-I", "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip()


class NotBuilt(Exception):
    """The layer could not be made; the text is what pip said of it."""


def functions(target: Target = LAMBDA) -> Path:
    """A folder with the functions' code, and nothing else. Its name tells one content from another."""
    with draft() as folder:
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room, ignore=NEVER)
        name = f"functions-{target.compiled}-{mark(folder)}"
        if not (BUILT / name).exists():
            compile(target, folder, "/var/task")
        return kept(folder, name)


def layer(target: Target = LAMBDA, requirements: Path = REQUIREMENTS) -> Path:
    """A folder with the layer for a target, made where there is none of these very requirements. Raises NotBuilt."""
    wanted = f"layer-{target.architecture}-{target.python}-{target.compiled}-{digest(requirements.read_bytes())}"
    if (BUILT / wanted).exists():
        return BUILT / wanted
    with draft() as folder:
        install(target, requirements, folder / "python")
        for left_over in [*folder.rglob("*.dist-info"), *folder.glob("python/bin")]:
            shutil.rmtree(left_over)
        compile(target, folder, "/opt")
        return kept(folder, wanted)


def compile(target: Target, folder: Path, there: str) -> None:
    """Compiles what is in a folder, for a Python that finds it `there`, where this machine has one of its version.

    It is taken without a look at the source: a zip does not keep times. Without it each process of a function begins
    by compiling what it imports, for it cannot keep that either.
    """
    if target.interpreter:
        command = [target.interpreter, "-m", "compileall", "-q", "-s", str(folder), "-p", there]
        subprocess.run([*command, "--invalidation-mode", "unchecked-hash", str(folder)], check=True)


@contextmanager
def draft() -> Iterator[Path]:
    """A new folder, beside those that are kept."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILT, ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "content"


def kept(folder: Path, name: str) -> Path:
    """The folder under its name. Where another process was faster, its folder, which is the very same."""
    with suppress(OSError):
        folder.rename(BUILT / name)
    return BUILT / name


def mark(folder: Path) -> str:
    """What tells one content from another."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return digest(
        b"".join(digest(f"{file.relative_to(folder)}".encode() + file.read_bytes()).encode() for file in files)
    )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def install(target: Target, requirements: Path, folder: Path) -> None:
    platforms = [word for tag in WHEELS[target.architecture] for word in ("--platform", tag)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-compile", "--only-binary=:all:", "--implementation", "cp", "--python-version", target.python]
    command += [*platforms, "--require-hashes", "--requirement", str(requirements), "--target", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NotBuilt(f"the layer for {target.architecture} could not be made:\n{done.stderr}")


def archive(folder: Path) -> io.BytesIO:
    """A folder as it is uploaded: zipped."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return held


def zipped(folder: Path) -> int:
    """The bytes of a folder as it is uploaded."""
    return archive(folder).tell()
