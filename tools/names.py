"""The names check: no bare participle or place word is a name, class names are unique, and prose uses standard terms.

`python -m tools.names` prints `file:line: name` for every finding above the limits and exits 1 if there is one;
`--all` prints every finding. docs/glossary.md has the terms to use instead.
"""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from local.stdio import ignore_broken_pipes

PARTICIPLES = """answered asked begun done found given gone heard held kept known led left let made meant named put
retold said seen sent shown spoken stood taken thrown told touched turned wanted whole wired written"""
VERB_FORMS = "answers asking hear hears keeps lies lying meeting meets says stands tells touches"
PLACE_WORDS = "beside beyond elsewhere here over there under where"
INDEFINITE_WORDS = "alike alone another anybody bare again one ones once others some together"
BARE_WORDS = frozenset(" ".join((PARTICIPLES, VERB_FORMS, PLACE_WORDS, INDEFINITE_WORDS)).split())

# No pattern below matches its own source text, so this file passes the check.
PRIVATE_WORDS = re.compile(
    r"""\b(
        (?:the|this|a)\ desk | (?:the|this|between\ the|between)\ rooms? | rooms?\ of\ (?:the|this)
        | who(?:so)?ever | some(?:body)('s)? | ask(?:er)s?
        | (?:is|are|be|was|were)\ (?:told) | tells?\ (?:of)
        | m(?:end)(?:s|ed|ing)? | un(?:truth)s?
        | that\ is\ (?:none) | as\ it\ (?:stands) | what\ is\ (?:out) | so\ (?:many)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
PROSE_FILES = {"Makefile", "schema.graphql", "openapi.yaml"}
PROSE_SUFFIXES = {".md", ".py"}


@dataclass(frozen=True)
class NameLimits:
    """How many findings each package may have (a package that is not listed: none), and the whole repository."""

    bare_words: dict[str, int]
    repeated_classes: int
    private_words: int


# The counts of the day on which the check was added. Lower them as names improve; do not raise them.
LIMITS = NameLimits(
    bare_words={"data": 1},
    repeated_classes=5,
    private_words=20,
)


class NameFinding(NamedTuple):
    """A name or a phrase, and the line that has it."""

    file: str
    line: int
    text: str
    problem: str

    @property
    def package(self) -> str:
        return package_of(self.file)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text} {self.problem}"


def package_of(file: str) -> str:
    """The top-level folder of a file; `.` for a file in the root."""
    return file.partition("/")[0] if "/" in file else "."


def bound_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module binds, with its line: definitions, parameters, assignments, aliases and captures."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.Import() | ast.ImportFrom():
                yield from ((alias.asname, alias.lineno) for alias in node.names if alias.asname)


def bare_words(file: str, tree: ast.AST) -> list[NameFinding]:
    """The names of a module that are a single word of the deny-list, whatever their case and underscores around."""
    problem = "is a bare participle, verb form or place word: name the thing that it holds"
    return [
        NameFinding(file, line, name, problem)
        for name, line in bound_names(tree)
        if name.lower().strip("_") in BARE_WORDS
    ]


def repeated_classes(trees: dict[str, ast.Module]) -> list[NameFinding]:
    """The classes outside the tests whose name another module also defines, one finding for each definition."""
    definitions: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for file, tree in trees.items():
        if package_of(file) != "tests":
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    definitions[node.name].append((file, node.lineno))
    return [
        NameFinding(file, line, name, f"is also a class of {', '.join(sorted(modules - {file}))}")
        for name, places in definitions.items()
        if len(modules := {file for file, _ in places}) > 1
        for file, line in places
    ]


def private_words(file: str, text: str) -> list[NameFinding]:
    """The phrases of a file that only this repository uses."""
    return [
        NameFinding(file, number, match.group(0), "is no standard term: see docs/glossary.md")
        for number, line in enumerate(text.splitlines(), 1)
        for match in PRIVATE_WORDS.finditer(line)
    ]


def tracked_files(root: Path) -> list[str]:
    """The files that git tracks or would add, sorted."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(listing.split("\0")) if name and (root / name).is_file())


class NamesReport(NamedTuple):
    """All findings of a tree, and the number of names that it binds."""

    bare_words: list[NameFinding]
    repeated_classes: list[NameFinding]
    private_words: list[NameFinding]
    name_count: int

    def above(self, limits: NameLimits) -> list[NameFinding]:
        """The findings of each group that has more of them than its limit."""
        counts = self.counts()
        groups = [word for word in self.bare_words if counts[word.package] > limits.bare_words.get(word.package, 0)]
        if len({finding.text for finding in self.repeated_classes}) > limits.repeated_classes:
            groups += self.repeated_classes
        return groups + (self.private_words if len(self.private_words) > limits.private_words else [])

    def summary(self, limits: NameLimits) -> Iterator[str]:
        """One line for each package with a limit or a finding, and one for each limit of the repository."""
        counts = self.counts()
        for package in sorted({*counts, *limits.bare_words}):
            yield f"{package}: {counts[package]} bare words as names (limit {limits.bare_words.get(package, 0)})"
        repeated = len({finding.text for finding in self.repeated_classes})
        yield f"repeated class names: {repeated} (limit {limits.repeated_classes})"
        yield f"private words in prose: {len(self.private_words)} (limit {limits.private_words})"
        yield f"{100 * len(self.bare_words) / max(self.name_count, 1):.1f} % of {self.name_count} names are bare words"

    def counts(self) -> Counter[str]:
        """The number of bare words of each package."""
        return Counter(finding.package for finding in self.bare_words)


def check(root: Path, files: Iterable[str]) -> NamesReport:
    """Reads the files below a root. A lock file and the changelog, which quotes former names, are no prose of ours."""
    trees = {file: ast.parse((root / file).read_bytes()) for file in files if file.endswith(".py")}
    prose = [file for file in files if is_prose(Path(file))]
    return NamesReport(
        bare_words=[finding for file, tree in trees.items() for finding in bare_words(file, tree)],
        repeated_classes=repeated_classes(trees),
        private_words=[finding for file in prose for finding in private_words(file, (root / file).read_text())],
        name_count=sum(1 for tree in trees.values() for _ in bound_names(tree)),
    )


def is_prose(path: Path) -> bool:
    return path.name != "CHANGELOG.md" and (path.name in PROSE_FILES or path.suffix in PROSE_SUFFIXES)


def main(arguments: Sequence[str], root: Path, limits: NameLimits = LIMITS) -> int:
    report = check(root, tracked_files(root))
    above = report.above(limits)
    for finding in (
        [*report.bare_words, *report.repeated_classes, *report.private_words] if "--all" in arguments else above
    ):
        print(finding)
    for line in report.summary(limits):
        print(line)
    return 1 if above else 0


if __name__ == "__main__":
    ignore_broken_pipes()
    sys.exit(main(sys.argv[1:], Path.cwd()))
