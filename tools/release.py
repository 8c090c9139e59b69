"""`make release VERSION=x.y.z`: checks that a release can be made, dates the changelog, sets the version and commits.

With TAG=1 it also creates the annotated tag `vX.Y.Z`, the base of the next schema-diff check; without it, it prints the
command for the person who publishes. It exits 1 with every reason if the release cannot be made, and changes nothing.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from local.stdio import ignore_broken_pipes

CHANGELOG = "CHANGELOG.md"
PROJECT = "pyproject.toml"
UNRELEASED = "## [Unreleased]\n"
RELEASE_HEADING = re.compile(r"^## \[(\d+\.\d+\.\d+)\]", re.MULTILINE)
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
SCHEMA_DIFF = ("-m", "schema_diff")


def parse_version(text: str) -> tuple[int, int, int]:
    """Raises ValueError for anything but three numbers without leading zeros."""
    match = VERSION.fullmatch(text)
    if not match:
        raise ValueError(f"VERSION={text} is not a version: give three numbers, as in VERSION=1.2.0")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


class Checkout:
    """A git work tree with the project in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """The output of a git command. Raises CalledProcessError."""
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def read(self, file: str) -> str:
        return (self.root / file).read_text()

    def write(self, file: str, text: str) -> None:
        (self.root / file).write_text(text)

    def project_version(self) -> str:
        version: str = tomllib.loads(self.read(PROJECT))["project"]["version"]
        return version

    def last_tag(self) -> str | None:
        """The newest release tag that HEAD contains; None before the first release."""
        tags = self.git("tag", "--list", "v[0-9]*", "--merged", "HEAD", "--sort=-version:refname")
        return tags.splitlines()[0] if tags else None

    def schema_diff(self, base: str) -> subprocess.CompletedProcess[str]:
        """Compares the contracts of a revision with those of the work tree."""
        command = [sys.executable, *SCHEMA_DIFF, "--", base]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)


def unreleased_entries(changelog: str) -> list[str]:
    """The list items below [Unreleased]."""
    _, _, rest = changelog.partition(UNRELEASED)
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^- .+", section, re.MULTILINE)


def problems(checkout: Checkout, version: str) -> list[str]:
    """Every reason against releasing this version now. schema-diff is slow: it runs if there is no other reason."""
    return list(state_problems(checkout, version)) or list(contract_problems(checkout))


def state_problems(checkout: Checkout, version: str) -> Iterator[str]:
    """The reasons in the work tree, the versions and the changelog."""
    if changes := checkout.git("status", "--porcelain"):
        yield f"the work tree has uncommitted changes: commit or stash them first\n{changes}"
    changelog = checkout.read(CHANGELOG)
    for file, current in [
        (PROJECT, checkout.project_version()),
        *((CHANGELOG, heading) for heading in RELEASE_HEADING.findall(changelog)[:1]),
    ]:
        if parse_version(version) <= parse_version(current):
            yield f"{version} is not newer than {current}, the version in {file}"
    if not unreleased_entries(changelog):
        yield f"{CHANGELOG} has no entry below [Unreleased]: list what changes for users of the API"
    if checkout.git("tag", "--list", f"v{version}"):
        yield f"the tag v{version} already exists"


def contract_problems(checkout: Checkout) -> Iterator[str]:
    """The report of schema-diff against the last release tag, if it does not pass."""
    if tag := checkout.last_tag():
        report = checkout.schema_diff(tag)
        if report.returncode != 0:
            output = (report.stdout + report.stderr).strip()
            yield f"schema-diff against {tag} exits {report.returncode}: fix or approve each finding\n{output}"


def with_release_heading(changelog: str, version: str, today: date) -> str:
    """The changelog with the unreleased entries below the new version, and an empty [Unreleased] above it."""
    return changelog.replace(UNRELEASED, f"{UNRELEASED}\n## [{version}] - {today.isoformat()}\n", 1)


def with_version(project: str, version: str) -> str:
    """pyproject.toml with another project version."""
    return re.sub(r'^version = ".*"$', f'version = "{version}"', project, count=1, flags=re.MULTILINE)


def release(checkout: Checkout, version: str, today: date, tag: bool) -> None:
    """Commits the release, then creates the tag or prints how to."""
    checkout.write(CHANGELOG, with_release_heading(checkout.read(CHANGELOG), version, today))
    checkout.write(PROJECT, with_version(checkout.read(PROJECT), version))
    body = "Dates the changelog and sets the version. The tag on this commit is the next base of schema-diff."
    checkout.git("commit", "--quiet", "-m", f"release: publish {version}", "-m", body, "--", CHANGELOG, PROJECT)
    commit = checkout.git("rev-parse", "--short", "HEAD")
    arguments = ("tag", "--annotate", f"v{version}", commit, "--message", f"Homes {version}")
    if tag:
        checkout.git(*arguments)
        print(f"Committed {commit} and tagged it v{version}. Publish both with: git push --follow-tags")
    else:
        print(f"Committed {commit}. The person who publishes tags it with:")
        print(f'  git tag --annotate v{version} {commit} --message "Homes {version}" && git push --follow-tags')


def main(arguments: Sequence[str], root: Path, today: date) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.release", description="Makes a release of the project.")
    parser.add_argument("version", help="the new version: three numbers, newer than the last release")
    parser.add_argument("--tag", action="store_true", help="also create the annotated tag")
    options = parser.parse_args(arguments)
    checkout = Checkout(root)
    try:
        parse_version(options.version)
        reasons = problems(checkout, options.version)
    except ValueError as error:
        reasons = [str(error)]
    for reason in reasons:
        print(f"release: {reason}", file=sys.stderr)
    if reasons:
        return 1
    release(checkout, options.version, today, options.tag)
    return 0


if __name__ == "__main__":
    ignore_broken_pipes()
    sys.exit(main(sys.argv[1:], Path.cwd(), datetime.now(UTC).date()))
