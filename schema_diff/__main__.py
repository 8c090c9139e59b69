"""The program: two sides, the report in any of its forms, and the exit status.

0 where no app that is out breaks, 1 where one does or an approval is to be mended, 2 where a side cannot be read. It is
the same if the reader of the output goes away.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from schema_diff import stdio
from schema_diff.compare import compared
from schema_diff.formats.github import as_github
from schema_diff.formats.json import as_json
from schema_diff.formats.markdown import markdown
from schema_diff.formats.sarif import as_sarif
from schema_diff.formats.table import table
from schema_diff.report import Report
from schema_diff.sources import endpoint, files, git
from schema_diff.sources.files import Folder
from schema_diff.sources.source import NotReadable, Side

FORMS: dict[str, Callable[[Report], str]] = {
    "table": table,
    "markdown": markdown,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
TOLD = """A side is a git revision, a file (a schema, introspection as JSON, an OpenAPI description, a file of
contracts/), a folder, or the address of a GraphQL endpoint; TOKEN and API_KEY in the environment are its credentials.
Without BASE it is the newest release tag, or else the branch at `origin` that GITHUB_BASE_REF names, or else the parent
commit; without HEAD it is the work tree. Exit status: 0 nothing breaks; 1 an app that is out breaks, or an approval is
to be mended; 2 it could not run."""


def main(arguments: Sequence[str], root: Path, today: date) -> int:
    """Compares, tells, and answers the exit status."""
    try:
        asked = parser().parse_args(arguments)
        forms = [form(word) for word in asked.forms or ["table"]]
        head = side(root, asked.head) if asked.head else Folder(root)
        base = side(root, asked.base) if asked.base else default_base(root)
        if base is None:
            print("There is no release tag and no parent commit: nothing to compare with yet.")
            return 0
        report = compared(base, head, head if head.whole else Folder(root), today)
        for tell, file in forms:
            put(tell(report), file)
    except NotReadable as error:
        print(f"schema-diff could not run. {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 1 if report.fails else 0


def default_base(root: Path) -> Side | None:
    """The base if none is named, which it prints, for not every form of the report does."""
    base = git.default_base(root, os.environ.get("GITHUB_BASE_REF"))
    if base:
        print(f"schema-diff compares with {base.label}.", file=sys.stderr)
    return base


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m schema_diff",
        description="What a change of the contracts does to apps that are out.",
        epilog=TOLD,
    )
    made.add_argument("base", nargs="?", metavar="BASE", help="what is out")
    made.add_argument("head", nargs="?", metavar="HEAD", help="what is to come: the work tree, if not said")
    made.add_argument(
        "--as",
        dest="forms",
        action="append",
        metavar="FORM[=FILE]",
        help=f"how to tell it, and into which file: {', '.join(FORMS)}; may be given several times",
    )
    return made


def form(word: str) -> tuple[Callable[[Report], str], Path | None]:
    name, _, file = word.partition("=")
    if name not in FORMS:
        raise NotReadable(f"--as {name}: it is one of {', '.join(FORMS)}")
    return FORMS[name], Path(file) if file else None


def side(root: Path, name: str) -> Side:
    """The side that a word means: an endpoint, a folder or file that is there, or else a revision."""
    if name.startswith(("http://", "https://")):
        return endpoint.side(name)
    path = Path(name)
    if path.is_dir():
        return Folder(path, label=name)
    if path.is_file() or path.suffix in files.SUFFIXES:
        return (endpoint.dump(path) if path.suffix == ".json" else None) or files.file(path)
    return git.revision(root, name)


def put(text: str, file: Path | None) -> None:
    if file is None:
        print(text.rstrip("\n"))
        return
    try:
        file.write_text(text.rstrip("\n") + "\n")
    except OSError as error:
        raise NotReadable(f"{file} cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    gc.disable()  # a short run that makes much and frees nothing: collecting would take two thirds of its time
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[1], datetime.now(UTC).date()))
