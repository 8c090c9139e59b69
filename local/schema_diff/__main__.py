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

from local.schema_diff import endpoint, machine, sides, stdio
from local.schema_diff.judge import compared
from local.schema_diff.markdown import markdown
from local.schema_diff.report import Report
from local.schema_diff.sides import Folder, NotReadable, Side
from local.schema_diff.table import table

FORMS: dict[str, Callable[[Report], str]] = {
    "table": table,
    "markdown": markdown,
    "json": machine.as_json,
    "sarif": machine.as_sarif,
    "github": machine.as_github,
}
TOLD = """A side is a git revision, a file (a schema, introspection as JSON, an OpenAPI description, keys.py,
wiring.py), a folder, or the address of a GraphQL endpoint; TOKEN and API_KEY in the environment are its credentials.
Without BASE it is the last release tag, or else the branch at `origin` that GITHUB_BASE_REF names, or main; without
HEAD it is the work tree. Exit status: 0 nothing breaks; 1 an app that is out breaks, or an approval is to be mended;
2 it could not run."""


def main(arguments: Sequence[str], root: Path, today: date) -> int:
    """Compares, tells, and answers the exit status."""
    try:
        asked = parser().parse_args(arguments)
        forms = [form(word) for word in asked.forms or ["table"]]
        head = side(root, asked.head) if asked.head else Folder(root)
        base = (
            side(root, asked.base) if asked.base else sides.last_base(root, os.environ.get("GITHUB_BASE_REF") or "main")
        )
        if base is None:
            print("There is no release tag, and no base branch at origin: nothing to compare with yet.")
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


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m local.schema_diff",
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
    if path.is_file() or path.suffix in sides.SUFFIXES:
        return (endpoint.dump(path) if path.suffix == ".json" else None) or sides.file(path)
    return sides.revision(root, name)


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
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[2], datetime.now(UTC).date()))
