"""The files of a git revision, read from the repository without a checkout; and the revision to compare with."""

import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from schema_diff.sources.source import NotReadable, Text, decoded

RELEASE = re.compile(r"v?[0-9]+\.[0-9]+(\.[0-9]+)?")  # a tag of a release, not of one to come as 1.0.0-rc.1


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
