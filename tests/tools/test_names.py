"""The names check, on small repositories of the tests' own."""

import subprocess
from pathlib import Path

import pytest

from tools import names
from tools.names import NameLimits

NONE = NameLimits(bare_words={}, repeated_classes=0, private_words=0)
PROBLEM = "is a bare participle, verb form or place word: name the thing that it holds"
PRIVATE = "is no standard term: see docs/glossary.md"
THE_PHRASE = " ".join(("the", "desk"))  # in two parts, so that the check finds none in this file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty git repository."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def findings(root: Path, limits: NameLimits = NONE) -> list[str]:
    report = names.check(root, names.tracked_files(root))
    return [str(finding) for finding in report.above(limits)]


@pytest.mark.parametrize(
    "source",
    [
        "told = 1",
        "_Told_ = 1",
        "self.told = 1",
        "def told(): ...",
        "class Told: ...",
        "def f(told): ...",
        "def f(*told): ...",
        "for told in (): ...",
        "with open('x') as told: ...",
        "import os as told",
        "[told for told in ()]",
        "(told := 1)",
        "match 1:\n case told: ...",
        "try: ...\nexcept OSError as told: ...",
    ],
)
def test_a_bare_word_is_found_however_it_is_bound(root: Path, source: str) -> None:
    write(root, "data/module.py", f"\n{source}\n")
    [finding] = findings(root)
    assert finding.startswith("data/module.py:")
    assert finding.lower().replace("_", "").endswith(f"told {PROBLEM}")


def test_a_finding_names_file_line_and_name(root: Path) -> None:
    write(root, "data/module.py", "\n\nkept = 1\n")
    assert findings(root) == [f"data/module.py:3: kept {PROBLEM}"]


@pytest.mark.parametrize("source", ["sent_at = 1", "print(told)", "from hypothesis import given", "f(where=1)"])
def test_a_word_inside_a_name_or_in_use_is_no_finding(root: Path, source: str) -> None:
    write(root, "data/module.py", source)
    assert findings(root) == []


def test_a_package_may_have_as_many_bare_words_as_its_limit(root: Path) -> None:
    write(root, "data/module.py", "kept = told = 1\n")
    write(root, "infra/module.py", "kept = told = 1\n")
    limits = NameLimits(bare_words={"data": 2, "infra": 1}, repeated_classes=0, private_words=0)
    assert findings(root, limits) == [f"infra/module.py:1: kept {PROBLEM}", f"infra/module.py:1: told {PROBLEM}"]


def test_a_class_name_of_two_modules_is_found_in_both(root: Path) -> None:
    write(root, "data/a.py", "class Cache: ...\n")
    write(root, "infra/b.py", "\nclass Cache: ...\n")
    assert findings(root) == [
        "data/a.py:1: Cache is also a class of infra/b.py",
        "infra/b.py:2: Cache is also a class of data/a.py",
    ]


def test_a_class_of_the_tests_repeats_nothing(root: Path) -> None:
    write(root, "data/a.py", "class Cache: ...\n")
    write(root, "tests/test_a.py", "class Cache: ...\n")
    assert findings(root) == []


@pytest.mark.parametrize("file", ["README.md", "data/a.py", "schema.graphql", "openapi.yaml", "Makefile"])
def test_a_private_word_is_found_in_prose(root: Path, file: str) -> None:
    write(root, file, f"# first\n# on {THE_PHRASE}\n")
    assert findings(root) == [f"{file}:2: {THE_PHRASE} {PRIVATE}"]


@pytest.mark.parametrize("file", ["CHANGELOG.md", "clients/list.graphql", "package-lock.json"])
def test_a_file_that_quotes_or_is_generated_is_no_prose(root: Path, file: str) -> None:
    write(root, file, f"# on {THE_PHRASE}\n")
    assert findings(root) == []


def test_a_file_that_git_ignores_is_not_read(root: Path) -> None:
    write(root, ".gitignore", "generated/\n")
    write(root, "generated/module.py", "told = 1\n")
    assert findings(root) == []


def test_the_program_fails_above_a_limit_and_prints_each_finding(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, "data/module.py", "told = 1\nprice = 2\n")
    assert names.main([], root, NONE) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"data/module.py:1: told {PROBLEM}",
        "data: 1 bare words as names (limit 0)",
        "repeated class names: 0 (limit 0)",
        "private words in prose: 0 (limit 0)",
        "50.0 % of 2 names are bare words",
    ]


def test_the_program_passes_within_the_limits_and_lists_all_on_request(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, "data/module.py", "told = 1\n")
    limits = NameLimits(bare_words={"data": 1}, repeated_classes=0, private_words=0)
    assert names.main([], root, limits) == 0
    assert capsys.readouterr().out.startswith("data: 1 bare words")
    assert names.main(["--all"], root, limits) == 0
    assert capsys.readouterr().out.startswith(f"data/module.py:1: told {PROBLEM}\n")
