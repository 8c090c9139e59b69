"""The program: compares two sources, writes the report in each requested format, and returns the exit status.

0: no released app breaks. 1: a released app breaks or an approval needs a correction. 2: a source cannot be read. The
status is the same if the reader of the output closes the pipe.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from schema_diff import stdio
from schema_diff.compare import compare
from schema_diff.formats.github import as_github
from schema_diff.formats.json import as_json
from schema_diff.formats.markdown import as_markdown
from schema_diff.formats.sarif import as_sarif
from schema_diff.formats.table import as_table
from schema_diff.report import ComparisonReport
from schema_diff.sources import endpoint, files, git
from schema_diff.sources.files import DirectorySource
from schema_diff.sources.source import Source, UnreadableSource

FORMATS: dict[str, Callable[[ComparisonReport], str]] = {
    "table": as_table,
    "markdown": as_markdown,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
EPILOG = """A source is a git revision, a file (a schema, introspection as JSON, an OpenAPI description, a file of
contracts/), a folder, or the URL of a GraphQL endpoint; TOKEN and API_KEY in the environment are its credentials.
The default BASE is the newest release tag, or else the branch at `origin` that GITHUB_BASE_REF names, or else the
parent commit; the default HEAD is the work tree. Exit status: 0 nothing breaks; 1 a released app breaks, or an approval
needs a correction; 2 it could not run."""


def main(arguments: Sequence[str], root: Path, today: date) -> int:
    """Compares the sources, writes the report and returns the exit status."""
    try:
        options = build_parser().parse_args(arguments)
        outputs = [parse_format(word) for word in options.forms or ["table"]]
        head = find_source(root, options.head) if options.head else DirectorySource(root)
        base = find_source(root, options.base) if options.base else default_base(root)
        if base is None:
            print("There is no release tag and no parent commit: nothing to compare with.")
            return 0
        report = compare(base, head, head if head.is_tree else DirectorySource(root), today)
        for render, file in outputs:
            write_report(render(report), file)
    except UnreadableSource as error:
        print(f"schema-diff could not run. {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 1 if report.fails else 0


def default_base(root: Path) -> Source | None:
    """Returns the base to use if the command names none. Prints its name, because some report formats omit it."""
    base = git.default_base(root, os.environ.get("GITHUB_BASE_REF"))
    if base:
        print(f"schema-diff compares with {base.label}.", file=sys.stderr)
    return base


def build_parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(
        prog="python -m schema_diff",
        description="Reports how a change of the contracts affects released apps.",
        epilog=EPILOG,
    )
    arguments.add_argument("base", nargs="?", metavar="BASE", help="the released contracts")
    arguments.add_argument("head", nargs="?", metavar="HEAD", help="the new contracts; default: the work tree")
    arguments.add_argument(
        "--as",
        dest="forms",
        action="append",
        metavar="FORMAT[=FILE]",
        help=f"the format of the report, and the file to write it to: {', '.join(FORMATS)}; may be used several times",
    )
    return arguments


def parse_format(option: str) -> tuple[Callable[[ComparisonReport], str], Path | None]:
    name, _, file = option.partition("=")
    if name not in FORMATS:
        raise UnreadableSource(f"--as {name}: must be one of {', '.join(FORMATS)}")
    return FORMATS[name], Path(file) if file else None


def find_source(root: Path, name: str) -> Source:
    """Returns the source that a name means: an endpoint, an existing folder or file, or else a revision."""
    if name.startswith(("http://", "https://")):
        return endpoint.introspect(name)
    path = Path(name)
    if path.is_dir():
        return DirectorySource(path, label=name)
    if path.is_file() or path.suffix in files.SUFFIXES:
        return (endpoint.introspection_file(path) if path.suffix == ".json" else None) or files.single_file(path)
    return git.revision(root, name)


def write_report(text: str, file: Path | None) -> None:
    if file is None:
        print(text.rstrip("\n"))
        return
    try:
        file.write_text(text.rstrip("\n") + "\n")
    except OSError as error:
        raise UnreadableSource(f"{file} cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    gc.disable()  # a short process that frees little memory: garbage collection would take two thirds of its time
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[1], datetime.now(UTC).date()))
