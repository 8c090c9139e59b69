"""The two sides of a comparison: the work tree, a git revision, one file, or what a running endpoint tells of itself.

Files are read as they are; nothing is written, generated or run.
"""

import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SCHEMA = "schema.graphql"
REST = "openapi.yaml"
GENERATED = "contracts"  # the folder of what a project writes from its code
TABLE = f"{GENERATED}/table.json"
FIELDS = f"{GENERATED}/fields.json"
ERRORS = f"{GENERATED}/errors.json"
ARTEFACTS = (TABLE, FIELDS, ERRORS)
CONTRACTS = (SCHEMA, REST, *ARTEFACTS)
SUFFIXES = {".graphql": SCHEMA, ".graphqls": SCHEMA, ".gql": SCHEMA, ".yaml": REST, ".yml": REST, ".json": REST}
RELEASE = re.compile(r"v?[0-9]+\.[0-9]+(\.[0-9]+)?")  # a tag of a release, not of one to come as 1.0.0-rc.1


class NotReadable(Exception):
    """A side could not be read; the text tells what, where and why."""


@dataclass(frozen=True)
class Text:
    """What a file says, and by what name it is told. `located` is false where its lines are nobody's."""

    name: str
    text: str
    located: bool = True


class Side(Protocol):
    """One side of the comparison."""

    @property
    def label(self) -> str:
        """What it is called in the report."""

    @property
    def whole(self) -> bool:
        """Whether it is a tree that has all contracts, and not one of them alone."""

    @property
    def silent(self) -> bool:
        """Whether it tells no directives, as introspection does not."""

    def read(self, path: str) -> Text | None:
        """The file at a path of the project; None where this side has none. Raises NotReadable."""

    def under(self, folder: str) -> list[str]:
        """The paths of the files below a folder, sorted."""


def decoded(name: str, content: bytes) -> Text:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotReadable(f"{name}:{line}: this is no UTF-8 text") from error
    if not text.strip():
        raise NotReadable(f"{name}: the file is empty")
    return Text(name, text.removeprefix("\ufeff"))


@dataclass(frozen=True)
class Folder:
    """The files as they lie in a folder: the work tree."""

    root: Path
    label: str = "the work tree"
    whole: bool = True
    silent: bool = False

    def read(self, path: str) -> Text | None:
        try:
            return decoded(path, (self.root / path).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotReadable(f"{path}: {error.strerror}") from error

    def under(self, folder: str) -> list[str]:
        found = (self.root / folder).rglob("*")
        return sorted(file.relative_to(self.root).as_posix() for file in found if file.is_file())


@dataclass(frozen=True)
class Revision:
    """The files as a commit has them."""

    root: Path
    name: str
    label: str
    whole: bool = True
    silent: bool = False

    def read(self, path: str) -> Text | None:
        if path not in self.under(path):
            return None
        return decoded(f"{self.name}:{path}", git(self.root, "cat-file", "blob", f"{self.name}:{path}"))

    def under(self, folder: str) -> list[str]:
        listed = git(self.root, "ls-tree", "-r", "-z", "--name-only", "--full-tree", self.name, "--", folder)
        return sorted(path.decode() for path in listed.split(b"\0") if path)


@dataclass(frozen=True)
class Alone:
    """One contract and no other: a file that was named, or the schema of an endpoint."""

    contract: str
    text: Text
    silent: bool = False
    whole: bool = False

    @property
    def label(self) -> str:
        return self.text.name

    def read(self, path: str) -> Text | None:
        return self.text if path == self.contract else None

    def under(self, folder: str) -> list[str]:
        return []


def git(root: Path, *words: str) -> bytes:
    """What git prints. Raises NotReadable with its own words."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=True)  # nosec B607
    except FileNotFoundError as error:
        raise NotReadable("git is not installed") from error
    except subprocess.CalledProcessError as error:
        raise NotReadable(f"git {words[0]}: {error.stderr.decode(errors='replace').strip()}") from error
    return done.stdout


def revision(root: Path, name: str, why: str = "") -> Revision:
    """A side by the name of a commit, branch or tag. Raises NotReadable where there is none of that name."""
    try:
        git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except NotReadable as error:
        raise NotReadable(f"{name!r} is no file here, and no revision that git knows") from error
    return Revision(root, name, f"{name}{why}")


def file(path: Path) -> Alone:
    """A side of one file: a file of `contracts/` by its name, a schema or an OpenAPI description by its suffix."""
    contract = next((known for known in ARTEFACTS if path.name == Path(known).name), SUFFIXES.get(path.suffix))
    if contract is None:
        raise NotReadable(f"{path}: neither a schema nor an OpenAPI description ({', '.join(SUFFIXES)})")
    try:
        return Alone(contract, decoded(str(path), path.read_bytes()))
    except OSError as error:
        raise NotReadable(f"{path}: {error.strerror}") from error


def default_base(root: Path, branch: str | None) -> Revision | None:
    """The revision to compare with if none is named: the newest release tag, else the base branch of a pull request,
    else the parent commit.

    None if the first commit is the only one. Raises NotReadable outside of a git repository, and in a clone that is too
    shallow to have the parent commit.
    """
    tags = git(root, "tag", "--merged", "HEAD", "--sort=-version:refname").decode().split() if has_commit(root) else []
    if release := next(filter(RELEASE.fullmatch, tags), None):
        return revision(root, release, ", the newest release")
    for name, why in ((branch and f"origin/{branch}", ", the base branch"), ("HEAD^", ", the parent commit")):
        with suppress(NotReadable):
            if name:
                return revision(root, name, why)
    if git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise NotReadable("the clone is shallow: fetch its history, or name a base")
    return None


def has_commit(root: Path) -> bool:
    """Whether there is any commit. Raises NotReadable outside of a git repository."""
    git(root, "rev-parse", "--git-dir")
    with suppress(NotReadable):
        return bool(git(root, "rev-parse", "--verify", "--quiet", "HEAD"))
    return False
