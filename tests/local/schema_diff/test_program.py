"""The program: its sides, its exit status, and what it says where it cannot run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.schema_diff.__main__ import main
from local.schema_diff.approvals import FILE
from local.schema_diff.sides import SCHEMA
from local.workers import ROOT
from tests.local.schema_diff.comparing import TODAY, app, tree

OLD = "type Query {\n  a: Int\n  b: Int\n}\n"
NEW = "type Query {\n  a: Int\n}\n"
GIT = {
    **{name: "tests" for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME")},
    **{name: "tests@example.com" for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}

Captured = pytest.CaptureFixture[str]


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, env={**os.environ, **GIT})


def committed(root: Path, files: dict[str, str]) -> Path:
    """A repository with a commit of these files, on main."""
    tree(root, files)
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "as it is")
    return root


@pytest.fixture(autouse=True)
def no_pull_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)


def test_two_files_that_are_alike_end_with_0(tmp_path: Path, capsys: Captured) -> None:
    old = tree(tmp_path, {"old.graphql": OLD}).root / "old.graphql"
    assert main([str(old), str(old)], tmp_path, TODAY) == 0
    assert capsys.readouterr().out == f"{old} → {old}: 0 breaking, 0 dangerous, 0 safe\n"


def test_two_files_of_which_one_breaks_an_app_end_with_1_and_name_file_and_line(
    tmp_path: Path, capsys: Captured
) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    assert main([str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")], tmp_path, TODAY) == 1
    out = capsys.readouterr().out
    assert f"breaking  {tmp_path}/new.graphql:1 Query.b" in out
    assert "breaking: Query.b (line 3 at the base)" in out


def test_a_revision_is_compared_with_the_work_tree(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD, **app("relay", "query B { b }")})
    tree(root, {SCHEMA: NEW})
    assert main(["main"], root, TODAY) == 1
    assert "1 broken, 0 affected" in capsys.readouterr().out


def test_two_revisions_are_compared_whatever_lies_in_the_work_tree(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    git(root, "tag", "v1.0")
    committed(root, {SCHEMA: NEW})
    tree(root, {SCHEMA: "nonsense", FILE: "nonsense"})
    assert main(["v1.0", "HEAD"], root, TODAY) == 1
    assert main(["HEAD", "v1.0"], root, TODAY) == 0
    assert capsys.readouterr().err == ""


def test_what_is_out_and_approved_is_read_from_the_newer_revision(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    entry = '[[approved]]\nid = "field-removed:Query.b"\nwhy = "nobody asks"\nuntil = 2026-12-31\n'
    committed(root, {SCHEMA: NEW, FILE: entry})
    assert main(["HEAD^", "HEAD"], root, TODAY) == 0
    assert "approved  schema.graphql:1" in capsys.readouterr().out


def test_without_a_base_it_is_the_last_release_tag(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    git(root, "tag", "v1.0")
    git(root, "tag", "nightly")
    committed(root, {SCHEMA: NEW})
    assert main([], root, TODAY) == 1
    assert "v1.0, the last release → the work tree: 1 breaking" in capsys.readouterr().out


def cloned(root: Path, to: Path) -> Path:
    git(root, "clone", "--quiet", str(root), str(to))
    return to


def test_without_a_release_it_is_the_base_branch(tmp_path: Path, capsys: Captured) -> None:
    clone = cloned(committed(tmp_path / "origin", {SCHEMA: OLD}), tmp_path / "clone")
    committed(clone, {SCHEMA: NEW})
    assert main([], clone, TODAY) == 1
    assert "origin/main, the base branch → the work tree: 1 breaking" in capsys.readouterr().out


def test_the_base_branch_is_that_of_the_pull_request(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = committed(tmp_path / "origin", {SCHEMA: OLD})
    git(origin, "branch", "next")
    monkeypatch.setenv("GITHUB_BASE_REF", "next")
    assert main([], cloned(origin, tmp_path / "clone"), TODAY) == 0
    assert "origin/next, the base branch" in capsys.readouterr().out


def test_with_neither_tag_nor_base_branch_it_says_so_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    assert main([], root, TODAY) == 0
    assert capsys.readouterr().out == (
        "There is no release tag, and no base branch at origin: nothing to compare with yet.\n"
    )


def test_a_base_without_a_schema_is_said_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {"README.md": "homes"})
    tree(root, {SCHEMA: OLD})
    assert main(["main"], root, TODAY) == 0
    assert "Note: no schema.graphql at the base: there is nothing to compare it with yet" in capsys.readouterr().out


def test_several_forms_are_told_at_once_each_where_it_is_to_go(tmp_path: Path, capsys: Captured) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    sides = [str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")]
    forms = ["--as", "github", "--as", f"json={tmp_path}/diff.json", "--as", f"markdown={tmp_path}/diff.md"]
    assert main([*sides, *forms], tmp_path, TODAY) == 1
    assert capsys.readouterr().out.startswith("::error file=")
    assert json.loads((tmp_path / "diff.json").read_text())["fails"] is True
    assert (tmp_path / "diff.md").read_text().startswith("<!-- schema-diff -->")


FILES: dict[str, bytes] = {
    "old.graphql": OLD.encode(),
    "empty.graphql": b"  \n",
    "cut.graphql": b"type Query {\n  a: Int\n  b(: Int\n}",
    "bytes.graphql": b"type Query {\n  a\xff: Int\n}",
    "unknown.graphql": b"type Query {\n  a: Home\n}",
    "rootless.graphql": b"type Home { a: Int }",
    "twice.graphql": b"type Query { a: Int }\ntype Query { a: Int }",
    "directive.graphql": b"type Query {\n  a: Int @mine\n}",
    "asks.graphql": b"type Query { a: Int }\nquery A { a }",
    "deep.graphql": b"type Query { a: " + b"[" * 5_000 + b"Int" + b"]" * 5_000 + b" }",
    "wiring.py": b"A = ()\nFIELDS = (*A, 3)\n",
    "cut.yaml": b"openapi: 3.0.1\npaths: {",
    "cut.json": b'{"openapi": ',
    "notes.txt": b"hello",
    "keys.py": b"def (",
}


@pytest.mark.parametrize(
    ("sides", "why"),
    [
        (["nowhere"], "'nowhere' is no file here, and no revision that git knows"),
        (["--", "-x"], "'-x' is no file here, and no revision that git knows"),
        (["gone.graphql"], "gone.graphql: No such file or directory"),
        (["empty.graphql", "old.graphql"], "empty.graphql: the file is empty"),
        (["cut.graphql", "old.graphql"], "cut.graphql:3:5: Syntax Error: Expected Name, found ':'."),
        (["old.graphql", "cut.graphql"], "cut.graphql:3:5: Syntax Error"),
        (["bytes.graphql", "old.graphql"], "bytes.graphql:2: this is no UTF-8 text"),
        (["old.graphql", "unknown.graphql"], "unknown.graphql:2:6: Unknown type 'Home'."),
        (["old.graphql", "rootless.graphql"], "rootless.graphql: Query root type must be provided."),
        (["old.graphql", "twice.graphql"], "twice.graphql:1:6: There can be only one type named 'Query'."),
        (["old.graphql", "directive.graphql"], "directive.graphql:2:10: Unknown directive '@mine'."),
        (["old.graphql", "asks.graphql"], "asks.graphql:2: a schema defines types, and asks nothing"),
        (["old.graphql", "deep.graphql"], "Syntax Error: Document is nested too deeply."),
        (["wiring.py", "wiring.py"], "wiring.py:2: FIELDS is no tuple of rows, each written as Field(…)"),
        (["cut.yaml", "cut.yaml"], "cut.yaml:2:9: expected the node content"),
        (["cut.json", "cut.json"], "cut.json:1:13: "),
        (["notes.txt"], "notes.txt: neither a schema (.graphql, .graphqls, .gql, .yaml, .yml, .json) nor keys.py nor"),
        (["keys.py", "keys.py"], "keys.py:1: "),
        (["old.graphql", "keys.py"], "old.graphql and keys.py have no contract in common to compare"),
        (["old.graphql", "old.graphql", "--as", "pdf"], "--as pdf: it is one of table, markdown, json, sarif, github"),
        (["old.graphql", "old.graphql", "--as", "json=no/such.json"], "no/such.json cannot be written: No such file"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_is_said_plainly(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, sides: list[str], why: str
) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    for name, content in FILES.items():
        (root / name).write_bytes(content)
    monkeypatch.chdir(root)
    assert main(sides, root, TODAY) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("schema-diff could not run. ")
    assert why in told.err


def test_outside_of_git_it_could_not_run(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([], tree(tmp_path, {SCHEMA: OLD}).root, TODAY) == 2
    assert "not a git repository" in capsys.readouterr().err


def test_wrong_arguments_end_with_2(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["a", "b", "c"], tmp_path, TODAY)
    assert ended.value.code == 2
    assert "unrecognized arguments: c" in capsys.readouterr().err


def test_its_help_tells_what_a_side_is_and_what_the_exit_status_means(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"], tmp_path, TODAY)
    out = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "A side is a git revision, a file" in out and "1 an app that is out breaks" in out


def test_the_project_as_it_is_differs_from_itself_in_nothing_by_the_verb() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "local.schema_diff", ".", "--as", "json"], cwd=ROOT, capture_output=True, text=True
    )
    assert (ran.returncode, json.loads(ran.stdout)["changes"]) == (0, [])
