"""The files of a git revision, read from the repository without a checkout; and the revision to compare with."""

import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from schema_diff.sources.source import SourceText, UnreadableSource, decode

RELEASE_TAG = re.compile(r"v?[0-9]+\.[0-9]+(\.[0-9]+)?")  # a tag of a release, not a pre-release such as 1.0.0-rc.1


@dataclass(frozen=True)
class GitSource:
    """The files of a commit."""

    root: Path
    name: str
    label: str
    is_tree: bool = True
    lacks_directives: bool = False

    def read(self, path: str) -> SourceText | None:
        if path not in self.list_files(path):
            return None
        return decode(f"{self.name}:{path}", run_git(self.root, "cat-file", "blob", f"{self.name}:{path}"))

    def list_files(self, folder: str) -> list[str]:
        output = run_git(self.root, "ls-tree", "-r", "-z", "--name-only", "--full-tree", self.name, "--", folder)
        return sorted(path.decode() for path in output.split(b"\0") if path)


def run_git(root: Path, *arguments: str) -> bytes:
    """Returns the output of git. Raises UnreadableSource with git's message."""
    try:
        process = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)  # nosec B607
    except FileNotFoundError as error:
        raise UnreadableSource("git is not installed") from error
    except subprocess.CalledProcessError as error:
        raise UnreadableSource(f"git {arguments[0]}: {error.stderr.decode(errors='replace').strip()}") from error
    return process.stdout


def revision(root: Path, name: str, reason: str = "") -> GitSource:
    """Returns the source of a commit, branch or tag. Raises UnreadableSource if none has that name."""
    try:
        run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except UnreadableSource as error:
        raise UnreadableSource(f"{name!r} is neither a file nor a git revision") from error
    return GitSource(root, name, f"{name}{reason}")


def default_base(root: Path, branch: str | None) -> GitSource | None:
    """Returns the default base: the newest release tag, else the base branch of a pull request, else the parent commit.

    None if the first commit is the only one. Raises UnreadableSource outside of a git repository, and in a shallow
    clone without the parent commit.
    """
    tags = (
        run_git(root, "tag", "--merged", "HEAD", "--sort=-version:refname").decode().split() if has_commit(root) else []
    )
    if release := next(filter(RELEASE_TAG.fullmatch, tags), None):
        return revision(root, release, ", the newest release")
    for name, reason in ((branch and f"origin/{branch}", ", the base branch"), ("HEAD^", ", the parent commit")):
        with suppress(UnreadableSource):
            if name:
                return revision(root, name, reason)
    if run_git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise UnreadableSource("the clone is shallow: fetch its history, or name a base")
    return None


def has_commit(root: Path) -> bool:
    """Whether there is any commit. Raises UnreadableSource outside of a git repository."""
    run_git(root, "rev-parse", "--git-dir")
    with suppress(UnreadableSource):
        return bool(run_git(root, "rev-parse", "--verify", "--quiet", "HEAD"))
    return False
